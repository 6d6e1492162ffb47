import { constants } from "node:os";
import { FailureError } from "./usage-error";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Counts the requests to stop: the first lets things end in order, the second hurries. */
export class StopRequests {
  count = 0;
  /** What a shell expects of a program that such a signal stopped. */
  exitCode: number | undefined;
  /** Resolves with a sentence for the user at the first request. */
  readonly requested: Promise<string>;
  readonly requestedTwice: Promise<void>;
  private readonly handler: (signal: NodeJS.Signals) => void;

  constructor() {
    let first: (why: string) => void;
    let second: () => void;
    this.requested = new Promise((resolve) => (first = resolve));
    this.requestedTwice = new Promise((resolve) => (second = resolve));
    this.handler = (signal) => {
      this.count++;
      this.exitCode = 128 + constants.signals[signal];
      if (this.count === 1) first(signal === "SIGINT" ? "stopped by Ctrl-C" : `stopped by ${signal}`);
      else second();
    };
    for (const signal of signals) process.on(signal, this.handler);
  }

  /** @throws FailureError when there was a request */
  throwIfRequested(): void {
    if (this.count > 0) throw new FailureError("stopped");
  }

  dispose(): void {
    for (const signal of signals) process.off(signal, this.handler);
  }
}
