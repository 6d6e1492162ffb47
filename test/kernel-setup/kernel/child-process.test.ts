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
