import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface StartedJupyter {
  /** What `npm start` told the user to open: the tutorial, with the server's token. */
  readonly address: string;
  /** The address of another file of the project. */
  addressOf(path: string): string;
  /** All that `npm start` printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const tutorial = "notebooks/gan.ipynb";
const startSeconds = 150;

/**
 * Runs `npm start -- --no-browser` as a user would, with Jupyter's settings and state in a folder of its own.
 *
 * @param root the project's copy
 * @param jupyter the `jupyter` command to use
 */
export async function startJupyter(root: string, jupyter: string): Promise<StartedJupyter> {
  const state = mkdtempSync(join(tmpdir(), "tslab-gan-jupyter-"));
  const config = join(state, "config");
  mkdirSync(config);
  // The tests ask JupyterLab's own model for what is not on the screen.
  writeFileSync(
    join(config, "jupyter_lab_config.json"),
    JSON.stringify({ LabApp: { expose_app_in_browser: true } }),
  );
  const child = spawn("npm", ["start", "--", "--no-browser"], {
    cwd: root,
    env: {
      ...process.env,
      JUPYTER: jupyter,
      JUPYTER_CONFIG_DIR: config,
      JUPYTER_DATA_DIR: join(state, "data"),
      JUPYTER_RUNTIME_DIR: join(state, "runtime"),
    },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: npm, the launcher, the server and its kernels are stopped together.
    detached: true,
  });
  let output = "";
  const stop = async () => {
    await stopGroup(child);
    rmSync(state, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const address = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`npm start ${why}. It printed:\n${output}`));
      const timer = setTimeout(
        () => fail(`printed no address within ${startSeconds} s`),
        startSeconds * 1000,
      );
      child.once("exit", (code) => fail(`ended with exit code ${code}`));
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        const found = /https?:\/\/\S+\/notebooks\/gan\.ipynb\?token=\w+/.exec(output)?.[0];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
    });
    // JupyterLab opens again what was open last, unless told not to.
    const reset = address.includes("/lab/") ? "&reset" : "";
    const addressOf = (path: string) =>
      path === tutorial ? address : address.replace(tutorial, path) + reset;
    return { address, addressOf, output: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(-child.pid, signal);
    } catch {
      return; // Nobody of the group is left.
    }
    for (let i = 0; i < 50 && groupLives(child.pid); i++) await new Promise((done) => setTimeout(done, 100));
  }
}

function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
