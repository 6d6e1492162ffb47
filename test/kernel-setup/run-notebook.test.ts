import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import {
  cli,
  Command,
  readTestNotebook,
  setUpProject,
  survivors,
  temporaryFolder,
  writeTestNotebook,
  type SavedCell,
} from "./command-line";

/** A cell that tells the kernel's process and its parent's, the Jupyter server's. */
const tellPids = "console.log(`pids ${process.pid} ${process.ppid}.`)";
const endlessLoop =
  "for (let i = 0; ; i++) { console.log('step', i); await new Promise((r) => setTimeout(r, 100)); }";

describe("npm run notebook", () => {
  const folder = temporaryFolder();
  const out = join(folder.path, "out");
  const executed = join(out, "test.ipynb");
  let runner: Command;
  before(setUpProject);
  after(folder.remove);

  function start(cells: Parameters<typeof writeTestNotebook>[1], ...args: string[]): void {
    const notebook = writeTestNotebook(folder.path, cells);
    runner = cli(["run", notebook, "--out", out, ...args]);
  }

  async function pids(): Promise<number[]> {
    const [, kernel, server] = await runner.says(/pids (\d+) (\d+)\./);
    return [Number(kernel), Number(server)];
  }

  it("refuses to write the executed notebook over the notebook itself", async () => {
    const notebook = writeTestNotebook(folder.path, ["1 + 1"]);
    const before = readFileSync(notebook, "utf8");
    const { code, output } = await cli(["run", notebook, "--out", folder.path]).ended();
    assert.equal(code, 2, output);
    assert.match(output, /would take the place of .*test\.ipynb itself\. Choose another folder/);
    assert.equal(readFileSync(notebook, "utf8"), before);
  });

  it("runs every cell, keeps its outputs, and writes the notebook and a page", async () => {
    start(
      [
        tellPids,
        { code: "let rounds = 20;\nconst mode: string = 'slow';", tags: ["parameters"] },
        "for (let i = 0; i < rounds; i++) console.log(mode, i);\nconsole.error('careful');",
        "import * as tslab from 'tslab';\n" +
          "const kernel = (globalThis as any)[Symbol.for('tslab.kernel')];\n" +
          "kernel.display({ 'text/plain': 'batch 0' }, { displayId: 'bar' });\n" +
          "kernel.display({ 'text/plain': 'batch 1' }, { displayId: 'bar', update: true });\n" +
          "console.log('old'); kernel.clearOutput(true); console.log('new');",
        "kernel.display({ 'text/plain': 'batch 2' }, { displayId: 'bar', update: true });",
        "kernel.display({ 'text/plain': 'first' }, { displayId: 'other' });\nmode.length",
        "kernel.display({ 'text/plain': 'changed later' }, { displayId: 'other', update: true });",
        "",
        { code: "throw new Error('not run')", tags: ["skip-execution"] },
        { code: "throw new Error('expected')", tags: ["raises-exception"] },
      ],
      ..."-p rounds 2 -p mode=fast".split(" "),
    );
    const processes = await pids();
    const { code, output } = await runner.ended();
    assert.equal(code, 0, output);
    assert.deepEqual(await survivors(processes, 5), []);
    assert.match(output, /\[2\/9\].*✓|\[2\/9\] ✓/s);
    assert.match(output, /^ {4}fast 1$/m, "streams are shown");
    assert.match(output, /^ {4}batch 0$/m, "displays are shown");

    const { cells, nbformat_minor } = readTestNotebook(executed);
    assert.equal(nbformat_minor, 5);
    const [, , injected, printing, cleared, , displaying, , empty, skipped] = cells as [
      SavedCell,
      ...SavedCell[],
    ];
    assert.deepEqual(injected?.metadata.tags, ["injected-parameters"]);
    assert.deepEqual(injected?.outputs, []);
    assert.match(injected?.source.join("") ?? "", /rounds = 2;/);
    assert.deepEqual(
      printing?.outputs.map(({ name, text }) => [name, text]),
      [
        ["stdout", ["fast 0\n", "fast 1\n"]],
        ["stderr", ["careful\n"]],
      ],
    );
    assert.deepEqual(cleared?.outputs, [{ output_type: "stream", name: "stdout", text: ["new\n"] }]);
    assert.deepEqual(
      displaying?.outputs.map(({ output_type, data }) => [output_type, data?.["text/plain"]]),
      [
        ["display_data", "changed later"],
        ["execute_result", "4"],
      ],
    );
    assert.deepEqual([empty?.execution_count, skipped?.execution_count], [null, null]);
    assert.ok(printing?.metadata.execution?.["shell.execute_reply"]);
    assert.deepEqual(
      cells.map(({ execution_count }) => execution_count).filter((count) => count !== null),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    assert.match(readFileSync(join(out, "test.html"), "utf8"), /changed later/);
    assert.deepEqual(readdirSync(out).sort(), ["test.html", "test.ipynb"], "no temporary file is left");
  });

  it("shows a failing cell with its line, keeps what was done, and stops there", async () => {
    start(
      ["const a = 1;", "console.log('before');\nconst b = a + 1;\nthrow new RangeError('boom');", "'never'"],
      "--no-html",
    );
    const { code, output } = await runner.ended();
    assert.equal(code, 1);
    assert.match(output, /test\.ipynb, code cell 2 of 3, line 3/);
    assert.match(output, /> +3 \| throw new RangeError\('boom'\);/);
    assert.match(output, /RangeError: boom/);
    const { cells } = readTestNotebook(executed);
    assert.deepEqual(
      cells[1]?.outputs.map(({ output_type, ename, evalue }) => ename ?? evalue ?? output_type),
      ["stream", "RangeError"],
    );
    assert.equal(cells[2]?.execution_count, null);
  });

  it("shows a type error with its line, and goes on with --allow-errors", async () => {
    start(
      ["const n: number = 1;\nconst s: string = n;", "console.log('after')"],
      "--no-html",
      "--allow-errors",
    );
    const { code, output } = await runner.ended();
    assert.equal(code, 0);
    assert.match(output, /code cell 1 of 2, line 2/);
    assert.match(output, /is not assignable to type 'string'/);
    assert.deepEqual(readTestNotebook(executed).cells[1]?.outputs[0]?.text, ["after\n"]);
  });

  it("refuses what cannot be run before it starts anything", async () => {
    const parameters = { code: "let maxEpochs = 20;", tags: ["parameters"] };
    const refused = async (args: string[], message: RegExp, cells = [parameters]) => {
      start(cells, ...args);
      const { code, output } = await runner.ended();
      assert.equal(code, 2, output);
      assert.match(output, message);
    };
    await refused(["-p", "epochs", "1"], /no parameter “epochs”.*It has: maxEpochs/);
    await refused(["-p", "maxEpochs", "many"], /maxEpochs takes a number .*let maxEpochs = 20;.* got `many`/);
    await refused(["-p", "maxEpochs"], /takes a name and a value/);
    await refused(["-p", "maxEpochs", "1"], /no code cell of the notebook has the tag “parameters”/, [
      { code: "1", tags: [] },
    ]);
    await refused(["--timeout", "soon"], /--timeout takes a number above 0, and got “soon”/);
    await refused(["--fast"], /Unknown option '--fast'/);
    await refused(["other.ipynb"], /one notebook at a time/);
    const broken = join(folder.path, "broken.ipynb");
    writeFileSync(broken, "{ not JSON");
    for (const [path, message] of [
      [join(folder.path, "nowhere.ipynb"), /cannot read the notebook .*nowhere\.ipynb/],
      [broken, /broken\.ipynb is not a notebook: it is not JSON/],
    ] as const) {
      const { code, output } = await cli(["run", path]).ended();
      assert.equal(code, 2, output);
      assert.match(output, message);
    }
  });

  it("names the kernels that there are when the notebook wants another", async () => {
    const notebook = writeTestNotebook(folder.path, ["1"], "cobol");
    const { code, output } = await cli(["run", notebook, "--out", out, "--no-html"]).ended();
    assert.equal(code, 1);
    assert.match(output, /wants the kernel “cobol”, and Jupyter has only .*tslab/);
  });

  it("interrupts the cell at Ctrl-C and writes what is done so far", async () => {
    start([tellPids, endlessLoop, "'never'"], "--no-html");
    const processes = await pids();
    await runner.says(/step 2/);
    runner.kill("SIGINT");
    const { code, output } = await runner.ended();
    assert.equal(code, 130, output);
    assert.match(output, /stopped by Ctrl-C/);
    const { cells } = readTestNotebook(executed);
    assert.match(cells[1]?.outputs[0]?.text?.join("") ?? "", /step 2\n/);
    assert.equal(cells[1]?.outputs.at(-1)?.output_type, "error");
    assert.equal(cells[2]?.execution_count, null);
    assert.deepEqual(await survivors(processes, 5), []);
  });

  it("quits at a second Ctrl-C even when the cell cannot be interrupted", async () => {
    start(
      [
        tellPids,
        "console.log('stuck');\nAtomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);",
      ],
      "--no-html",
    );
    const processes = await pids();
    await runner.says(/stuck/);
    runner.kill("SIGINT");
    await runner.says(/interrupting the cell/);
    runner.kill("SIGINT");
    const { code } = await runner.ended();
    assert.equal(code, 130);
    assert.ok(existsSync(executed));
    assert.deepEqual(await survivors(processes, 10), []);
  });

  for (const signal of ["SIGTERM", "SIGHUP", "SIGKILL"] as const)
    it(`leaves neither server nor kernel behind after ${signal}`, async () => {
      start([tellPids, endlessLoop], "--no-html");
      const processes = await pids();
      await runner.says(/step 1/);
      runner.kill(signal);
      await runner.ended();
      assert.deepEqual(await survivors(processes, 15), []);
      assert.equal(processes.length, 2);
    });

  it("stops a cell that takes longer than --timeout", async () => {
    start(["1", endlessLoop], "--no-html", "--timeout", "3");
    const { code, output } = await runner.ended();
    assert.equal(code, 1);
    assert.match(output, /took longer than 3 s \(--timeout\)/);
    assert.equal(readTestNotebook(executed).cells[1]?.outputs.at(-1)?.output_type, "error");
  });

  it("reports a kernel that dies, and what to do", async () => {
    start(
      [tellPids, "process.kill(process.pid, 'SIGKILL');\nawait new Promise((r) => setTimeout(r, 60_000));"],
      "--no-html",
    );
    const processes = await pids();
    const { code, output } = await runner.ended();
    assert.equal(code, 1);
    assert.match(output, /the kernel died.*lower the batch size/s);
    assert.doesNotMatch(output, /at .*node_modules/, "no stack of the runner's own");
    assert.deepEqual(readTestNotebook(executed).cells[0]?.outputs.length, 1);
    assert.deepEqual(await survivors(processes, 5), []);
  });
});
