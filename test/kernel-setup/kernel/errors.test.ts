import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plain, useKernel } from "./fixture";

describe("errors", () => {
  const fixture = useKernel();

  /** Runs a cell that must fail; its error message, whose traceback must not show the kernel's own frames. */
  async function fail(code: string) {
    const cell = await fixture.kernel.execute(code);
    const { status, ename, evalue, traceback } = cell.reply;
    assert.equal(status, "error", `${code} must fail, but: ${JSON.stringify(cell.reply)}`);
    assert.deepEqual(cell.error, { ename, evalue, traceback }, "the same on iopub as in the reply");
    const text = plain(traceback);
    assert.doesNotMatch(text, /dist.kernel-setup|node:internal|node_modules.tslab|node_modules.typescript/);
    return { ename: ename!, evalue: evalue!, text, cell };
  }

  it("shows name, message and the cell's own line of what is thrown", async () => {
    const { ename, evalue, text } = await fail(
      "const a: number = 1;\n\nthrow new RangeError(`too far: ${a}`);\n",
    );
    assert.equal(ename, "RangeError");
    assert.equal(evalue, "too far: 1");
    assert.match(text, /RangeError: too far: 1/);
    assert.match(text, /:3:7\b/);
    assert.match(text, /throw new RangeError/, "the line itself is shown");
  });

  it("numbers the lines as the cell has them, whatever the compiler removes", async () => {
    const { text } = await fail(`interface Removed {
  a: number;
}
type AlsoRemoved = Removed | undefined;

function outer(value: AlsoRemoved): number {
  for (let i = 0; i < 2; i++) {
    if (i === 1) inner(value!);
  }
  return 0;
}
const inner = (_: Removed) => { throw new Error("deep") };
outer({ a: 1 });`);
    assert.match(text, /:12:39\b/);
    assert.match(text, /outer.*:8:18\b/);
    assert.match(text, /:13:1\b/);
  });

  it("shows frames of functions from earlier cells, with the lines of those cells", async () => {
    const { reply } = await fixture.kernel.execute(
      "// a comment\nfunction thrower() {\n  throw new TypeError('from before');\n}",
    );
    const { text } = await fail("\n\n\nthrower();");
    const counts = [reply.execution_count!, reply.execution_count! + 1];
    assert.match(text, new RegExp(`thrower.*${counts[0]}\\D.*:3:9|thrower.*:3:9`));
    assert.match(text, /:4:1\b/);
  });

  it("keeps the line after an await, and in a rejected promise", async () => {
    const later = await fail(
      "await Promise.resolve();\nawait new Promise((r) => setTimeout(r, 1));\nthrow new Error('late');",
    );
    assert.match(later.text, /:3:7\b/);
    const rejected = await fail(
      "\nconst reject = async () => {\n  throw new Error('rejected');\n};\nawait reject();",
    );
    assert.equal(rejected.evalue, "rejected");
    assert.match(rejected.text, /:3:9\b/);
  });

  it("names a class of errors of the user's own, and shows the cause", async () => {
    const { ename, evalue, text } = await fail(`class ConfigError extends Error {
  override name = "ConfigError";
}
try {
  JSON.parse("{");
} catch (cause) {
  throw new ConfigError("no configuration", { cause });
}`);
    assert.equal(ename, "ConfigError");
    assert.equal(evalue, "no configuration");
    assert.match(text, /SyntaxError/);
  });

  it("reports what is thrown and is no Error", async () => {
    assert.equal((await fail('throw "a text"')).evalue, "a text");
    assert.match((await fail("throw { code: 7 }")).evalue, /code: 7/);
    assert.match((await fail("throw undefined")).evalue, /undefined/);
    assert.match((await fail("throw null")).evalue, /null/);
    assert.match((await fail("throw Object.create(null)")).text, /./);
  });

  it("shows the cell's line for an error made inside Node", async () => {
    const { evalue, text } = await fail(
      'import { readFileSync } from "node:fs";\n\nreadFileSync("/no/such/file");',
    );
    assert.match(evalue, /ENOENT/);
    assert.match(text, /:3:1\b/);
  });

  it("treats a type error as an error, with line, column and code frame", async () => {
    const { ename, evalue, text } = await fail('const fine = 1;\n  const wrong: number = "text";\n');
    assert.ok(ename);
    assert.match(evalue, /Type 'string' is not assignable to type 'number'/);
    assert.match(text, /2:9\b/);
    assert.match(text, /TS2322|2322/);
    assert.match(text, /const wrong: number = "text";/);
    assert.match(text, /\n\s*(\d*\s*\|)?\s*(~|\^)+/, "the place is marked under the line");
  });

  it("shows all type errors of a cell, and runs nothing of it", async () => {
    const { text, cell } = await fail(
      'console.log("must not run");\nlet a: string = 1;\nmissing();\nMath.nope;',
    );
    for (const place of [/2:5\b/, /3:1\b/, /4:6\b/]) assert.match(text, place);
    assert.equal(cell.stdout, "");
    assert.match(text, /missing/);
  });

  it("treats a syntax error likewise", async () => {
    const { evalue, text } = await fail("const ok = 1;\nconst const = 2;");
    assert.ok(evalue);
    assert.match(text, /2:7\b/);
  });

  it("reports a stack that overflows, and goes on", async () => {
    const { ename } = await fail(
      "function forever(n: number): number { return forever(n + 1) + 1; }\nforever(0)",
    );
    assert.equal(ename, "RangeError");
    assert.equal((await fixture.kernel.execute("2 + 2")).result, "4");
  });

  it("survives an exception in a timer and a rejection nobody handles, and shows them with the cell", async () => {
    const timer = await fixture.kernel.execute(
      'setTimeout(() => { throw new Error("in a timer") }, 20); "set"',
    );
    const rejection = await fixture.kernel.execute('void Promise.reject(new Error("nobody cares")); "made"');
    timer.expectOk();
    await timer.until(
      () => /in a timer/.test(timer.stderr + plain(timer.error?.traceback)),
      "the timer's error",
      3_000,
    );
    await rejection.until(
      () => /nobody cares/.test(rejection.stderr + plain(rejection.error?.traceback)),
      "the rejection",
      3_000,
    );
    assert.doesNotMatch(plain(timer.stderr), /dist.kernel-setup/);
    assert.equal((await fixture.kernel.execute("'alive'")).result, "'alive'");
  });

  it("survives values that cannot be shown", async () => {
    await fixture.kernel.execute("({ get a(): number { throw new Error('getter') } })");
    await fixture.kernel.execute(
      "({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('inspect') } })",
    );
    await fixture.kernel.execute(
      "new Proxy({}, { get() { throw new Error('proxy') }, ownKeys() { throw new Error('keys') } })",
    );
    await fixture.kernel.execute("throw new Proxy(new Error('e'), { get() { throw new Error('proxy') } })");
    await fixture.kernel.execute(
      "throw Object.defineProperty(new Error('e'), 'stack', { get() { throw new Error('stack') } })",
    );
    assert.equal((await fixture.kernel.execute("'alive'")).result, "'alive'");
  });
});
