import { randomUUID } from "node:crypto";
import type { Json, Message } from "./wire";

type Send = (type: string, content: Json, metadata?: Json, buffers?: readonly Uint8Array[]) => void;
type MessageHandler = (data: unknown, message: { metadata: Json; buffers: readonly Uint8Array[] }) => unknown;

export interface CommSendOptions {
  readonly metadata?: Json;
  readonly buffers?: readonly Uint8Array[];
}

/** One end of a conversation with a widget in the front end. */
export class Comm {
  private messageHandler: MessageHandler | undefined;
  private closeHandler: ((data: unknown) => unknown) | undefined;

  constructor(
    readonly id: string,
    readonly targetName: string,
    private readonly sendMessage: Send,
    private readonly forget: (id: string) => void,
  ) {}

  send(data: unknown, { metadata = {}, buffers = [] }: CommSendOptions = {}): void {
    this.sendMessage("comm_msg", { comm_id: this.id, data: data ?? {} }, metadata, buffers);
  }

  close(data: unknown = {}): void {
    this.forget(this.id);
    this.sendMessage("comm_close", { comm_id: this.id, data });
  }

  /** Calls `handler` for each message of the front end. */
  onMessage(handler: MessageHandler): void {
    this.messageHandler = handler;
  }

  /** Calls `handler` when the front end closes this comm. */
  onClose(handler: (data: unknown) => unknown): void {
    this.closeHandler = handler;
  }

  async receive(data: unknown, message: { metadata: Json; buffers: readonly Uint8Array[] }): Promise<void> {
    await this.messageHandler?.(data, message);
  }

  async closed(data: unknown): Promise<void> {
    await this.closeHandler?.(data);
  }
}

export type CommHandler = (comm: Comm, data: unknown) => unknown;

/** All open comms, and who handles new ones. */
export class Comms {
  private readonly open = new Map<string, Comm>();
  private readonly targets = new Map<string, CommHandler>();

  constructor(private readonly send: Send) {}

  registerTarget(name: string, handler: CommHandler): void {
    this.targets.set(name, handler);
  }

  openComm(target: string, data: unknown = {}, metadata: Json = {}): Comm {
    const comm = this.add(randomUUID(), target);
    this.send("comm_open", { comm_id: comm.id, target_name: target, data }, metadata);
    return comm;
  }

  info(target: unknown): Json {
    const shown = [...this.open.values()].filter(
      (comm) => typeof target !== "string" || comm.targetName === target,
    );
    return {
      status: "ok",
      comms: Object.fromEntries(shown.map((comm) => [comm.id, { target_name: comm.targetName }])),
    };
  }

  /** Handles comm_open, comm_msg and comm_close. */
  async receive({ header, content, metadata, buffers }: Message): Promise<void> {
    const id = String(content.comm_id);
    const comm = this.open.get(id);
    if (header.msg_type === "comm_open") await this.accept(id, String(content.target_name), content.data);
    else if (header.msg_type === "comm_msg") await comm?.receive(content.data, { metadata, buffers });
    else if (comm) {
      this.open.delete(id);
      await comm.closed(content.data);
    }
  }

  private async accept(id: string, target: string, data: unknown): Promise<void> {
    const handler = this.targets.get(target);
    // The protocol's answer to a target that nobody knows.
    if (!handler) this.send("comm_close", { comm_id: id, data: {} });
    else await handler(this.add(id, target), data);
  }

  private add(id: string, target: string): Comm {
    const comm = new Comm(id, target, this.send, (closed) => this.open.delete(closed));
    this.open.set(id, comm);
    return comm;
  }
}
