import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { temporaryKernelspec } from "./kernelspec";
import { createProject, type Project } from "./project";

const python = "/usr/bin/python3";
const has = (module: string) => spawnSync(python, ["-c", `import ${module}`]).status === 0;
const withoutNbconvert = has("nbconvert") ? false : `${python} has no nbconvert (Debian: jupyter-nbconvert)`;
const withoutExecute =
  has("nbclient") && existsSync("/usr/bin/jupyter-execute")
    ? false
    : "there is no /usr/bin/jupyter-execute (Debian: jupyter-client, python3-nbclient)";

interface Output {
  output_type: string;
  ename?: string;
  evalue?: string;
  text?: string[];
  data?: Record<string, string[]>;
}
interface Notebook {
  cells: { outputs: Output[]; execution_count: number | null }[];
}

function notebook(...sources: string[]): string {
  const metadata = { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } };
  const cells = sources.map((source) => ({
    cell_type: "code",
    source,
    metadata: {},
    outputs: [],
    execution_count: null,
  }));
  return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 4 });
}

describe("notebooks run without a front end", () => {
  let project: Project;
  let kernelspec: ReturnType<typeof temporaryKernelspec>;
  before(() => {
    project = createProject({
      "notebooks/good.ipynb": notebook(
        "const a = 20;",
        'console.log("hello"); a + 1',
        'import { twice } from "../lib/twice"; twice(a)',
      ),
      "notebooks/failing.ipynb": notebook(
        "console.log(1)",
        'throw new RangeError("on purpose")',
        'console.log(3); (await import("node:fs")).writeFileSync("ran", "to the end");',
      ),
      "notebooks/ill-typed.ipynb": notebook("const n: number = 'x';", "console.log(2)"),
      "lib/twice.ts": "export const twice = (n: number): number => 2 * n;",
    });
    kernelspec = temporaryKernelspec();
  });
  after(() => {
    project.remove();
    kernelspec.remove();
  });

  function run(...args: string[]) {
    const options = {
      cwd: project.notebooks,
      env: kernelspec.env,
      encoding: "utf8",
      timeout: 180_000,
    } as const;
    return spawnSync(python, args, options);
  }
  function executed(name: string): Notebook {
    return JSON.parse(readFileSync(`${project.notebooks}/${name}`, "utf8")) as Notebook;
  }
  const convert = ["-m", "nbconvert", "--to", "notebook", "--execute"];

  it("by nbconvert: all cells, with stream and result", { skip: withoutNbconvert }, () => {
    const { status, stderr } = run(...convert, "good.ipynb", "--output", "good.out.ipynb");
    assert.equal(status, 0, stderr);
    const { cells } = executed("good.out.ipynb");
    assert.deepEqual(
      cells.map((cell) => cell.execution_count),
      [1, 2, 3],
    );
    assert.deepEqual(
      cells[1]!.outputs.map((output) => output.output_type),
      ["stream", "execute_result"],
    );
    assert.deepEqual(cells[2]!.outputs[0]!.data!["text/plain"], ["40"]);
  });

  it("by nbconvert: a failing cell fails it, with its message", { skip: withoutNbconvert }, () => {
    const thrown = run(...convert, "failing.ipynb", "--output", "failing.out.ipynb");
    assert.notEqual(thrown.status, 0);
    assert.match(thrown.stderr, /RangeError: on purpose/);
    const illTyped = run(...convert, "ill-typed.ipynb", "--output", "ill-typed.out.ipynb");
    assert.notEqual(illTyped.status, 0);
    assert.match(illTyped.stderr, /'string' is not assignable to type 'number'/);
  });

  it("by nbconvert --allow-errors: every cell runs", { skip: withoutNbconvert }, () => {
    const { status, stderr } = run(
      ...convert,
      "--allow-errors",
      "failing.ipynb",
      "--output",
      "allowed.ipynb",
    );
    assert.equal(status, 0, stderr);
    const { cells } = executed("allowed.ipynb");
    assert.equal(cells[1]!.outputs[0]!.output_type, "error");
    assert.equal(cells[1]!.outputs[0]!.evalue, "on purpose");
    assert.deepEqual(cells[2]!.outputs[0]!.text, ["3\n"]);
  });

  it("by jupyter execute: likewise", { skip: withoutExecute }, () => {
    assert.equal(run("/usr/bin/jupyter-execute", "good.ipynb").status, 0);
    const failing = run("/usr/bin/jupyter-execute", "failing.ipynb");
    assert.notEqual(failing.status, 0);
    assert.match(failing.stderr, /RangeError: on purpose/);
    // It shows no outputs: a file tells that the cell behind the error ran.
    rmSync(`${project.notebooks}/ran`, { force: true });
    const allowed = run("/usr/bin/jupyter-execute", "--allow-errors", "failing.ipynb");
    assert.equal(allowed.status, 0, allowed.stderr);
    assert.equal(readFileSync(`${project.notebooks}/ran`, "utf8"), "to the end");
  });
});
