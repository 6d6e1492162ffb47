/** Usage: node main.js CONNECTION_FILE. The working folder is the notebook's. */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { Router } from "zeromq";
import { captureChildren } from "./child-output";
import { Comms } from "./comms";
import { address, readConnection } from "./connection";
import type * as compilerModule from "./compiler/compiler";
import type { Evaluator } from "./evaluator";
import type * as evaluatorModule from "./evaluator";
import { Interrupter } from "./interrupt";
import { IOPub } from "./iopub";
import { createNotebookKernel } from "./notebook-kernel";
import { KernelInterrupt, currentRun } from "./run";
import { Session } from "./session";
import { SharedState } from "./shared-state";
import { Stdin } from "./stdin";
import { captureStreams } from "./streams";
import type { ControlData, FromControl } from "./thread-messages";
import { trackTimers } from "./timers";
import { installStackTraces, reportError } from "./traceback";
import { createTslabModule } from "./tslab-module";
import { loadTypeScript, saveCompiledTypeScript } from "./typescript-loader";
import { Wire, type Header, type Message } from "./wire";

/** Taken before cells get theirs, which goes to their output. */
const writeToDescriptor = writeSync;
const connection = readConnection(process.argv[2] ?? "");
const shared = new SharedState();
const wire = new Wire(connection.key, connection.signatureScheme);
const workerData: ControlData = { connection, session: wire.session, shared: shared.buffer };
const worker = new Worker(join(__dirname, "control.js"), { workerData, stdout: false, stderr: false });
const iopub = new IOPub(worker, shared);
const interrupter = new Interrupter(shared);
const shell = new Router({ sendTimeout: 0, sendHighWaterMark: 0 });
const stdinSocket = new Router({ sendTimeout: 0, sendHighWaterMark: 0 });
const stdin = new Stdin(stdinSocket, wire);
const currentParent = (): Header | undefined => currentRun.getStore()?.parent ?? session.lastParent;
const comms = new Comms((type, content, metadata, buffers) =>
  iopub.publish(type, currentParent(), content, metadata, buffers),
);
let refused = 0;
/** Whether the process ends by the kernel's own will, and not by a cell's. */
let isEnding = false;
let evaluator: Evaluator | undefined;

const kernel = createNotebookKernel({
  iopub,
  stdin,
  comms,
  lastParent: () => session.lastParent,
  activeRun: () => session.active,
  refused: () => refused,
  lookup: (name) => evaluator?.lookup(name),
});

/** The compiler takes a while to load: not before the first reply. */
function getEvaluator(): Evaluator {
  if (!evaluator) {
    /* eslint-disable @typescript-eslint/no-require-imports */
    const ts = loadTypeScript();
    // What the compiler reads now stays for good: room for short-lived objects would only grow by it, by 20 MB.
    setFlagsFromString("--semi-space-growth-factor=1");
    try {
      const { Compiler } = require("./compiler/compiler") as typeof compilerModule;
      const { Evaluator } = require("./evaluator") as typeof evaluatorModule;
      /* eslint-enable @typescript-eslint/no-require-imports */
      evaluator = new Evaluator(
        new Compiler(ts, process.cwd()),
        shared.cells,
        interrupter,
        new Map([["tslab", createTslabModule(kernel)]]),
      );
    } finally {
      setFlagsFromString("--semi-space-growth-factor=2");
    }
  }
  return evaluator;
}

const session: Session = new Session({
  shell,
  wire,
  iopub,
  interrupter,
  comms,
  evaluator: getEvaluator,
  shutdown: () => end(0),
});

/** Loads the compiler ahead of the first cell; and keeps it compiled for the next session, once there is time. */
function warmUp(): void {
  getEvaluator().compiler.compile("1 + 1");
  const save = (): void => {
    if (session.active) later();
    else saveCompiledTypeScript();
  };
  const later = (): void => void setTimeout(save, 3000).unref();
  later();
}

function refuse(channel: string, reason: string): void {
  refused++;
  // Said at 1, 2, 5, 10, 20, 50 …: the log stays short under an attack.
  if (/^[125]0*$/.test(String(refused)))
    log(`refused ${refused} messages, the last on ${channel}: ${reason}`);
}

/** For the log of whoever started the kernel; process.stderr belongs to the cells. */
function log(line: string): void {
  try {
    writeToDescriptor(2, `[kernel] ${line}\n`);
  } catch {
    // Nobody reads the log any more.
  }
}

async function serve(socket: Router, channel: string, handle: (message: Message) => void): Promise<void> {
  for await (const frames of socket) {
    try {
      handle(wire.decode(frames));
    } catch (error) {
      refuse(channel, (error as Error).message);
    }
  }
}

function end(code: number): never {
  isEnding = true;
  process.exit(code);
}

function listen(): void {
  worker.on("message", (message: FromControl) => {
    if (message.kind === "interrupt") interrupter.notice();
    else if (message.kind === "shutdown") end(0);
    else if (message.kind === "refused") refuse(message.channel, message.reason);
  });
  const report = (title: string, error: unknown): void => {
    if (error instanceof KernelInterrupt) return;
    iopub.stream("stderr", `${title} ${reportError(error).traceback.join("\n")}\n`, currentParent());
  };
  process.on("uncaughtException", (error) => report("Uncaught", error));
  process.on("unhandledRejection", (error) => report("Unhandled rejection:", error));
  worker.on("error", (error) => {
    log(`the control thread failed: ${String(error)}`);
    end(1);
  });
  process.on("SIGINT", () => {
    shared.ask();
    interrupter.notice();
  });
  process.on("exit", (code) => {
    if (session.active && !isEnding)
      iopub.stream(
        "stderr",
        `The cell ended the kernel: process.exit(${code}). Its variables are lost.\n`,
        session.active.parent,
      );
    session.abandon(isEnding ? undefined : code);
    iopub.drain(400);
    iopub.close(200);
    shell.close();
    stdinSocket.close();
  });
}

async function main(): Promise<void> {
  installStackTraces();
  captureStreams(iopub, () => session.lastParent);
  captureChildren(
    (name, text, parent) => iopub.stream(name, text, parent),
    () => session.lastParent,
  );
  trackTimers();
  listen();
  Object.assign(globalThis, { [Symbol.for("tslab.kernel")]: kernel, input: kernel.input });
  await Promise.all([
    shell.bind(address(connection, connection.ports.shell)),
    stdinSocket.bind(address(connection, connection.ports.stdin)),
  ]);
  iopub.status("starting", undefined);
  void serve(stdinSocket, "stdin", (message) => stdin.receive(message));
  let isWarm = false;
  await serve(shell, "shell", (message) => {
    session.receive(message);
    if (isWarm) return;
    isWarm = true;
    setTimeout(warmUp, 5);
  });
}

main().catch((error: unknown) => {
  log(`cannot start: ${String(error)}`);
  end(1);
});
