/**
 * The control thread: it owns the control, heartbeat and iopub sockets, so that the kernel answers, stops and
 * publishes while a cell keeps the main thread busy.
 */
import { join } from "node:path";
import { Worker, parentPort, workerData } from "node:worker_threads";
import { Publisher, Reply, Router } from "zeromq";
import { address } from "./connection";
import { kernelInfo } from "./kernel-info";
import { SharedState } from "./shared-state";
import type { ControlData, FromControl, ToControl } from "./thread-messages";
import { Wire, type Header, type Json, type Message } from "./wire";

const STUCK =
  "The cell has not stopped: it is inside code that cannot be interrupted (a native call, a child process, or a loop " +
  "of an npm package). Wait for it, or restart the kernel, which loses its variables.\n";

const STOPPING =
  "The cell is stopping: it finishes what it is computing first. Interrupt again to stop it at once.\n";
const STOPPING_DELAY_MS = 2000;

/** How long the main thread may take to notice a second interrupt. */
const ADVICE_DELAY_MS = 250;

const port = parentPort!;
const { connection, session, shared } = workerData as ControlData;
const state = new SharedState(shared);
const wire = new Wire(connection.key, connection.signatureScheme, session);
// Without these two, sends past 512 waiting messages are refused and lost.
const iopub = new Publisher({ sendTimeout: 0, sendHighWaterMark: 0 });
const control = new Router({ sendTimeout: 0, sendHighWaterMark: 0 });
const heartbeat = new Reply();
let running: Header | undefined;
let lastInterrupt = -Infinity;
let signals: Worker | undefined;
let isClosing = false;

const tell = (message: FromControl): void => port.postMessage(message);

function publish(
  type: string,
  parent: Header | undefined,
  content: Json | string,
  metadata: Json | string = {},
  buffers: readonly Uint8Array[] = [],
): void {
  iopub
    .send(wire.encode({ identities: [type], type, parent, content, metadata, buffers }))
    .catch(() => undefined);
}

async function reply(to: Message, content: Json): Promise<void> {
  const type = to.header.msg_type.replace(/_request$/, "_reply");
  publish("status", to.header, { execution_state: "busy" });
  await control.send(wire.encode({ identities: to.identities, type, parent: to.header, content }));
  publish("status", to.header, { execution_state: "idle" });
}

function interrupt(): void {
  const now = performance.now();
  const again = now - lastInterrupt < 2000;
  lastInterrupt = now;
  const count = state.ask();
  tell({ kind: "interrupt" });
  const advise = (): void => {
    if (state.handled < count) publish("stream", running, { name: "stderr", text: STUCK });
  };
  if (again) setTimeout(advise, ADVICE_DELAY_MS);
  const cell = running;
  setTimeout(() => {
    if (state.graceful && state.handled === count && running === cell)
      publish("stream", cell, { name: "stderr", text: STOPPING });
  }, STOPPING_DELAY_MS);
}

function close(): void {
  isClosing = true;
  for (const socket of [iopub, control, heartbeat]) socket.close();
  void signals?.terminate();
  state.announceClosed();
}

/** See sigint.ts. */
function listenToSignals(): void {
  if (signals || isClosing) return;
  signals = new Worker(join(__dirname, "sigint.js"));
  signals.on("message", interrupt);
  signals.on("error", () => undefined);
  signals.on("exit", () => {
    signals = undefined;
    // Not at once: what ended it may end it again.
    setTimeout(listenToSignals, 1000).unref();
  });
  signals.unref();
}

async function shutdown(message: Message): Promise<void> {
  const content = { status: "ok", restart: message.content.restart === true };
  publish("shutdown_reply", message.header, content);
  await reply(message, content);
  // The main thread may be inside code that never returns.
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 600);
  tell({ kind: "shutdown" });
}

async function serveControl(): Promise<void> {
  for await (const frames of control) {
    let message: Message;
    try {
      message = wire.decode(frames);
    } catch (error) {
      tell({ kind: "refused", channel: "control", reason: (error as Error).message });
      continue;
    }
    const type = message.header.msg_type;
    if (type === "interrupt_request") {
      interrupt();
      await reply(message, { status: "ok" });
    } else if (type === "shutdown_request") await shutdown(message);
    else if (type === "kernel_info_request") await reply(message, kernelInfo());
    else tell({ kind: "refused", channel: "control", reason: `unknown message type ${type.slice(0, 100)}` });
  }
}

async function serveHeartbeat(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

/** A kernel without its parent is nobody's: it ends. Works while the main thread is busy, too. */
function followParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, 500).unref();
}

/** From here on, messages of the main thread are taken: a socket that is being bound refuses to send. */
function publishForMain(): void {
  port.on("message", (message: ToControl) => {
    if (message.kind === "running") {
      running = message.parent;
      // From now on the main thread may be too busy to hear signals.
      return listenToSignals();
    }
    if (message.kind === "close") return close();
    publish(message.type, message.parent, message.content, message.metadata, message.buffers);
    state.published = message.sequence;
  });
}

async function main(): Promise<void> {
  const { ports } = connection;
  await Promise.all([
    iopub.bind(address(connection, ports.iopub)),
    control.bind(address(connection, ports.control)),
    heartbeat.bind(address(connection, ports.heartbeat)),
  ]);
  publishForMain();
  followParent();
  // Not at once, but for the first cell: the first reply and the compiler need the processor more. The main thread hears
  // signals until then.
  setTimeout(listenToSignals, 1000).unref();
  await Promise.all([serveControl(), serveHeartbeat()]);
}

void main();
