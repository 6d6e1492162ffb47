import type { Router } from "zeromq";
import type { Run } from "./run";
import type { Message, Wire } from "./wire";

interface Waiting {
  readonly run: Run;
  readonly resolve: (value: string) => void;
  readonly reject: (reason: Error) => void;
}

/** Asks the front end for lines of text, one question at a time. */
export class Stdin {
  private readonly queue: (Waiting & { readonly prompt: string; readonly password: boolean })[] = [];
  private asking = false;

  constructor(
    private readonly socket: Router,
    private readonly wire: Wire,
  ) {}

  /** Rejects when `run`'s front end takes no input, and when `run` is interrupted. */
  input(run: Run | undefined, prompt: string, password: boolean): Promise<string> {
    if (!run?.allowStdin)
      return Promise.reject(
        new Error(
          `input(${JSON.stringify(prompt)}) failed: this front end does not take input. Set the value in the cell instead.`,
        ),
      );
    return new Promise<string>((resolve, reject) => {
      this.queue.push({ run, prompt, password, resolve, reject });
      // Not the signal's abort event: a listener there would ask for time before the cell is stopped.
      run.stopping.catch(() => this.drop(run));
      this.next();
    });
  }

  /** An input_reply has come. */
  receive(message: Message): void {
    if (message.header.msg_type !== "input_reply" || !this.asking) return;
    const asked = this.queue.shift();
    this.asking = false;
    const { value } = message.content;
    asked?.resolve(typeof value === "string" ? value : "");
    this.next();
  }

  private next(): void {
    const question = this.queue[0];
    if (this.asking || !question) return;
    this.asking = true;
    const { run, prompt, password } = question;
    const content = { prompt, password };
    this.socket
      .send(
        this.wire.encode({ identities: run.identities, type: "input_request", parent: run.parent, content }),
      )
      .catch(() => undefined);
  }

  private drop(run: Run): void {
    if (this.queue[0]?.run === run) this.asking = false;
    for (const waiting of this.queue.filter((w) => w.run === run)) waiting.reject(run.reason);
    this.queue.splice(0, this.queue.length, ...this.queue.filter((w) => w.run !== run));
    this.next();
  }
}
