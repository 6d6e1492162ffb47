import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plain, sleep, useKernel } from "./fixture";

const kernelOfCell = `const { signal } = (globalThis as any)[Symbol.for("tslab.kernel")] as { signal: AbortSignal };`;

describe("the running cell's signal", () => {
  const fixture = useKernel();

  it("lets a library that listens stop cleanly", async () => {
    const { kernel } = fixture;
    const cell = kernel.run(`${kernelOfCell}
      let stopping = false, steps = 0;
      signal.addEventListener("abort", () => { stopping = true; console.log("asked to stop:", signal.reason.name); });
      console.log("begun");
      while (!stopping) { steps++; await new Promise((r) => setTimeout(r, 5)); }
      for (let i = 0; i < 10; i++) await new Promise((r) => setTimeout(r, 20));
      console.log("saved after the interrupt");
      signal.throwIfAborted();`);
    await cell.printed("begun");
    await kernel.interrupt("interrupt_request");
    await cell.done(5_000);
    assert.equal(cell.stdout, "begun\nasked to stop: KernelInterrupt\nsaved after the interrupt\n");
    assert.equal(cell.reply.ename, "KeyboardInterrupt");
    assert.ok(plain(cell.reply.traceback).split("\n").length <= 6, "a short traceback");
  });

  it("stops by force what listens and does not stop", async () => {
    const { kernel } = fixture;
    const cell = kernel.run(`${kernelOfCell}
      signal.addEventListener("abort", () => {});
      console.log("begun");
      for (;;) await new Promise((r) => setTimeout(r, 5));`);
    await cell.printed("begun");
    await kernel.interrupt("interrupt_request");
    assert.equal((await cell.done(5_000)).reply.ename, "KeyboardInterrupt");
  });

  it("lets a library that computes longer than a second between two turns stop cleanly", async () => {
    const { kernel } = fixture;
    const cell = kernel.run(`${kernelOfCell}
      signal.addEventListener("abort", () => {});
      const compute = (ms: number) => { const end = Date.now() + ms; while (Date.now() < end); };
      try {
        for (let batch = 0; ; batch++) {
          if (batch === 0) console.log("begun");
          compute(1500);
          await new Promise((r) => setImmediate(r));
          signal.throwIfAborted();
        }
      } catch (error) {
        compute(1500);
        await new Promise((r) => setImmediate(r));
        console.log("stopped by", (error as Error).name);
        throw error;
      } finally {
        console.log("cleaned up");
      }`);
    await cell.printed("begun");
    await sleep(100);
    await kernel.interrupt("interrupt_request");
    await cell.done(10_000);
    assert.equal(cell.stdout, "begun\nstopped by KernelInterrupt\ncleaned up\n");
    assert.equal(cell.reply.ename, "KeyboardInterrupt");
    assert.match(cell.stderr, /again/, "after 2 s it says how to stop at once");
  });

  it("stops at once what listens and computes, when interrupted again", async () => {
    const { kernel } = fixture;
    const cell = kernel.run(`${kernelOfCell}
      signal.addEventListener("abort", () => {});
      console.log("begun");
      for (;;);`);
    await cell.printed("begun");
    await kernel.interrupt("interrupt_request");
    await cell.until(() => cell.stderr.includes("again"), "advice", 5_000);
    assert.throws(() => cell.reply, "the cell has time");
    await kernel.interrupt("interrupt_request");
    assert.equal((await cell.done(2_000)).reply.ename, "KeyboardInterrupt");
    assert.equal((await kernel.execute("'next'")).expectOk().result, "'next'");
  });

  it("works with what takes a signal, and is a fresh one in every cell", async () => {
    const { kernel } = fixture;
    const cell = kernel.run(`import { setTimeout as delay } from "node:timers/promises";
      ${kernelOfCell}
      console.log("begun");
      await delay(60_000, undefined, { signal });`);
    await cell.printed("begun");
    await kernel.interrupt("SIGINT");
    assert.equal((await cell.done(5_000)).reply.ename, "KeyboardInterrupt");
    const next = await kernel.execute(`(globalThis as any)[Symbol.for("tslab.kernel")].signal.aborted`);
    assert.equal(next.expectOk().result, "false");
  });

  it("says what to do when code does not yield to a second interrupt", async () => {
    const { kernel } = fixture;
    const cell = kernel.run(`console.log("begun");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);`);
    await cell.printed("begun");
    await kernel.interrupt("interrupt_request");
    await sleep(300);
    await kernel.interrupt("interrupt_request");
    await kernel.published(
      ({ header, content }) => header.msg_type === "stream" && /restart/i.test(content.text ?? ""),
      "advice while the code still blocks",
      2_000,
    );
    assert.throws(() => cell.reply, "the cell must still block");
    await cell.done(10_000);
    assert.equal((await kernel.execute("'next'")).expectOk().result, "'next'");
  });

  it("does not give that advice when the code stops", async () => {
    const { kernel } = fixture;
    const cell = kernel.run('console.log("begun"); for (;;) await new Promise((r) => setTimeout(r, 5));');
    await cell.printed("begun");
    await kernel.interrupt("interrupt_request");
    await kernel.interrupt("interrupt_request");
    await cell.done(4_000);
    assert.doesNotMatch(cell.stderr, /restart/i);
    assert.equal((await kernel.execute("'next'")).expectOk().result, "'next'");
  });
});
