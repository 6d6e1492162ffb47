import type { KernelProcess } from "./kernel-process";
import type { Content, Message } from "./wire";

/** All that a kernel sends because of one request: grows while messages arrive, also after `done`. */
export class Outcome {
  /** The iopub messages, in order. */
  readonly messages: Message[] = [];
  private answer: Message | undefined;
  private waiters: (() => void)[] = [];

  constructor(
    readonly id: string,
    private readonly what: string,
    private readonly kernel: KernelProcess,
  ) {}

  add(message: Message): void {
    if (message.channel === "iopub") this.messages.push(message);
    else this.answer = message;
    for (const wake of this.waiters.splice(0)) wake();
  }

  /** Waits for the reply and for idle; throws when either is missing after `timeout` ms. */
  async done(timeout = 60_000): Promise<this> {
    await this.until(() => this.answer !== undefined && this.isIdle, "reply and idle", timeout);
    return this;
  }

  /** Waits for the reply alone. */
  async replied(timeout = 60_000): Promise<Content> {
    await this.until(() => this.answer !== undefined, "reply", timeout);
    return this.reply;
  }

  /** Waits for idle alone. */
  async idle(timeout = 60_000): Promise<void> {
    await this.until(() => this.isIdle, "idle", timeout);
  }

  /** Waits until the cell has printed `text`. */
  async printed(text: string, timeout = 60_000): Promise<void> {
    await this.until(() => this.stdout.includes(text), `"${text}" on stdout`, timeout);
  }

  /** Whether the reply and idle come within `timeout` ms. */
  async settled(timeout: number): Promise<boolean> {
    return this.done(timeout).then(
      () => true,
      () => false,
    );
  }

  async until(condition: () => boolean, what: string, timeout: number): Promise<void> {
    const end = Date.now() + timeout;
    while (!condition()) {
      if (Date.now() >= end) throw new Error(this.missing(`${what} within ${timeout} ms`));
      // What a kernel sent before its end may arrive a little after it.
      if (this.kernel.endedFor > 1_000) throw new Error(this.missing(`${what}: the kernel has ended`));
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, Math.min(500, end - Date.now()));
        this.waiters.push(() => (clearTimeout(timer), wake()));
      });
    }
  }

  get replyMessage(): Message {
    if (!this.answer) throw new Error(`${this.what}: no reply yet`);
    return this.answer;
  }

  get reply(): Content {
    return this.replyMessage.content;
  }

  get isIdle(): boolean {
    return this.messages.some((m) => m.header.msg_type === "status" && m.content.execution_state === "idle");
  }

  /** The types of the iopub messages, in order. */
  get types(): string[] {
    return this.messages.map((message) => message.header.msg_type);
  }

  get stdout(): string {
    return this.stream("stdout");
  }

  get stderr(): string {
    return this.stream("stderr");
  }

  /** The contents of all iopub messages of one type. */
  all(type: string): Content[] {
    return this.messages.filter((m) => m.header.msg_type === type).map((m) => m.content);
  }

  /** The error message on iopub, if there is one. */
  get error(): Content | undefined {
    return this.all("error")[0];
  }

  /** The value of the last expression as text, if the cell has one. */
  get result(): string | undefined {
    return this.all("execute_result")[0]?.data?.["text/plain"] as string | undefined;
  }

  /** Names the difference in full when a cell that should have worked did not. */
  expectOk(): this {
    if (this.reply.status !== "ok") throw new Error(`${this.what}: ${this.summary}`);
    return this;
  }

  private stream(name: string): string {
    let text = "";
    for (const content of this.all("stream")) if (content.name === name) text += content.text;
    return text;
  }

  private get summary(): string {
    const { reply } = this;
    return `${reply.status} ${reply.ename}: ${reply.evalue}\n${reply.traceback?.join("\n")}\n${this.stderr}`;
  }

  private missing(what: string): string {
    const got = `got ${this.answer ? `reply ${this.answer.content.status}` : "no reply"} and ${this.types.slice(-12).join(", ")}`;
    return `${this.what}: no ${what}; ${got}; the kernel's log: ${this.kernel.log.slice(-2000)}`;
  }
}
