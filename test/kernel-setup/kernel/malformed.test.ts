import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";
import { encode, sign } from "./wire";
import type { Channel } from "./client";

type Frames = (string | Buffer)[];

/** Numbers that look random and are the same in every run, so that a failure can be repeated. */
function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function replaced(frames: readonly string[], at: number, frame: string): string[] {
  return frames.map((old, i) => (i === at ? frame : old));
}

describe("malformed input", () => {
  const fixture = useKernel();

  /** One broken message of each kind, by number. */
  function broken(key: string, i: number, random: () => number): Frames {
    const good = encode(key, "s", "execute_request", { code: `throw new Error("${i}")` }).frames;
    const signed = (...body: string[]): Frames => ["<IDS|MSG>", sign(key, body), ...body];
    const header = JSON.stringify({
      msg_id: "x",
      session: "s",
      username: "",
      date: "",
      msg_type: "execute_request",
      version: "5.4",
    });
    const kinds: (() => Frames)[] = [
      () => replaced(good, 1, "0".repeat(64)),
      () => replaced(good, 1, good[1]!.slice(0, -1) + (good[1]!.endsWith("0") ? "1" : "0")),
      () => replaced(good, 1, ""),
      () => replaced(good, 1, "é".repeat(32)),
      () => replaced(good, 5, good[5]!.replace("throw", "run")),
      () => good.slice(0, 1 + Math.floor(random() * (good.length - 1))),
      () => good.slice(1),
      () =>
        Array.from({ length: Math.floor(random() * 8) + 1 }, () => randomBytes(Math.floor(random() * 64))),
      () => [""],
      () => ["<IDS|MSG>"],
      () => signed("{", "{}", "{}", "{}"),
      () => signed(header, "{}", "{}", "not json"),
      () => signed("null", "null", "null", "null"),
      () => signed("[]", "1", '"a"', "true"),
      () => signed("{}", "{}", "{}", "{}"),
      () => signed('{"msg_type":7,"msg_id":{}}', "{}", "{}", "{}"),
      () => signed(header, "{}", "{}", "[1]"),
      () => ["<IDS|MSG>", sign(key, [header, "{}", "{}"]), header, "{}", "{}"],
      () => ["<IDS|MSG>", "0".repeat(64), `{"msg_id":"${"x".repeat(100_000)}"}`, "{}", "{}", "{}"],
      () => ["a", "b", "<IDS|MSG>", "0".repeat(64), "<IDS|MSG>", "{}", "{}", "{}"],
    ];
    return kinds[i % kinds.length]!();
  }

  it("refuses and counts 10,000 broken messages, and serves the next good one", async () => {
    const { kernel } = fixture;
    const random = mulberry32(1);
    const channels: Channel[] = ["shell", "control", "stdin"];
    for (let i = 0; i < 10_000; i++) {
      await kernel.sendRaw(
        channels[i % 3]!,
        broken(kernel.process.connection.key, Math.floor(i / 3), random),
      );
    }
    assert.equal((await kernel.execute("'served'", { timeout: 60_000 })).expectOk().result, "'served'");
    assert.equal((await kernel.submit("control", "kernel_info_request", {}).replied()).status, "ok");
    kernel.onInput = () => "typed";
    assert.equal((await kernel.execute("await input()", { allow_stdin: true })).expectOk().result, "'typed'");
    const counted = await kernel.execute('(globalThis as any)[Symbol.for("tslab.kernel")].refusedMessages');
    assert.equal(counted.expectOk().result, "10000");
    assert.match(kernel.process.log, /refused 5000 messages/);
    assert.ok(kernel.process.log.split("\n").length < 100, "the log has not a line for each");
  });

  it("takes huge fields: refused without a signature, served with one", async () => {
    const { kernel } = fixture;
    const huge = "x".repeat(20_000_000);
    for (const channel of ["shell", "control", "stdin"] as const) {
      await kernel.sendRaw(channel, ["<IDS|MSG>", "0".repeat(64), "{}", "{}", "{}", `{"code":"${huge}"}`]);
      await kernel.sendRaw(channel, [huge]);
    }
    assert.equal((await kernel.execute(`/* ${huge} */ "served"`)).expectOk().result, "'served'");
  });

  it("answers requests with wrong content with an error, or not at all, and lives", async () => {
    const { kernel } = fixture;
    const wrong = [null, 7, "x", [], {}, { a: 1 }, -1, 1e300, "x".repeat(1000)];
    const fields: Record<string, string[]> = {
      execute_request: ["code", "user_expressions"],
      complete_request: ["code", "cursor_pos"],
      inspect_request: ["code", "cursor_pos"],
      is_complete_request: ["code"],
      history_request: ["hist_access_type", "n", "pattern"],
      comm_open: ["comm_id", "target_name"],
      comm_msg: ["comm_id"],
      comm_info_request: ["target_name"],
    };
    for (const [type, names] of Object.entries(fields)) {
      for (const name of names) {
        for (const value of wrong) {
          const valid = {
            code: "1",
            cursor_pos: 1,
            hist_access_type: "search",
            pattern: "*",
            n: 1,
            stop_on_error: false,
          };
          kernel.submit("shell", type, { ...valid, [name]: value });
        }
      }
      kernel.submit("shell", type, { stop_on_error: false });
    }
    kernel.submit("control", "interrupt_request", { x: 1 });
    assert.equal((await kernel.execute("'alive'", { timeout: 60_000 })).expectOk().result, "'alive'");
  });

  it("listens on the address of the connection file, and nowhere else", async () => {
    const { connection } = fixture.kernel.process;
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal)
      .map(({ address }) => address);
    const reachable = (host: string, port: number) =>
      new Promise<boolean>((done) => {
        const socket = connect({ host, port, timeout: 1_000 });
        socket.once("connect", () => (socket.destroy(), done(true)));
        for (const event of ["error", "timeout"]) socket.once(event, () => (socket.destroy(), done(false)));
      });
    for (const name of ["shell", "iopub", "stdin", "control", "hb"] as const) {
      const port = connection[`${name}_port`];
      assert.ok(await reachable("127.0.0.1", port), name);
      for (const host of [...others, "127.0.0.2"])
        assert.ok(!(await reachable(host, port)), `${name} on ${host}`);
    }
  });
});
