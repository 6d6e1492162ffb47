import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

const node = "process.execPath";
const imports =
  'import { execFileSync, execSync, fork, spawn, spawnSync } from "node:child_process"; import { once } from "node:events";';

describe("child processes", () => {
  const fixture = useKernel({ "notebooks/child.cjs": "console.log('forked'); console.error('complaint');" });

  it("shows what children with inherited output print", async () => {
    const cases: Record<string, string> = {
      spawn: `await once(spawn(${node}, ["-p", "'a'+'b'"], { stdio: "inherit" }), "close");`,
      "spawn with an array": `await once(spawn(${node}, ["-p", "'a'+'b'"], { stdio: ["ignore", "inherit", "inherit"] }), "close");`,
      "spawn with descriptors": `await once(spawn(${node}, ["-p", "'a'+'b'"], { stdio: [0, 1, 2] }), "close");`,
      spawnSync: `spawnSync(${node}, ["-p", "'a'+'b'"], { stdio: "inherit" });`,
      execSync: `execSync("echo ab", { stdio: "inherit" });`,
      execFileSync: `execFileSync(${node}, ["-p", "'a'+'b'"], { stdio: "inherit" });`,
    };
    for (const [name, code] of Object.entries(cases)) {
      const cell = (await fixture.kernel.execute(`${imports} ${code}`)).expectOk();
      await cell.printed("ab\n", 3_000).catch(() => assert.fail(`${name}: ${cell.stdout}`));
    }
  });

  it("shows a fork's output, and stderr as stderr", async () => {
    const cell = (
      await fixture.kernel.execute(`${imports} await once(fork("child.cjs"), "close");`)
    ).expectOk();
    await cell.until(
      () => cell.stdout === "forked\n" && cell.stderr === "complaint\n",
      "both streams",
      3_000,
    );
  });

  it("end with the interrupted cell that started them, but for detached ones", async () => {
    const { kernel } = fixture;
    const cell = kernel.run(`${imports}
      const start = (options: object) => spawn(${node}, ["-e", "setInterval(() => {}, 1000)"], options);
      const children = [start({ stdio: "inherit" }), start({}), start({ detached: true, stdio: "ignore" })];
      const earlier = await Promise.all(children.map((child) => once(child, "spawn")));
      console.log("begun"); await once(children[0], "exit");`);
    await cell.printed("begun");
    await kernel.interrupt("interrupt_request");
    assert.equal((await cell.done(4_000)).reply.ename, "KeyboardInterrupt");
    const ended = await kernel.execute(
      `while (children[1].signalCode === null || children[0].signalCode === null) await new Promise((r) => setTimeout(r, 10));
       const signals = children.map(({ signalCode }) => signalCode); children[2].kill(); signals`,
      { timeout: 5_000 },
    );
    assert.equal(ended.expectOk().result, "[ 'SIGTERM', 'SIGTERM', null ]");
  });

  it("leaves piped output to the cell", async () => {
    const cell = await fixture.kernel.execute(
      `${imports} execSync("echo piped").toString() + spawnSync("echo", ["too"]).stdout`,
    );
    assert.equal(cell.expectOk().result, "'piped\\ntoo\\n'");
    assert.equal(cell.stdout, "");
    const failing = await fixture.kernel.execute(`${imports} execSync("exit 3", { stdio: "inherit" })`);
    assert.match(failing.reply.evalue!, /Command failed|exit 3/);
  });

  it("shows what is written to the descriptors themselves", async () => {
    const cell = await fixture.kernel.execute(
      'import { writeSync } from "node:fs"; writeSync(1, "to descriptor 1\\n"); writeSync(2, "to 2\\n");',
    );
    await cell
      .expectOk()
      .until(
        () => cell.stdout.includes("to descriptor 1\n") && cell.stderr.includes("to 2\n"),
        "both",
        3_000,
      );
  });
});
