import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

const kernelOfCell = `const kernel = (globalThis as any)[Symbol.for("tslab.kernel")];`;

describe("comms", () => {
  const fixture = useKernel();

  async function openComms(content: object = {}) {
    const { reply } = await fixture.kernel.request("shell", "comm_info_request", content);
    assert.equal(reply.status, "ok");
    return reply.comms as Record<string, { target_name: string }>;
  }

  it("opens, messages and closes a comm to a target of a cell", async () => {
    const { kernel } = fixture;
    await kernel.execute(`${kernelOfCell}
      kernel.registerCommTarget("echo", (comm: any, data: any) => {
        comm.send({ opened: data });
        comm.onMessage((message: any) => comm.send({ echo: message }));
        comm.onClose((last: any) => console.log("closed", JSON.stringify(last)));
      });`);
    const comm_id = randomUUID();
    const open = await kernel.comm("comm_open", { comm_id, target_name: "echo", data: { a: 1 } });
    assert.deepEqual(open.all("comm_msg"), [{ comm_id, data: { opened: { a: 1 } } }]);
    assert.deepEqual(await openComms(), { [comm_id]: { target_name: "echo" } });
    assert.deepEqual(await openComms({ target_name: "other" }), {});

    const message = await kernel.comm("comm_msg", { comm_id, data: { text: "héllo" } });
    assert.deepEqual(message.all("comm_msg"), [{ comm_id, data: { echo: { text: "héllo" } } }]);

    const close = await kernel.comm("comm_close", { comm_id, data: { bye: true } });
    assert.equal(close.stdout, 'closed {"bye":true}\n');
    assert.deepEqual(await openComms(), {});
  });

  it("closes at once what is opened to an unknown target", async () => {
    const comm_id = randomUUID();
    const open = await fixture.kernel.comm("comm_open", { comm_id, target_name: "no such target", data: {} });
    assert.equal(open.all("comm_close")[0]?.comm_id, comm_id);
    assert.deepEqual(await openComms(), {});
  });

  it("opens a comm from a cell, which the front end answers", async () => {
    const { kernel } = fixture;
    const cell = await kernel.execute(`${kernelOfCell}
      const own = kernel.openComm("of the front end", { start: 1 });
      own.onMessage((data: any) => console.log("got", data.n));
      own.send({ n: 2 }, { metadata: { m: 1 } });`);
    const [open] = cell.expectOk().all("comm_open");
    assert.equal(open!.target_name, "of the front end");
    assert.deepEqual(open!.data, { start: 1 });
    assert.deepEqual(cell.all("comm_msg")[0]!.data, { n: 2 });
    const answer = await kernel.comm("comm_msg", { comm_id: open!.comm_id, data: { n: 3 } });
    assert.equal(answer.stdout, "got 3\n");
    const closing = await kernel.execute("own.close({ done: true });");
    assert.deepEqual(closing.expectOk().all("comm_close"), [
      { comm_id: open!.comm_id, data: { done: true } },
    ]);
    assert.deepEqual(await openComms(), {});
  });

  it("survives a handler that throws, and messages to comms that do not exist", async () => {
    const { kernel } = fixture;
    await kernel.execute(`kernel.registerCommTarget("broken", () => { throw new Error("handler") });`);
    await kernel.comm("comm_open", { comm_id: randomUUID(), target_name: "broken", data: {} });
    await kernel.comm("comm_msg", { comm_id: "none", data: {} });
    await kernel.comm("comm_close", { comm_id: "none", data: {} });
    assert.equal((await kernel.execute("'alive'")).result, "'alive'");
  });
});
