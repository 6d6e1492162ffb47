import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { jupyterEnvironment, type Jupyter } from "./jupyter";
import type { GuardedCommand } from "./process-guard";
import { FailureError } from "./usage-error";

export interface JupyterServerOptions {
  jupyter: Jupyter;
  /** Which of Jupyter's servers: the bare one, or one with pages. */
  app: "server" | "notebook" | "lab";
  /** The folder that the server shows. */
  folder: string;
  /** Default: a free one. When it is taken, the server takes one of the next. */
  port?: number;
  /** Default 127.0.0.1. */
  ip?: string;
  /** Ignore the user's own Jupyter configuration (a password in it, say). */
  ownConfiguration?: boolean;
}

const localhost = "127.0.0.1";
const startTimeoutMs = 60_000;

/** A running Jupyter server that ends with this process, whatever ends this process. */
export class JupyterServer {
  /** Resolves when the server has ended. */
  readonly ended: Promise<void>;

  private constructor(
    private readonly guard: ChildProcess,
    private readonly runtimeFolder: string,
    /** Ends with "/". */
    readonly url: string,
    readonly token: string,
  ) {
    this.ended = ended(guard);
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @throws FailureError with the end of the server's log when it ends or says nothing for a minute
   */
  static async start(options: JupyterServerOptions): Promise<JupyterServer> {
    const runtimeFolder = mkdtempSync(join(tmpdir(), "tslab-gan-"));
    const token = randomBytes(24).toString("hex");
    const log = openSync(join(runtimeFolder, "server.log"), "a");
    const command: GuardedCommand = {
      command: options.jupyter.command,
      args: [options.app, ...(await serverArguments(options))],
      remove: runtimeFolder,
    };
    const guardFile = join(__dirname, `process-guard${extname(__filename)}`);
    const guard = spawn(process.execPath, [...process.execArgv, guardFile, JSON.stringify(command)], {
      detached: true,
      stdio: ["pipe", log, log],
      cwd: options.folder,
      env: {
        ...jupyterEnvironment(),
        ...(options.ownConfiguration === true ? { JUPYTER_CONFIG_DIR: join(runtimeFolder, "config") } : {}),
        JUPYTER_TOKEN: token, // not as an argument, where every user of the machine could read it
        JUPYTER_RUNTIME_DIR: runtimeFolder,
        PYTHONDONTWRITEBYTECODE: "1",
      },
    });
    closeSync(log);
    guard.stdin?.on("error", () => undefined);
    const name = `\`${options.jupyter.command} ${options.app}\``;
    const state = { ended: false };
    // The guard removes the log with the folder, so what it said is kept while it runs.
    let logText = "";
    void ended(guard).then(() => (state.ended = true));
    for (const started = Date.now(); ; await sleep(50)) {
      logText = readLog(runtimeFolder) || logText;
      const url = announcedUrl(runtimeFolder, options.ip ?? localhost);
      if (url !== undefined && (await answers(url, token)))
        return new JupyterServer(guard, runtimeFolder, url, token);
      const late = Date.now() - started > startTimeoutMs;
      if (!state.ended && !late) continue;
      guard.stdin?.end();
      await ended(guard);
      const what = late ? "did not answer for a minute" : "ended while it started";
      throw new FailureError(
        `the Jupyter server (${name}) ${what}. The end of its log:\n${indentedTail(logText)}\n` +
          "  `npm run doctor` shows what was found; set JUPYTER to another `jupyter` command to use that one.",
      );
    }
  }

  /** The end of the server's log. */
  logTail(): string {
    return indentedTail(readLog(this.runtimeFolder));
  }

  log(): string {
    return readLog(this.runtimeFolder);
  }

  /** Ends the server and its kernels; resolves when both are gone. */
  async stop(): Promise<void> {
    this.guard.stdin?.end();
    await this.ended;
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
}

async function serverArguments({
  app,
  folder,
  port,
  ip = localhost,
}: JupyterServerOptions): Promise<string[]> {
  const main = app === "notebook" ? "NotebookApp" : "ServerApp";
  const settings = {
    "ServerApp.root_dir": folder,
    ...(app === "notebook" ? { "NotebookApp.notebook_dir": folder } : {}),
    // By default the server drops what a kernel sends faster than 1 MB/s; curves and images are more.
    [`${main}.iopub_data_rate_limit`]: "1e12",
    [`${main}.iopub_msg_rate_limit`]: "1e9",
    "MultiKernelManager.default_kernel_name": "tslab",
    "KernelRestarter.time_to_dead": "0.5",
  };
  return [
    "--no-browser",
    `--port=${port ?? (await freePort())}`,
    `--ip=${ip}`,
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
  ];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** The address by the file that every Jupyter server writes into its runtime folder. */
function announcedUrl(runtimeFolder: string, ip: string): string | undefined {
  try {
    const file = readdirSync(runtimeFolder).find((name) => /^(?:jp|nb)server-\d+\.json$/.test(name));
    if (file === undefined) return undefined;
    const info = JSON.parse(readFileSync(join(runtimeFolder, file), "utf8")) as ServerInfo;
    // The file names the machine, which need not know its own name.
    const host = ["0.0.0.0", "::", "*", ""].includes(ip) ? "127.0.0.1" : ip.includes(":") ? `[${ip}]` : ip;
    return `${info.secure ? "https" : "http"}://${host}:${info.port}${info.base_url}`;
  } catch {
    return undefined; // half written
  }
}

interface ServerInfo {
  readonly port: number;
  readonly base_url: string;
  readonly secure: boolean;
}

async function answers(url: string, token: string): Promise<boolean> {
  if (url.startsWith("https:")) return true; // with a certificate of its own, that only the user's browser may trust
  try {
    return (await fetch(new URL("api/status", url), { headers: { authorization: `token ${token}` } })).ok;
  } catch {
    return false;
  }
}

function readLog(runtimeFolder: string): string {
  try {
    return readFileSync(join(runtimeFolder, "server.log"), "utf8");
  } catch {
    return "";
  }
}

function indentedTail(log: string): string {
  const lines = log.trimEnd().split("\n").slice(-20);
  return lines.map((line) => `    ${line}`).join("\n");
}
