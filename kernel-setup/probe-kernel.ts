import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Dealer, Subscriber } from "zeromq";
import { Wire, type Json, type Message } from "./kernel/wire";
import { jupyterFolder } from "./paths";
import { FailureError } from "./usage-error";

export interface KernelProbe {
  /** From its kernel_info_reply. */
  implementation: string;
  implementation_version: string;
  language_info: { name: string; version: string };
  /** Milliseconds from its start to its first reply. */
  startMs: number;
  /** What it says `1 + 1` is. */
  sum: string;
}

export const kernelspecFile: string = join(jupyterFolder, "kernels", "tslab", "kernel.json");

/**
 * Starts the kernel as Jupyter would, but without Jupyter, asks what it is and what 1 + 1 is, and ends it.
 *
 * @throws FailureError with what the kernel said when it does not start or does not answer within `timeoutMs`
 */
export async function probeKernel(timeoutMs = 30_000): Promise<KernelProbe> {
  const { argv } = JSON.parse(readFileSync(kernelspecFile, "utf8")) as { argv: string[] };
  const folder = mkdtempSync(join(tmpdir(), "tslab-gan-probe-"));
  const [shellPort, iopubPort, stdinPort, controlPort, heartbeatPort] = await freePorts(5);
  const key = randomBytes(16).toString("hex");
  const connection = {
    transport: "tcp",
    ip: "127.0.0.1",
    shell_port: shellPort,
    iopub_port: iopubPort,
    stdin_port: stdinPort,
    control_port: controlPort,
    hb_port: heartbeatPort,
    signature_scheme: "hmac-sha256",
    key,
  };
  const file = join(folder, "connection.json");
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  const [command = "", ...args] = argv.map((arg) => arg.replace("{connection_file}", file));
  const kernel = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  kernel.stdout.on("data", (chunk) => said.push(String(chunk)));
  kernel.stderr.on("data", (chunk) => said.push(String(chunk)));
  const gone = new Promise<never>((_resolve, reject) => {
    kernel.once("error", (error) => reject(new FailureError(`it cannot be started: ${error.message}`)));
    kernel.once("exit", (code, signal) =>
      reject(new FailureError(`it ended with ${signal ?? `exit code ${code}`}`)),
    );
  });
  const late = sleep(timeoutMs, undefined, { ref: false }).then(() => {
    throw new FailureError(`it did not answer within ${timeoutMs / 1000} s`);
  });
  gone.catch(() => undefined);
  late.catch(() => undefined);
  const shell = new Dealer({ linger: 0 });
  const iopub = new Subscriber({ linger: 0 });
  try {
    shell.connect(`tcp://127.0.0.1:${shellPort}`);
    iopub.connect(`tcp://127.0.0.1:${iopubPort}`);
    iopub.subscribe();
    return await Promise.race([converse(shell, iopub, new Wire(key, "hmac-sha256")), gone, late]);
  } catch (error) {
    const words = said.join("").trimEnd().split("\n").slice(-15).join("\n    ");
    throw new FailureError(`${(error as Error).message}${words === "" ? "" : `. It said:\n    ${words}`}`);
  } finally {
    kernel.removeAllListeners();
    kernel.kill("SIGKILL");
    shell.close();
    iopub.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function converse(shell: Dealer, iopub: Subscriber, wire: Wire): Promise<KernelProbe> {
  const started = Date.now();
  const info = (await request(shell, wire, "kernel_info_request", {})).content;
  const startMs = Date.now() - started;
  const code = {
    code: "1 + 1",
    silent: false,
    store_history: false,
    user_expressions: {},
    allow_stdin: false,
  };
  const outputs = firstOutput(iopub, wire);
  const reply = await request(shell, wire, "execute_request", code);
  if (reply.content["status"] !== "ok")
    throw new FailureError(
      `it failed at 1 + 1: ${String(reply.content["evalue"] ?? reply.content["status"])}`,
    );
  return { ...(info as unknown as KernelProbe), startMs, sum: await outputs };
}

async function request(shell: Dealer, wire: Wire, type: string, content: Json): Promise<Message> {
  await shell.send(wire.encode({ type, parent: undefined, content }));
  return wire.decode(await shell.receive());
}

/** The text of the first result, whether the kernel sends it as a result or prints it. */
async function firstOutput(iopub: Subscriber, wire: Wire): Promise<string> {
  for await (const [, ...frames] of iopub) {
    const { header, content } = wire.decode(frames);
    if (header.msg_type === "execute_result") return String((content["data"] as Json)["text/plain"]);
    if (header.msg_type === "stream") return String(content["text"]).trim();
  }
  return "nothing"; // the socket was closed
}

async function freePorts(count: number): Promise<number[]> {
  // All are held until the last is found, so that they differ.
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
