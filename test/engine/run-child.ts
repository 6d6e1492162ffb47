import { spawn } from "node:child_process";
import { join } from "node:path";

export interface ChildResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface ChildOptions {
  env?: NodeJS.ProcessEnv;
  args?: string[];
  /** Node's own options, before the script. */
  nodeArgs?: string[];
  /** The child is killed after so many milliseconds, which its result shows as a signal. */
  timeout?: number;
}

/** Runs a script of children/ in a Node process of its own. */
export function runChild(
  script: string,
  { env, args = [], nodeArgs = [], timeout = 120_000 }: ChildOptions = {},
) {
  return new Promise<ChildResult>((resolve, reject) => {
    const file = join(__dirname, "children", script);
    // Node's test runner marks its children by this variable; a child's output is read here, not by the runner.
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
    const child = spawn(process.execPath, ["--import", "tsx", ...nodeArgs, file, ...args], {
      env: { ...inherited, ...env },
      timeout,
      killSignal: "SIGKILL",
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
