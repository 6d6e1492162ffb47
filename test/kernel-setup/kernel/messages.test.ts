import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { version as typescriptVersion } from "typescript";
import { useKernel } from "./fixture";
import { root } from "./kernel-process";

describe("messages", () => {
  const fixture = useKernel();

  it("tells its true versions in kernel_info, on shell and on control", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    for (const channel of ["shell", "control"] as const) {
      const { reply } = await fixture.kernel.request(channel, "kernel_info_request", {});
      const language = reply.language_info as Record<string, unknown>;
      assert.equal(reply.status, "ok");
      assert.equal(reply.protocol_version, "5.4");
      assert.equal(reply.implementation_version, version);
      assert.ok(reply.implementation);
      assert.ok(reply.banner);
      assert.equal(language.name, "typescript");
      assert.equal(language.version, typescriptVersion);
      assert.equal(language.file_extension, ".ts");
      assert.equal(language.mimetype, "text/typescript");
    }
  });

  it("wraps a cell's outputs in busy and idle, all children of the request", async () => {
    const cell = await fixture.kernel.execute('console.log("out"); 6 * 7');
    assert.deepEqual(cell.types, ["status", "execute_input", "stream", "execute_result", "status"]);
    assert.equal(cell.messages[0]!.content.execution_state, "busy");
    assert.equal(cell.messages.at(-1)!.content.execution_state, "idle");
    const { execution_count: count } = cell.reply;
    assert.deepEqual(cell.all("execute_input"), [
      { code: 'console.log("out"); 6 * 7', execution_count: count },
    ]);
    assert.equal(cell.all("execute_result")[0]!.execution_count, count);
    for (const { header, parent } of [...cell.messages, cell.replyMessage]) {
      assert.equal(parent.msg_type, "execute_request");
      assert.equal(header.version, "5.4");
      assert.ok(!Number.isNaN(Date.parse(header.date)), header.date);
      assert.ok(header.msg_id && header.session && header.username);
    }
  });

  it("fills every field of execute_reply, and counts the cells", async () => {
    const { reply: first } = await fixture.kernel.execute("1");
    const { reply: second } = await fixture.kernel.execute("");
    assert.deepEqual(
      { ...first, execution_count: 0 },
      { status: "ok", execution_count: 0, payload: [], user_expressions: {} },
    );
    assert.equal(second.status, "ok");
    assert.ok(second.execution_count! >= first.execution_count!);
  });

  it("broadcasts neither input nor result of a silent cell, and does not count it", async () => {
    const { reply: before } = await fixture.kernel.execute("0");
    const silent = await fixture.kernel.execute("const silently = 41; silently", { silent: true });
    const after = await fixture.kernel.execute("silently + 1");
    assert.equal(silent.reply.status, "ok");
    assert.deepEqual(silent.types, ["status", "status"]);
    assert.equal(after.reply.execution_count, before.execution_count! + 1);
    assert.equal(after.result, "42");
  });

  it("does not count a cell that is not to be stored", async () => {
    const { reply: before } = await fixture.kernel.execute("0");
    await fixture.kernel.execute("1", { store_history: false });
    const { reply: after } = await fixture.kernel.execute("2");
    assert.equal(after.execution_count, before.execution_count! + 1);
  });

  it("evaluates user_expressions after the cell, each on its own", async () => {
    const { reply } = await fixture.kernel.execute("const half = 21;", {
      user_expressions: {
        twice: "half * 2",
        awaited: "await Promise.resolve('x')",
        wrong: "noSuchName",
        thrown: "null!['a']",
      },
    });
    const values = reply.user_expressions as Record<string, Record<string, unknown>>;
    assert.equal(reply.status, "ok");
    assert.equal(values.twice!.status, "ok");
    assert.deepEqual(values.twice!.data, { "text/plain": "42" });
    assert.deepEqual(values.awaited!.data, { "text/plain": "'x'" });
    for (const name of ["wrong", "thrown"]) {
      assert.equal(values[name]!.status, "error");
      assert.ok(values[name]!.ename && Array.isArray(values[name]!.traceback), name);
    }
    assert.match(String(values.wrong!.evalue), /noSuchName/);
  });

  it("replies with an error when a user expression's form is no JSON, and runs the next cell", async () => {
    const circle = "const circle: Record<string, unknown> = {}; circle.self = circle;";
    for (const data of ["1n", "circle", "{ toJSON() { throw new Error('no JSON'); } }"]) {
      const rich = `({ [Symbol.for("Jupyter.display")]: () => ({ "application/json": ${data} }) })`;
      const cell = fixture.kernel.run(circle, { user_expressions: { rich } });
      const { reply } = await cell.done(5_000);
      assert.equal(reply.status, "error", data);
      assert.ok(reply.ename && Array.isArray(reply.traceback));
      assert.equal((await fixture.kernel.execute("'next'", { timeout: 5_000 })).result, "'next'");
    }
  });

  it("tells complete, incomplete and invalid code apart", async () => {
    const ask = async (code: string) =>
      (await fixture.kernel.request("shell", "is_complete_request", { code })).reply;
    for (const code of [
      "",
      "1 + 1",
      "const a = 1;",
      "for (;;) {}",
      "class A {}",
      "await f()",
      "`a ${1} b`",
    ]) {
      assert.equal((await ask(code)).status, "complete", code);
    }
    for (const code of [
      "function f() {",
      "const a = [1,",
      "if (true) {",
      "f(",
      "`a",
      "const o = {\n  a: 1,",
    ]) {
      const { status, indent } = await ask(code);
      assert.equal(status, "incomplete", code);
      assert.match(indent as string, /^ *$/, code);
    }
    assert.match((await ask("function f() {")).indent as string, /^ +$/);
    for (const code of ["const const = 1", "1 +* 2", ")", "let 1a"]) {
      assert.equal((await ask(code)).status, "invalid", code);
    }
  });

  it("keeps stdout, stderr, displays and results in the order of the code", async () => {
    const cell = await fixture.kernel.execute(
      `import { display } from "tslab"; console.log("1"); console.error("2"); display.html("3"); console.log("4"); 5`,
    );
    const order = cell.messages
      .filter(({ header }) => /stream|display_data|execute_result/.test(header.msg_type))
      .map(
        ({ content }) => content.text?.trim() ?? content.data?.["text/html"] ?? content.data?.["text/plain"],
      );
    assert.deepEqual(order, ["1", "2", "3", "4", "5"]);
    assert.equal(cell.stderr, "2\n");
  });

  it("answers heartbeat and control while a cell computes without a break", async () => {
    const cell = fixture.kernel.run(
      'console.log("begun"); const end = Date.now() + 1500; while (Date.now() < end); "over"',
    );
    await cell
      .printed("begun")
      .catch(() => assert.fail("a computing cell's output must not wait for its end"));
    assert.ok(await fixture.kernel.heartbeat("alive?"));
    const { status } = await fixture.kernel.submit("control", "kernel_info_request", {}).replied(1_000);
    assert.equal(status, "ok");
    assert.throws(() => cell.reply, "the cell must still be computing");
    assert.equal((await cell.done()).result, "'over'");
  });

  it("shows all that was printed before a computation without a break", async () => {
    const cell = fixture.kernel.run(
      'console.log("first"); console.log("second"); console.error("third"); const stop = Date.now() + 1500; while (Date.now() < stop); "over"',
    );
    await cell.printed("first");
    await cell.until(
      () => cell.stdout === "first\nsecond\n" && cell.stderr === "third\n",
      "all lines",
      1_000,
    );
    assert.throws(() => cell.reply, "the cell must still be computing");
    assert.equal((await cell.done()).result, "'over'");
  });

  it("stays alive after a message of an unknown type", async () => {
    fixture.kernel.submit("shell", "no_such_request", {});
    fixture.kernel.submit("control", "no_such_request", {});
    assert.equal((await fixture.kernel.execute("'alive'")).result, "'alive'");
  });
});
