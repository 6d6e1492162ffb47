import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

describe("results", () => {
  const fixture = useKernel();

  async function resultOf(code: string): Promise<string | undefined> {
    return (await fixture.kernel.execute(code)).expectOk().result;
  }

  it("shows the last expression as execute_result", async () => {
    assert.equal(await resultOf("1 + 1"), "2");
    assert.equal(await resultOf("'abc'"), "'abc'");
    assert.equal(await resultOf("[1, 2].map((x) => x * 2)"), "[ 2, 4 ]");
    assert.equal(await resultOf("({ a: 1, b: { c: [1] } })"), "{ a: 1, b: { c: [ 1 ] } }");
    assert.equal(await resultOf("10n ** 20n"), "100000000000000000000n");
    assert.equal(await resultOf("new Map([[1, 'one']])"), "Map(1) { 1 => 'one' }");
    assert.equal(await resultOf("null"), "null");
    assert.equal(await resultOf("await Promise.resolve(5)"), "5");
    assert.equal(await resultOf("const five = 5; five"), "5");
  });

  it("shows nothing for undefined, declarations and statements", async () => {
    for (const code of [
      "undefined",
      "const nothing = 1",
      "function f() { return 1 }",
      "if (true) { 1; }",
      "void 0",
      "class A {}",
    ]) {
      assert.equal(await resultOf(code), undefined, code);
    }
  });

  it("does not show an earlier cell's result again", async () => {
    assert.equal(await resultOf("'earlier'"), "'earlier'");
    assert.equal(await resultOf("let later = 1;"), undefined);
  });

  it("shows a value as its Jupyter.display method says, which may be asynchronous", async () => {
    const rich = await fixture.kernel.execute(`class Rich {
      [Symbol.for("Jupyter.display")]() { return { "text/html": "<b>rich</b>", "text/plain": "plain" }; }
    }
    new Rich()`);
    assert.deepEqual(rich.all("execute_result")[0]!.data, {
      "text/html": "<b>rich</b>",
      "text/plain": "plain",
    });
    const late = await fixture.kernel.execute(
      `({ async [Symbol.for("Jupyter.display")]() { await null; return { "text/markdown": "*late*" }; } })`,
    );
    assert.equal(late.all("execute_result")[0]!.data!["text/markdown"], "*late*");
  });

  it("falls back to text when that method fails", async () => {
    const cell = await fixture.kernel.execute(
      `({ a: 1, [Symbol.for("Jupyter.display")]() { throw new Error("no picture"); } })`,
    );
    assert.match(cell.result ?? "", /a: 1/);
    assert.equal((await fixture.kernel.execute("'alive'")).result, "'alive'");
  });

  it("shows a tensor's dtype, shape and a short view", async () => {
    const cell = await fixture.kernel.execute('import * as tf from "@tensorflow/tfjs"; tf.ones([2, 3])', {
      timeout: 60_000,
    });
    const { result = "" } = cell.expectOk();
    assert.match(result, /float32/);
    assert.match(result, /2,\s*3/);
    assert.match(result, /1/);
    const large = (await resultOf("tf.zeros([1000, 1000])")) ?? "";
    assert.match(large, /1000,\s*1000/);
    assert.ok(large.length < 2000, "a short view");
  });

  it("gives the output of code that outlives its cell to that cell", async () => {
    const first = await fixture.kernel.execute(
      'setTimeout(() => console.log("from the first"), 150); "first"',
    );
    const second = await fixture.kernel.execute(
      'await new Promise((r) => setTimeout(r, 400)); console.log("from the second")',
    );
    assert.equal(second.stdout, "from the second\n");
    await first.printed("from the first", 2_000);
    assert.equal(first.stdout, "from the first\n");
  });
});
