import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

describe("state", () => {
  const fixture = useKernel();

  async function resultOf(code: string): Promise<string | undefined> {
    return (await fixture.kernel.execute(code)).expectOk().result;
  }

  it("keeps what a cell assigned before it failed", async () => {
    const failing = await fixture.kernel.execute(`const kept = 1; let alsoKept = [2]; var old = 3;
      const { x, y: [z] } = { x: 4, y: [5] };
      function callable() { return kept + 6 } class Kept { field = 7 }
      import { basename } from "node:path";
      alsoKept.push(3);
      await null;
      if (kept) throw new Error("on purpose");
      const never = 8;`);
    assert.equal(failing.reply.status, "error");
    assert.equal(
      await resultOf("[kept, alsoKept, old, x, z, callable(), new Kept().field, basename('/a/b')]"),
      "[ 1, [ 2, 3 ], 3, 4, 5, 7, 7, 'b' ]",
    );
  });

  it("keeps the earlier value of what a failing cell did not get to assign", async () => {
    await fixture.kernel.execute("let value = 'earlier'; let assigned = 'earlier';");
    const failing = await fixture.kernel.execute(
      "let assigned = 'later'; if (assigned) throw new Error('x'); let value = 'later';",
    );
    assert.equal(failing.reply.status, "error");
    assert.equal(await resultOf("[assigned, value]"), "[ 'later', 'earlier' ]");
  });

  it("changes nothing when a cell does not compile", async () => {
    await fixture.kernel.execute("let before: number = 1;");
    const failing = await fixture.kernel.execute(
      "let before: string = 'a'; let added = 1; const wrong: number = 'x';",
    );
    assert.equal(failing.reply.status, "error");
    assert.equal(await resultOf("before.toFixed(1)"), "'1.0'");
    assert.equal((await fixture.kernel.execute("added")).reply.status, "error");
  });

  it("lets everything be declared again, with other types", async () => {
    for (const code of [
      "const again = 1;",
      "const again = 'text';",
      "let again = [1];",
      "function again() { return 2 }",
      "class again { a = 1 }",
      "enum again { A = 3 }",
      "import { join as again } from 'node:path';",
      "import * as again from 'node:path';",
      "import again from 'node:path';",
      "var again = { b: 1 };",
    ]) {
      for (let i = 0; i < 2; i++) (await fixture.kernel.execute(code)).expectOk();
    }
    assert.equal(await resultOf("again.b"), "1");
    for (const code of [
      "interface Shape { a: number }",
      "type Shape = { b: string }",
      "interface Shape { c: boolean }",
    ]) {
      (await fixture.kernel.execute(code)).expectOk();
    }
    assert.equal(await resultOf("const shape: Shape = { c: true }; shape"), "{ c: true }");
    const merged = await fixture.kernel.execute("const merged: Shape = { b: '' };");
    assert.equal(merged.reply.status, "error", "the last declaration counts, not a merged one");
  });

  it("assigns to variables of other cells, also from functions and after awaits", async () => {
    await fixture.kernel.execute("let counter = 0; let text = 'a'; const bump = () => { counter += 1 };");
    await fixture.kernel.execute(
      "counter = 10; bump(); await null; counter++; text += 'b'; [counter] = [counter + 1];",
    );
    await fixture.kernel.execute("bump(); const readLater = async () => { await null; return counter };");
    assert.equal(await resultOf("[counter, text, await readLater()]"), "[ 14, 'ab', 14 ]");
    const constant = await fixture.kernel.execute("const fixed = 1;\n");
    constant.expectOk();
    assert.equal((await fixture.kernel.execute("fixed = 2")).reply.status, "error");
  });

  it("keeps types, generics and narrowings of earlier cells", async () => {
    await fixture.kernel.execute(
      "interface Box<T> { value: T } const box: Box<number> = { value: 1 }; type Id = string | number;",
    );
    assert.equal(
      await resultOf("function open<T>(b: Box<T>): T { return b.value } open(box).toFixed()"),
      "'1'",
    );
    assert.equal((await fixture.kernel.execute("open(box).length")).reply.status, "error");
    assert.equal(await resultOf("const id: Id = 'a'; id"), "'a'");
  });

  it("re-runs a whole notebook in the same kernel", async () => {
    const cells = [
      "import * as os from 'node:os'; import { join } from 'node:path';",
      "class Model { constructor(readonly size = 2) {} scale(k: number) { return this.size * k } }",
      "const model = new Model(); let total = 0;",
      "for (const k of [1, 2, 3]) total += model.scale(k);",
      "[total, join('a', 'b'), typeof os.EOL, model instanceof Model]",
    ];
    for (let i = 0; i < 3; i++) {
      let last: string | undefined;
      for (const code of cells) last = await resultOf(code);
      assert.equal(last, "[ 12, 'a/b', 'string', true ]");
    }
  });
});
