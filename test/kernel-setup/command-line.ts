import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";

export const root = fileURLToPath(new URL("../..", pathToFileURL(__filename)));

/** Builds what is stale and finds Jupyter, so that the tests run what the sources say. */
export function setUpProject(): void {
  const { status, stderr } = spawnSync(process.execPath, ["kernel-setup/setup.mjs", "--jupyter", "--quiet"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
}

/** A running command, and all that it has said so far. */
export class Command {
  private readonly child: ChildProcess;
  private said = "";
  private readonly exit: Promise<number | null>;

  constructor(
    command: string,
    args: string[],
    { cwd = root, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  ) {
    // INIT_CWD would make paths relative to where npm was called.
    const environment = { ...process.env, INIT_CWD: cwd, NODE_TEST_CONTEXT: undefined, ...env };
    this.child = spawn(command, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.on("data", (chunk) => (this.said += String(chunk)));
    this.child.stderr?.on("data", (chunk) => (this.said += String(chunk)));
    this.exit = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (code) => resolve(code));
    });
  }

  get output(): string {
    return this.said;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for the exit code and all output. */
  async ended(): Promise<{ code: number | null; output: string }> {
    const code = await this.exit;
    return { code, output: this.said };
  }

  /** Waits until the output has a match; fails when the command ends first, or after a minute. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const ended = this.exit.then(() => true);
    for (const started = Date.now(); Date.now() - started < 60_000;) {
      const found = pattern.exec(this.said);
      if (found !== null) return found;
      if (await Promise.race([ended, sleep(50, false)])) break;
    }
    const found = pattern.exec(this.said);
    if (found !== null) return found;
    this.kill("SIGTERM");
    throw new Error(`the command did not say ${pattern}; it said:\n${this.said}`);
  }
}

/** The project's own command line. */
export function cli(args: string[], env?: NodeJS.ProcessEnv): Command {
  return new Command(
    process.execPath,
    [join(root, "dist/kernel-setup/cli.js"), ...args],
    env === undefined ? {} : { env },
  );
}

/** A temporary folder, removed by `remove()`. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "tslab-gan-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

export interface TestCell {
  code: string;
  tags?: string[];
}

/** Writes a notebook and returns its path. */
export function writeTestNotebook(folder: string, cells: (string | TestCell)[], kernel = "tslab"): string {
  const path = join(folder, "test.ipynb");
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: kernel, display_name: kernel, language: "typescript" } },
    cells: cells.map((cell, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      execution_count: null,
      metadata: typeof cell === "string" || cell.tags === undefined ? {} : { tags: cell.tags },
      outputs: [],
      source: typeof cell === "string" ? cell : cell.code,
    })),
  };
  writeFileSync(path, JSON.stringify(notebook));
  return path;
}

export interface SavedOutput {
  output_type: string;
  name?: string;
  text?: string[];
  ename?: string;
  evalue?: string;
  data?: Record<string, string | string[]>;
}

export interface SavedCell {
  id: string;
  source: string[];
  execution_count: number | null;
  metadata: { tags?: string[]; execution?: Record<string, string> };
  outputs: SavedOutput[];
}

export function readTestNotebook(path: string): { nbformat_minor: number; cells: SavedCell[] } {
  return JSON.parse(readFileSync(path, "utf8")) as { nbformat_minor: number; cells: SavedCell[] };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended counts until its parent asks for it; it runs no more.
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits until none of the processes is alive; returns those that are after some seconds. */
export async function survivors(pids: number[], seconds: number): Promise<number[]> {
  const deadline = Date.now() + seconds * 1000;
  while (pids.some(isAlive) && Date.now() < deadline) await sleep(100);
  return pids.filter(isAlive);
}
