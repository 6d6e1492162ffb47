import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Dealer, Request, Subscriber, type MessageLike } from "zeromq";
import { KernelProcess, type KernelProcessOptions } from "./kernel-process";
import { Outcome } from "./outcome";
import { decode, encode, type Content, type Message } from "./wire";

export type Channel = "shell" | "control" | "stdin";

export interface ExecuteOptions {
  silent?: boolean;
  store_history?: boolean;
  user_expressions?: Record<string, string>;
  allow_stdin?: boolean;
  stop_on_error?: boolean;
  metadata?: object;
  /** How long reply and idle may take, in ms. */
  timeout?: number;
}

/** A front end for tests: it starts a kernel and speaks Jupyter's messaging protocol with it over real sockets. */
export class KernelClient {
  /** Every message on iopub so far, in order of arrival. */
  readonly iopub: Message[] = [];
  /** Answers an input request; undefined sends no answer at all. */
  onInput: (request: Content) => string | undefined | Promise<string> = () => undefined;
  private readonly outcomes = new Map<string, Outcome>();
  private readonly session = randomUUID();
  private readonly sockets: Record<Channel, Dealer>;
  private readonly subscriber = new Subscriber({ receiveHighWaterMark: 0, linger: 0, reconnectInterval: 5 });
  private readonly subscribed: Promise<void>;
  private watchers: (() => void)[] = [];
  private failure: Error | undefined;

  private constructor(readonly process: KernelProcess) {
    // A kernel sends input_request to the stdin socket whose identity is that of the shell socket.
    const options = {
      routingId: this.session,
      reconnectInterval: 5,
      linger: 0,
      sendHighWaterMark: 0,
      receiveHighWaterMark: 0,
    };
    this.sockets = { shell: new Dealer(options), control: new Dealer(options), stdin: new Dealer(options) };
    for (const channel of ["shell", "control", "stdin"] as const) {
      this.sockets[channel].connect(this.address(channel));
      void this.receive(channel, this.sockets[channel]);
    }
    this.subscribed = new Promise((done) => {
      this.subscriber.events.on("handshake", () => done(sleep(20)));
    });
    this.subscriber.connect(this.address("iopub"));
    this.subscriber.subscribe();
    void this.receive("iopub", this.subscriber);
  }

