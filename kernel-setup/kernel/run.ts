import { AsyncLocalStorage } from "node:async_hooks";
import type { ChildProcess } from "node:child_process";
import type { Header } from "./wire";

/** Thrown into code that has to stop. A cell that ends with it is reported as a KeyboardInterrupt. */
export class KernelInterrupt extends Error {
  override readonly name = "KernelInterrupt";
  constructor() {
    super("The cell was interrupted.");
    this.stack = "KernelInterrupt: The cell was interrupted.";
  }
}

/** One execution: of a cell, or of a comm's handler. All code that it starts belongs to it, however late it runs. */
export class Run {
  readonly controller = new AbortController();
  readonly reason = new KernelInterrupt();
  /** Rejects when the run is stopped, so that a cell that awaits ends at once. */
  readonly stopping: Promise<never>;
  readonly timers = new Set<unknown>();
  /** The processes that it has started and that still run. */
  readonly children = new Set<ChildProcess>();
  /** What has to be shown before the cell ends. */
  readonly pending: Promise<void>[] = [];
  /** When guards start to throw, on performance.now()'s clock; undefined while nobody has interrupted. */
  forceAt: number | undefined;
  stopped = false;
  private reject!: (reason: Error) => void;

  constructor(
    readonly parent: Header,
    readonly identities: readonly Buffer[],
    readonly allowStdin: boolean,
    readonly cell: {
      readonly id: string | undefined;
      readonly executionCount: number;
      readonly code: string;
    },
  ) {
    this.stopping = new Promise<never>((_, reject) => (this.reject = reject));
    this.stopping.catch(() => undefined);
  }

  /** From now on every guard of this run throws. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    for (const timer of this.timers) {
      clearTimeout(timer as NodeJS.Timeout);
      clearImmediate(timer as NodeJS.Immediate);
    }
    this.timers.clear();
    for (const child of this.children) child.kill();
    this.reject(this.reason);
  }
}

/** Which run is the code that asks part of? */
export const currentRun = new AsyncLocalStorage<Run>();
