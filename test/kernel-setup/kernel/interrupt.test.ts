import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sleep, useKernel } from "./fixture";

/** Each counts in `ticks` and prints "begun"; what would count on after the interrupt is seen by the next cell. */
const cases: Record<string, string> = {
  "an awaiting loop": "for (;;) { ticks++; await new Promise((r) => setTimeout(r, 2)); }",
  "an awaiting loop that swallows every error": `for (;;) {
    try { ticks++; await new Promise((r) => setTimeout(r, 2)); } catch {}
  }`,
  "a synchronous loop": "for (;;) ticks++;",
  "a synchronous loop that swallows every error":
    "while (true) { try { for (;;) ticks++; } catch {} finally {} }",
  "a synchronous loop after an await":
    "await new Promise((r) => setTimeout(r, 20)); while (true) { ticks++; }",
  "a synchronous loop in a timer":
    "setTimeout(() => { do ticks++; while (true); }, 10); await new Promise(() => {});",
  "a microtask-only loop": "async function spin() { while (true) { ticks++; await null; } } await spin();",
  "a chain of microtasks without a loop": `function again(): Promise<void> { ticks++; return Promise.resolve().then(again); }
    await again();`,
  "a recursion that never ends": `function deeper(n: number): void { ticks++; if (n > 0) { deeper(n - 1); deeper(n - 1); } }
    deeper(200);`,
  "a callback of a library":
    "[...Array(5000).keys()].forEach(() => [...Array(5000).keys()].forEach(() => [...Array(5000).keys()].forEach(() => ticks++)));",
  "a loop in a generator": "function* endless() { for (;;) yield ticks++; } for (const _ of endless());",
  "an interval": "setInterval(() => ticks++, 2); await new Promise(() => {});",
  "timers that start each other":
    "const tick = () => { ticks++; setTimeout(tick, 2); }; tick(); await new Promise(() => {});",
  "immediates that start each other":
    "const now = () => { ticks++; setImmediate(now); }; now(); await new Promise(() => {});",
  "two loops at once": `const loop = async () => { for (;;) { ticks++; await new Promise((r) => setTimeout(r, 2)); } };
    await Promise.all([loop(), loop()]);`,
  "a loop nobody awaits, beside one that is": `void (async () => { for (;;) { ticks++; await new Promise((r) => setTimeout(r, 2)); } })();
    await new Promise(() => {});`,
  "a loop in a function of an earlier cell": "await earlier();",
  "an awaiting loop in an imported local module":
    'import { waiting } from "../lib/loops"; await waiting(() => ticks++);',
  "a synchronous loop in an imported local module":
    'import { busy } from "../lib/loops"; busy(() => ticks++);',
};

/** A package that takes a second to load, as no local module does: only ES modules await. */
const slowPackage = {
  "node_modules/slow-to-load/package.json":
    '{ "name": "slow-to-load", "type": "module", "main": "index.js" }',
  "node_modules/slow-to-load/index.js":
    "await new Promise((r) => setTimeout(r, 1000)); export const slow = 1;",
  "node_modules/slow-to-load/index.d.ts": "export declare const slow: number;",
};

const loops = `export async function waiting(tick: () => void) {
  for (;;) { tick(); await new Promise((r) => setTimeout(r, 2)); }
}
export function busy(tick: () => void) { for (;;) tick(); }
`;

