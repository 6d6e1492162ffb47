import type { Comm, CommHandler, Comms } from "./comms";
import { bundleOf, encodeBundle, isBundle, isRich, plainBundle, type MimeBundle } from "./display";
import type { IOPub } from "./iopub";
import { currentRun, type Run } from "./run";
import type { Stdin } from "./stdin";
import type { Header, Json } from "./wire";

export interface DisplayOptions {
  readonly displayId?: string;
  readonly update?: boolean;
  readonly metadata?: Record<string, unknown>;
}

/** What libraries find under `globalThis[Symbol.for("tslab.kernel")]`. */
export interface NotebookKernel {
  /** Sends a MIME bundle to the cell this code runs for; with `update`, it replaces the output with that displayId. */
  readonly display: (bundle: MimeBundle, options?: DisplayOptions) => void;
  /** Shows any value in its rich form. */
  readonly show: (value: unknown, options?: DisplayOptions) => void;
  readonly clearOutput: (wait?: boolean) => void;
  readonly input: (prompt?: string, options?: { readonly password?: boolean }) => Promise<string>;
  /**
   * The cell's signal: aborted on interrupt. Who listens to its "abort" event has time for stopping cleanly: until the
   * event loop has turned for 1 s, not counting what computes between two turns, and 30 s at most. A second interrupt
   * stops it at once.
   */
  readonly signal: AbortSignal;
  /** The cell this code runs for; id is the front end's cellId, if it sent one. */
  readonly cell: { readonly id: string | undefined; readonly executionCount: number; readonly code: string };
  readonly registerCommTarget: (name: string, handler: CommHandler) => void;
  readonly openComm: (target: string, data?: unknown, metadata?: Record<string, unknown>) => Comm;
  /** The value that the notebook's cells now see under a top-level name of theirs; undefined if there is none. */
  readonly lookup: (name: string) => unknown;
  /** How many malformed messages were refused so far. */
  readonly refusedMessages: number;
}

export interface NotebookKernelParts {
  readonly iopub: IOPub;
  readonly stdin: Stdin;
  readonly comms: Comms;
  /** The request that output without a cell belongs to. */
  readonly lastParent: () => Header | undefined;
  /** The run that code belongs to whose own one is unknown. */
  readonly activeRun: () => Run | undefined;
  readonly refused: () => number;
  readonly lookup: (name: string) => unknown;
}

export function createNotebookKernel({
  iopub,
  stdin,
  comms,
  lastParent,
  activeRun,
  refused,
  lookup,
}: NotebookKernelParts): NotebookKernel {
  const run = (): Run | undefined => currentRun.getStore() ?? activeRun();
  const idle = new AbortController().signal;
  const send = (
    parent: Header | undefined,
    bundle: MimeBundle,
    { displayId, update, metadata }: DisplayOptions,
  ): void => {
    const content: Json = {
      data: encodeBundle(bundle),
      metadata: metadata ?? {},
      transient: displayId === undefined ? {} : { display_id: displayId },
    };
    iopub.publish(update === true ? "update_display_data" : "display_data", parent, content);
  };
  const kernel: NotebookKernel = {
    display: (bundle, options = {}) => send(run()?.parent ?? lastParent(), bundle, options),
    show(value, options = {}) {
      const parent = run()?.parent ?? lastParent();
      if (isBundle(value)) send(parent, value, options);
      else if (!isRich(value)) send(parent, plainBundle(value), options);
      else {
        // The cell waits for it: its output comes before the cell's end.
        const shown = bundleOf(value).then(
          (bundle) => send(parent, bundle, options),
          (error: unknown) => iopub.stream("stderr", `display() failed: ${String(error)}\n`, parent),
        );
        run()?.pending.push(shown);
      }
    },
    clearOutput: (wait = false) => iopub.publish("clear_output", run()?.parent ?? lastParent(), { wait }),
    input: (prompt = "", { password = false } = {}) => stdin.input(run(), prompt, password),
    get signal() {
      return run()?.controller.signal ?? idle;
    },
    get cell() {
      return run()?.cell ?? { id: undefined, executionCount: 0, code: "" };
    },
    registerCommTarget: (name, handler) => comms.registerTarget(name, handler),
    openComm: (target, data, metadata) => comms.openComm(target, data, metadata),
    lookup: (name) => lookup(name),
    get refusedMessages() {
      return refused();
    },
  };
  return kernel;
}
