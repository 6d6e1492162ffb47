import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export const root = resolve(__dirname, "../../..");
export const kernelMain = join(root, "dist/kernel-setup/kernel/main.js");

export interface Connection {
  transport: "tcp";
  ip: string;
  key: string;
  signature_scheme: "hmac-sha256";
  kernel_name: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
}

export interface KernelProcessOptions {
  /** The folder of the notebook. */
  cwd: string;
  env?: Record<string, string>;
  /** The command line; the compiled kernel of this project unless given. */
  command?: (connectionFile: string) => string[];
  /** Ports and key of an earlier kernel; free ports of 127.0.0.1 unless given. */
  connection?: Connection;
}

/** Five ports of 127.0.0.1 that nothing listens on now, and a new key. */
async function freeConnection(): Promise<Connection> {
  const servers = Array.from({ length: 5 }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    ports.push((server.address() as AddressInfo).port);
  }
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  const [shell, iopub, stdin, control, hb] = ports as [number, number, number, number, number];
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    key: randomUUID(),
    signature_scheme: "hmac-sha256",
    kernel_name: "tslab",
    shell_port: shell,
    iopub_port: iopub,
    stdin_port: stdin,
    control_port: control,
    hb_port: hb,
  };
}

const living = new Set<ChildProcess>();
process.on("exit", () => living.forEach((child) => child.kill("SIGKILL")));

/** A kernel's process, started as Jupyter does it: with a connection file, in the notebook's folder. */
export class KernelProcess {
  /** What the process itself wrote to its own stdout and stderr (not what its cells print). */
  log = "";
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  private endedAt = Infinity;

  private constructor(
    private readonly child: ChildProcess,
    readonly connection: Connection,
    connectionFile: string,
  ) {
    const collect = (chunk: Buffer) => (this.log += chunk.toString());
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    living.add(child);
    this.exited = new Promise((done) => {
      child.once("exit", (code, signal) => {
        living.delete(child);
        this.endedAt = Date.now();
        rmSync(dirname(connectionFile), { recursive: true, force: true });
        done({ code, signal });
      });
    });
  }

  static async start({ cwd, env, command, connection }: KernelProcessOptions): Promise<KernelProcess> {
    if (!command && !existsSync(kernelMain)) {
      throw new Error(`${kernelMain} is missing: run "npm run build:kernel-setup" first`);
    }
    connection ??= await freeConnection();
    const file = KernelProcess.writeConnectionFile(connection);
    const [program, ...args] = command?.(file) ?? [process.execPath, kernelMain, file];
    const child = spawn(program!, args, {
      cwd,
      // node:test marks its children by an environment variable; a kernel started by Jupyter has none.
      env: {
        ...process.env,
        NODE_TEST_CONTEXT: undefined,
        NODE_OPTIONS: undefined,
        JPY_PARENT_PID: String(process.pid),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new KernelProcess(child, connection, file);
  }

  /** Writes a connection file into a temporary folder of its own; its path. */
  static writeConnectionFile(connection: Connection): string {
    const file = join(mkdtempSync(join(tmpdir(), "kernel-connection-")), "kernel.json");
    writeFileSync(file, JSON.stringify(connection));
    return file;
  }

  /** For how many ms the process has not been running any more; -Infinity while it runs. */
  get endedFor(): number {
    return Date.now() - this.endedAt;
  }

  get pid(): number {
    return this.child.pid!;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Ends the process at once, whatever it does. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }
}
