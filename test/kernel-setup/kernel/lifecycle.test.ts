import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { KernelClient } from "./client";
import { sleep } from "./fixture";
import { kernelMain, KernelProcess } from "./kernel-process";
import { createProject, type Project } from "./project";

describe("life of a kernel", () => {
  let project: Project;
  let kernel: KernelClient;
  beforeEach(async () => {
    project = createProject();
    kernel = await KernelClient.start({ cwd: project.notebooks });
  });
  afterEach(async () => {
    await kernel.close();
    project.remove();
  });

  /** How long the process lives on; fails after 5 s. */
  async function untilExit() {
    const began = performance.now();
    const exit = await Promise.race([kernel.process.exited, sleep(5_000)]);
    assert.ok(exit, "the kernel does not end");
    return { ...exit, ms: performance.now() - began };
  }

  const running: Record<string, string> = {
    "live timers": 'setInterval(() => {}, 10); setTimeout(() => {}, 1e6); console.log("begun");',
    "a server and a worker": `import { createServer } from "node:http"; import { Worker } from "node:worker_threads";
      createServer().listen(0); new Worker("setInterval(() => {}, 10)", { eval: true }); console.log("begun");`,
    "an awaiting cell": 'console.log("begun"); await new Promise(() => {});',
    "a computing cell": 'console.log("begun"); for (;;);',
    "a cell that does not yield":
      'console.log("begun"); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
  };
  for (const [name, code] of Object.entries(running)) {
    it(`shuts down on request with ${name}`, async (t) => {
      await kernel.run(code).printed("begun");
      const reply = await kernel.shutdown();
      assert.equal(reply.status, "ok");
      assert.equal(reply.restart, false);
      const { ms } = await untilExit();
      t.diagnostic(`ended after ${Math.round(ms)} ms`);
    });
  }

  it("can be restarted on the same ports, and then knows nothing", async () => {
    await kernel.execute("const remembered = 1; setInterval(() => {}, 10);");
    const { connection } = kernel.process;
    assert.equal((await kernel.shutdown(true)).restart, true);
    await untilExit();
    await kernel.close();
    kernel = await KernelClient.start({ cwd: project.notebooks, connection });
    assert.equal((await kernel.execute("remembered")).reply.status, "error");
    assert.equal((await kernel.execute("2")).reply.execution_count, 2);
  });

  it("ends by process.exit() in a cell, with its code and the cell's output", async () => {
    const cell = kernel.run('console.log("last words"); process.exit(3);');
    await cell.printed("last words");
    const { code } = await untilExit();
    assert.equal(code, 3);
    await cell.done(1_000);
    assert.equal(cell.reply.status, "error");
    assert.equal(cell.reply.ename, "SystemExit");
    assert.equal(cell.reply.evalue, "3");
    assert.match(cell.stderr, /process\.exit\(3\)/);
  });

  it("ends by process.exit(0) in a cell without an error", async () => {
    const { reply } = await kernel.run("process.exit(0);").done(10_000);
    assert.equal(reply.status, "ok");
  });

  it("aborts the running cell when it is shut down", async () => {
    const cell = kernel.run(running["an awaiting cell"]!);
    await cell.printed("begun");
    await kernel.shutdown(true);
    await cell.done(2_000);
    assert.equal(cell.reply.status, "aborted");
    assert.equal(cell.stderr, "", "the cell did not end the kernel");
  });

  it("hears SIGINT in its first second, while its first cell computes", async () => {
    const cell = kernel.run(running["a computing cell"]!);
    await cell.until(() => cell.types.includes("status"), "busy", 5_000);
    await sleep(300);
    await kernel.interrupt("SIGINT");
    assert.equal((await cell.done(10_000)).reply.ename, "KeyboardInterrupt");
    assert.equal((await kernel.execute("'next'")).expectOk().result, "'next'");
  });

  it("ends by SIGTERM", async () => {
    await kernel.run(running["a computing cell"]!).printed("begun");
    kernel.process.signal("SIGTERM");
    await untilExit();
  });

  it("ends when its parent is gone", async () => {
    // A parent of its own between this process and the kernel, as Jupyter is.
    const parent = (file: string) => {
      const args = JSON.stringify([kernelMain, file]);
      const script = `const env = { ...process.env, JPY_PARENT_PID: String(process.pid) };
        require("node:child_process").spawn(process.execPath, ${args}, { env, stdio: "inherit" });
        setInterval(() => {}, 1000);`;
      return [process.execPath, "-e", script];
    };
    const orphan = await KernelClient.start({ cwd: project.notebooks, command: parent });
    const pid = Number((await orphan.execute("process.pid")).result);
    try {
      assert.notEqual(pid, orphan.process.pid);
      await orphan.run(running["a computing cell"]!).printed("begun");
      await orphan.process.kill();
      const end = Date.now() + 10_000;
      while (isAlive(pid) && Date.now() < end) await sleep(100);
      assert.ok(!isAlive(pid), "the kernel outlives its parent");
    } finally {
      await orphan.close();
      if (isAlive(pid)) process.kill(pid, "SIGKILL");
    }
  });

  it("ends with a message when its ports are taken, all of them or the shell's alone", async () => {
    const { connection } = kernel.process;
    for (const shared of [connection, { ...connection, control_port: 0, iopub_port: 0, hb_port: 0 }]) {
      const second = await KernelProcess.start({ cwd: project.notebooks, connection: shared });
      const exit = await Promise.race([second.exited, sleep(10_000)]);
      await second.kill();
      assert.ok(exit, "it must not stay");
      assert.notEqual(exit.code, 0);
      assert.match(second.log, /in use/i);
    }
    assert.equal((await kernel.execute("'first'")).result, "'first'");
  });

  it("says what is wrong when the connection file is missing or broken", async () => {
    const broken = KernelProcess.writeConnectionFile({
      ...kernel.process.connection,
      shell_port: "x" as unknown as number,
    });
    for (const args of [[], ["/no/such/file.json"], [broken]]) {
      const child = spawn(process.execPath, [kernelMain, ...args], {
        cwd: project.notebooks,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const code = await new Promise((done) => child.once("close", done));
      assert.notEqual(code, 0);
      assert.match(said, /connection|usage/i);
    }
  });
});

/** Whether a process runs; a zombie does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
