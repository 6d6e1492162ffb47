import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

describe("cells in a queue", () => {
  const fixture = useKernel();

  it("aborts the two queued behind a failing one, each with its idle", async () => {
    const { kernel } = fixture;
    const failing = kernel.run("await new Promise((r) => setTimeout(r, 200)); throw new Error('first')");
    const queued = [kernel.run("console.log('must not run')"), kernel.run("console.log('nor this')")];
    assert.equal((await failing.done()).reply.status, "error");
    for (const cell of queued) {
      await cell.done();
      assert.equal(cell.reply.status, "aborted");
      assert.equal(cell.stdout, "");
      assert.deepEqual(cell.types, ["status", "status"]);
    }
    const next = await kernel.execute("'next'");
    assert.equal(next.result, "'next'");
  });

  it("aborts them behind a type error and behind an interrupted cell as well", async () => {
    const { kernel } = fixture;
    // The wait in front keeps all requests of one go together in the queue.
    kernel.run("await new Promise((r) => setTimeout(r, 200))");
    const typeError = [kernel.run("const n: number = 'x'"), kernel.run("1")];
    assert.deepEqual(await Promise.all(typeError.map(async (cell) => (await cell.done()).reply.status)), [
      "error",
      "aborted",
    ]);
    const interrupted = [kernel.run("console.log('on'); await new Promise(() => {})"), kernel.run("2")];
    await interrupted[0]!.printed("on");
    await kernel.interrupt("interrupt_request");
    assert.deepEqual(await Promise.all(interrupted.map(async (cell) => (await cell.done()).reply.status)), [
      "error",
      "aborted",
    ]);
  });

  it("runs a cell that is sent right after the error's reply", async () => {
    for (let i = 0; i < 20; i++) {
      const failing = fixture.kernel.run(`throw new Error("${i}")`);
      await failing.replied();
      const next = await fixture.kernel.execute(`${i} * 2`);
      assert.equal(next.expectOk().result, String(i * 2));
    }
  });

  it("runs the queued cells when stop_on_error is false", async () => {
    const { kernel } = fixture;
    const failing = kernel.run("await new Promise((r) => setTimeout(r, 100)); throw new Error('first')", {
      stop_on_error: false,
    });
    const queued = [kernel.run("'second'"), kernel.run("'third'")];
    assert.equal((await failing.done()).reply.status, "error");
    assert.deepEqual(await Promise.all(queued.map(async (cell) => (await cell.done()).result)), [
      "'second'",
      "'third'",
    ]);
  });

  it("answers other requests that are queued behind a failing cell", async () => {
    const { kernel } = fixture;
    const failing = kernel.run("await new Promise((r) => setTimeout(r, 100)); throw new Error('first')");
    const info = kernel.submit("shell", "kernel_info_request", {});
    const complete = kernel.submit("shell", "complete_request", { code: "Math.sq", cursor_pos: 7 });
    await failing.done();
    assert.equal((await info.done()).reply.status, "ok");
    assert.equal((await complete.done()).reply.status, "ok");
  });

  it("runs cells one after another, in order", async () => {
    const cells = [80, 40, 0].map((ms, i) =>
      fixture.kernel.run(`await new Promise((r) => setTimeout(r, ${ms})); console.log(${i})`),
    );
    await Promise.all(cells.map((cell) => cell.done()));
    const order = fixture.kernel.iopub
      .filter(({ parent }) => cells.some(({ id }) => id === parent.msg_id))
      .flatMap(({ content }) => content.text ?? content.execution_state ?? []);
    assert.deepEqual(order, ["busy", "0\n", "idle", "busy", "1\n", "idle", "busy", "2\n", "idle"]);
  });
});
