// Not the global one, which cells may replace.
import { setImmediate } from "node:timers";
import type { Worker } from "node:worker_threads";
import type { SharedState } from "./shared-state";
import type { ToControl } from "./thread-messages";
import type { Header, Json } from "./wire";

export type StreamName = "stdout" | "stderr";

/**
 * In each window of this length so many pieces of printed text go out at once; what comes after them waits for more of
 * its kind. So the last line before a long computation is seen, and a loop that prints does not flood the front end.
 */
const COALESCE_MS = 20;
const AT_ONCE = 64;
/** How much text may pile up. */
const COALESCE_CHARS = 1 << 16;

/** The main thread's side of the iopub channel: everything in order, streams coalesced. */
export class IOPub {
  private sequence = 0;
  private pending:
    { name: StreamName; parent: Header | undefined; chunks: string[]; size: number } | undefined;
  private windowEnd = 0;
  private left = 0;

  constructor(
    private readonly worker: Worker,
    private readonly shared: SharedState,
  ) {}

  publish(
    type: string,
    parent: Header | undefined,
    content: Json,
    metadata: Json = {},
    buffers: readonly Uint8Array[] = [],
  ): void {
    this.flush();
    this.post(type, parent, JSON.stringify(content), JSON.stringify(metadata), buffers);
  }

  status(state: "starting" | "busy" | "idle", parent: Header | undefined): void {
    this.publish("status", parent, { execution_state: state });
  }

  /** Text for stdout or stderr of the cell whose request is `parent`. */
  stream(name: StreamName, text: string, parent: Header | undefined): void {
    if (text === "") return;
    if (this.pending && (this.pending.name !== name || this.pending.parent !== parent)) this.flush();
    if (!this.pending) {
      this.pending = { name, parent, chunks: [], size: 0 };
      setImmediate(() => this.flush());
    }
    this.pending.chunks.push(text);
    this.pending.size += text.length;
    const now = performance.now();
    if (now >= this.windowEnd) {
      this.windowEnd = now + COALESCE_MS;
      this.left = AT_ONCE;
    }
    // A loop that never yields never reaches setImmediate.
    if (this.pending.size > COALESCE_CHARS || this.left-- > 0) this.flush();
  }

  flush(): void {
    const pending = this.pending;
    if (!pending) return;
    this.pending = undefined;
    this.post(
      "stream",
      pending.parent,
      JSON.stringify({ name: pending.name, text: pending.chunks.join("") }),
      "{}",
      [],
    );
  }

  /** Tells the control thread whose cell is running, for what it has to say itself. */
  running(parent: Header | undefined): void {
    this.worker.postMessage({ kind: "running", parent } satisfies ToControl);
  }

  /** Blocks until everything is handed to ZeroMQ: for the moment before the process ends. */
  drain(milliseconds: number): void {
    this.flush();
    this.shared.waitPublished(this.sequence, milliseconds);
  }

  /** Closes the control thread's sockets: ending a process with open ones can hang or abort it. */
  close(milliseconds: number): void {
    this.worker.postMessage({ kind: "close" } satisfies ToControl);
    this.shared.waitClosed(milliseconds);
  }

  private post(
    type: string,
    parent: Header | undefined,
    content: string,
    metadata: string,
    buffers: readonly Uint8Array[],
  ): void {
    const message: ToControl = {
      kind: "publish",
      sequence: ++this.sequence,
      type,
      parent,
      content,
      metadata,
      buffers,
    };
    this.worker.postMessage(message);
  }
}
