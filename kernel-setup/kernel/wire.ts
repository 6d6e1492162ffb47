import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** Jupyter's message protocol: https://jupyter-client.readthedocs.io/en/stable/messaging.html */
export const PROTOCOL_VERSION = "5.4";

const DELIMITER = Buffer.from("<IDS|MSG>");

export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

export type Json = Record<string, unknown>;

export interface Message {
  /** ZeroMQ routing prefix: whom to answer. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  readonly parentHeader: Json;
  readonly metadata: Json;
  readonly content: Json;
  readonly buffers: readonly Buffer[];
}

/** What goes out. `content` and `metadata` may be given as JSON text that is already serialised. */
export interface Outgoing {
  readonly identities?: readonly (Buffer | string)[];
  readonly type: string;
  readonly parent: Header | undefined;
  readonly content: Json | string;
  readonly metadata?: Json | string;
  readonly buffers?: readonly (Buffer | Uint8Array)[];
}

/** Signs, checks, packs and unpacks messages with the key of one connection. */
export class Wire {
  private readonly algorithm: string;
  readonly session: string;

  constructor(
    private readonly key: string,
    scheme: string,
    session: string = randomUUID(),
  ) {
    this.algorithm = scheme.replace(/^hmac-/, "");
    this.session = session;
  }

  /** Throws an Error that says why `frames` is not a message of this connection. */
  decode(frames: readonly Buffer[]): Message {
    const start = frames.findIndex((frame) => frame.equals(DELIMITER));
    if (start < 0) throw new Error("no <IDS|MSG> delimiter");
    const signature = frames[start + 1];
    const body = frames.slice(start + 2, start + 6);
    if (!signature || body.length < 4) throw new Error("fewer than four parts after the signature");
    if (!this.isSigned(signature, body)) throw new Error("wrong signature");
    const [header, parentHeader, metadata, content] = body.map(parseObject);
    return {
      identities: frames.slice(0, start),
      header: checkHeader(header),
      parentHeader: parentHeader ?? {},
      metadata: metadata ?? {},
      content: content ?? {},
      buffers: frames.slice(start + 6),
    };
  }

  encode({
    identities = [],
    type,
    parent,
    content,
    metadata = {},
    buffers = [],
  }: Outgoing): (Buffer | string | Uint8Array)[] {
    const header: Header = {
      msg_id: randomUUID(),
      session: this.session,
      username: "kernel",
      date: new Date().toISOString(),
      msg_type: type,
      version: PROTOCOL_VERSION,
    };
    const body = [header, parent ?? {}, metadata, content].map((part) =>
      typeof part === "string" ? part : JSON.stringify(part),
    );
    return [...identities, DELIMITER, this.sign(body), ...body, ...buffers];
  }

  private sign(body: readonly (Buffer | string)[]): string {
    if (this.key === "") return "";
    const hmac = createHmac(this.algorithm, this.key);
    for (const part of body) hmac.update(part);
    return hmac.digest("hex");
  }

  private isSigned(signature: Buffer, body: readonly Buffer[]): boolean {
    if (this.key === "") return true;
    const expected = Buffer.from(this.sign(body));
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }
}

function parseObject(part: Buffer): Json {
  const value: unknown = JSON.parse(part.toString("utf8"));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("a part is not a JSON object");
  return value as Json;
}

function checkHeader(header: Json | undefined): Header {
  for (const field of ["msg_id", "msg_type", "session"])
    if (typeof header?.[field] !== "string") throw new Error(`the header's ${field} is not a string`);
  return header as unknown as Header;
}