  /** Starts a kernel in `cwd` and waits until it answers and its iopub messages arrive. */
  static async start(options: KernelProcessOptions): Promise<KernelClient> {
    const client = new KernelClient(await KernelProcess.start(options));
    try {
      await client.ready();
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  /** Starts a kernel without waiting for anything. */
  static async launch(options: KernelProcessOptions): Promise<KernelClient> {
    return new KernelClient(await KernelProcess.start(options));
  }

  /** Waits until the kernel answers kernel_info and its iopub messages arrive here. */
  async ready(timeout = 60_000): Promise<void> {
    const end = Date.now() + timeout;
    const left = () => end - Date.now();
    await Promise.race([this.subscribed, this.process.exited, sleep(timeout, undefined, { ref: false })]);
    while (left() > 0) {
      const probe = this.submit("shell", "kernel_info_request", {});
      await probe.replied(left());
      // The kernel may learn of the subscription a moment after the request.
      if (await probe.settled(Math.min(left(), 2_000))) return;
    }
    throw new Error(`no idle after kernel_info within ${timeout} ms; the kernel's log: ${this.process.log}`);
  }

  address(channel: Channel | "iopub" | "hb"): string {
    const { transport, ip } = this.process.connection;
    return `${transport}://${ip}:${this.process.connection[`${channel}_port`]}`;
  }

  /** Sends a request and returns at once what will collect its messages. */
  submit(channel: Channel, type: string, content: object, metadata: object = {}): Outcome {
    const { id, frames } = encode(this.process.connection.key, this.session, type, content, { metadata });
    const outcome = new Outcome(id, `${type} ${JSON.stringify(content).slice(0, 200)}`, this.process);
    this.outcomes.set(id, outcome);
    void this.sockets[channel].send(frames);
    return outcome;
  }

  /** Sends a request and waits for its reply and its idle. */
  async request(channel: Channel, type: string, content: object, timeout?: number): Promise<Outcome> {
    return this.submit(channel, type, content).done(timeout);
  }

  /** Starts a cell. */
  run(code: string, { metadata, timeout: _timeout, ...rest }: ExecuteOptions = {}): Outcome {
    const defaults = {
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    return this.submit("shell", "execute_request", { code, ...defaults, ...rest }, metadata);
  }

  /** Runs a cell to its end, whatever that is. */
  async execute(code: string, options: ExecuteOptions = {}): Promise<Outcome> {
    return this.run(code, options).done(options.timeout);
  }

  /** Interrupts by a message on the control channel, or by the signal. */
  async interrupt(how: "interrupt_request" | "SIGINT"): Promise<void> {
    if (how === "SIGINT") this.process.signal("SIGINT");
    else await this.submit("control", "interrupt_request", {}).replied(5_000);
  }

  /** Asks the kernel to end; the reply. */
  async shutdown(restart = false): Promise<Content> {
    return this.submit("control", "shutdown_request", { restart }).replied(5_000);
  }

  /** Opens a comm, sends to it or closes it. Such messages have no reply: this waits for idle. */
  async comm(type: "comm_open" | "comm_msg" | "comm_close", content: object): Promise<Outcome> {
    const outcome = this.submit("shell", type, content);
    await outcome.idle();
    return outcome;
  }

  /** Frames as they are, signed or not. */
  async sendRaw(channel: Channel, frames: MessageLike[]): Promise<void> {
    await this.sockets[channel].send(frames);
  }

  /** Whether the heartbeat echoes `text` within `timeout` ms. */
  async heartbeat(text: string, timeout = 2_000): Promise<boolean> {
    const socket = new Request({ linger: 0, receiveTimeout: timeout });
    try {
      socket.connect(this.address("hb"));
      await socket.send(text);
      const [echo] = await socket.receive();
      return echo?.toString() === text;
    } catch {
      return false;
    } finally {
      socket.close();
    }
  }

  /** Resolves with the first iopub message, past or future, that `wanted` accepts. */
  async published(wanted: (message: Message) => boolean, what: string, timeout = 5_000): Promise<Message> {
    const end = Date.now() + timeout;
    for (;;) {
      const found = this.iopub.find(wanted);
      if (found) return found;
      if (Date.now() >= end) throw new Error(`${what} did not arrive within ${timeout} ms`);
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, Math.min(200, end - Date.now()));
        this.watchers.push(() => (clearTimeout(timer), wake()));
      });
    }
  }

  /** Ends the kernel, however it is, and closes the sockets; throws when a message from the kernel was malformed. */
  async close(): Promise<void> {
    await this.process.kill();
    for (const socket of [...Object.values(this.sockets), this.subscriber]) socket.close();
    if (this.failure) throw this.failure;
  }

  private async receive(channel: string, socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      try {
        this.dispatch(decode(channel, this.process.connection.key, frames));
      } catch (error) {
        this.failure ??= error as Error;
      }
    }
  }

  private dispatch(message: Message): void {
    if (message.header.msg_type === "input_request") return void this.answer(message);
    this.outcomes.get(message.parent.msg_id ?? "")?.add(message);
    if (message.channel !== "iopub") return;
    this.iopub.push(message);
    for (const wake of this.watchers.splice(0)) wake();
  }

  private async answer(request: Message): Promise<void> {
    const value = await this.onInput(request.content);
    if (value === undefined) return;
    const parent = request.header;
    const { frames } = encode(
      this.process.connection.key,
      this.session,
      "input_reply",
      { status: "ok", value },
      { parent },
    );
    void this.sockets.stdin.send(frames);
  }
}