for (const how of ["interrupt_request", "SIGINT"] as const) {
  describe(`interrupt by ${how}`, () => {
    const fixture = useKernel({ "lib/loops.ts": loops, ...slowPackage });

    for (const [name, code] of Object.entries(cases)) {
      it(`stops ${name}, and nothing of it runs on`, async (t) => {
        const { kernel } = fixture;
        await kernel.execute(`let ticks = 0;
          async function earlier() { for (;;) { ticks++; await new Promise((r) => setTimeout(r, 2)); } }`);
        const cell = kernel.run(`const kept = "${name}"; console.log("begun");\n${code}`);
        await cell.printed("begun");
        await sleep(150);
        const sent = performance.now();
        await kernel.interrupt(how);
        // The product's own bound is 0.5 s; a busy machine gets more.
        await cell.done(4_000);
        t.diagnostic(`stopped after ${Math.round(performance.now() - sent)} ms`);
        assert.equal(cell.reply.status, "error");
        assert.equal(cell.reply.ename, "KeyboardInterrupt");
        assert.equal(cell.error?.ename, "KeyboardInterrupt");

        const variables = await kernel.execute("const ticksThen = ticks; [kept, ticks > 0]");
        assert.equal(variables.expectOk().result, `[ '${name}', true ]`);
        await sleep(100);
        assert.equal((await kernel.execute("ticks - ticksThen")).expectOk().result, "0", "something runs on");
        const next = await kernel.execute(
          "let sum = 0; for (let i = 0; i < 1e6; i++) sum += i; await earlierDone(); sum; async function earlierDone() { for (let i = 0; i < 3; i++) await null }",
        );
        assert.equal(next.expectOk().result, "499999500000");
      });
    }

    for (const [name, value] of Object.entries({
      "a promise": "new Promise<void>(() => {})",
      "a thenable": "({ then() {} })",
      "a rich form": '({ [Symbol.for("Jupyter.display")]: () => new Promise(() => {}) })',
    })) {
      it(`stops waiting for ${name} that is the cell's value or a user expression's`, async () => {
        const { kernel } = fixture;
        const cell = kernel.run(`console.log("begun"); ${value}`);
        await cell.printed("begun");
        await sleep(50);
        await kernel.interrupt(how);
        assert.equal((await cell.done(4_000)).reply.ename, "KeyboardInterrupt");

        const asking = kernel.run('console.log("begun")', { user_expressions: { never: value } });
        await asking.printed("begun");
        await sleep(150);
        await kernel.interrupt(how);
        const { never } = (await asking.done(4_000)).reply.user_expressions as Record<
          string,
          { ename: string }
        >;
        assert.equal(never!.ename, "KeyboardInterrupt");
        assert.equal((await kernel.execute("'next'")).expectOk().result, "'next'");
      });
    }

    it("stops a cell that is loading a package, and nothing of it runs when that is loaded", async () => {
      const { kernel } = fixture;
      const cell = kernel.run(`console.log("begun"); let isAfter = false;
        import "slow-to-load"; isAfter = true; import { slow } from "slow-to-load"; isAfter = slow === 1;`);
      await cell.printed("begun");
      await sleep(200);
      await kernel.interrupt(how);
      assert.equal((await cell.done(4_000)).reply.ename, "KeyboardInterrupt");
      const later = await kernel.execute(
        'import { slow } from "slow-to-load"; await new Promise((r) => setTimeout(r, 50)); [slow, isAfter]',
      );
      assert.equal(later.expectOk().result, "[ 1, false ]");
    });

    it("stops a loop in a timer that has outlived its cell", async () => {
      const { kernel } = fixture;
      const cell = await kernel.execute('setTimeout(() => { console.log("begun"); for (;;); }, 50); "over"');
      await cell.printed("begun");
      const waiting = kernel.run("'served'");
      await sleep(200);
      assert.throws(() => waiting.reply, "the loop must keep the kernel busy");
      await kernel.interrupt(how);
      await waiting.replied(4_000);
      assert.equal((await kernel.execute("'next'")).expectOk().result, "'next'");
    });

    it("lets a function of an interrupted cell be called again", async () => {
      const { kernel } = fixture;
      const cell = kernel.run(`function count(n: number) { let i = 0; for (; i < n; i++); return i; }
        const countLater = async (n: number) => { let i = 0; for (; i < n; i++) await null; return i; };
        console.log("begun"); for (;;);`);
      await cell.printed("begun");
      await kernel.interrupt(how);
      assert.equal((await cell.done(4_000)).reply.status, "error");
      assert.equal(
        (await kernel.execute("[count(1000), await countLater(10)]")).expectOk().result,
        "[ 1000, 10 ]",
      );
    });

    it("never reaches the next cell", async () => {
      const { kernel } = fixture;
      await kernel.interrupt(how);
      await sleep(50);
      assert.equal(
        (await kernel.execute("for (let i = 0; i < 10; i++) await null; 'idle'")).expectOk().result,
        "'idle'",
      );
      for (let i = 0; i < 40; i++) {
        // The interrupt comes shortly before, at or shortly after the cell's end.
        const cell = kernel.run(`await new Promise((r) => setTimeout(r, 10)); "first"`);
        await sleep(5 + (i % 10));
        await kernel.interrupt(how);
        await cell.done(4_000);
        if (how === "SIGINT") await sleep(5);
        const next = await kernel.execute("for (let i = 0; i < 100; i++) await null; 'second'");
        assert.equal(next.expectOk().result, "'second'");
      }
    });
  });
}
