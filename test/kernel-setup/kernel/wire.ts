import { createHmac, randomUUID } from "node:crypto";

/** What a test reads from a message's content; the rest is there as `unknown`. */
export interface Content {
  status?: string;
  execution_state?: string;
  execution_count?: number | null;
  code?: string;
  name?: string;
  text?: string;
  ename?: string;
  evalue?: string;
  traceback?: string[];
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  transient?: { display_id?: string };
  [field: string]: unknown;
}

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
}

export interface Message {
  channel: string;
  /** Routing ids, or on iopub the topic. */
  prefix: string[];
  header: Header;
  parent: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Content;
  buffers: Buffer[];
}

const DELIMITER = "<IDS|MSG>";

/** The hex HMAC-SHA256 of a message's four JSON frames. */
export function sign(key: string, frames: readonly (string | Buffer)[]): string {
  const hmac = createHmac("sha256", key);
  for (const frame of frames) hmac.update(frame);
  return hmac.digest("hex");
}

/** Reads a message off a socket; throws when its signature is wrong, so that every test checks the kernel's signatures. */
export function decode(channel: string, key: string, frames: readonly Buffer[]): Message {
  const at = frames.findIndex((frame) => frame.toString() === DELIMITER);
  const body = frames.slice(at + 2, at + 6);
  const signature = frames[at + 1]?.toString();
  if (at < 0 || body.length !== 4)
    throw new Error(`${channel}: not a Jupyter message: ${frames.length} frames`);
  if (signature !== sign(key, body)) throw new Error(`${channel}: the signature ${signature} is wrong`);
  const [header, parent, metadata, content] = body.map((frame) => JSON.parse(frame.toString()) as unknown);
  return {
    channel,
    prefix: frames.slice(0, at).map(String),
    header: header as Header,
    parent: parent as Partial<Header>,
    metadata: metadata as Record<string, unknown>,
    content: content as Content,
    buffers: frames.slice(at + 6),
  };
}

/** The frames of a new message, without routing ids, and its id. */
export function encode(
  key: string,
  session: string,
  type: string,
  content: object,
  { parent = {}, metadata = {} }: { parent?: object; metadata?: object } = {},
): { id: string; frames: string[] } {
  const id = randomUUID();
  const date = new Date().toISOString();
  const header: Header = { msg_id: id, session, username: "test", date, msg_type: type, version: "5.4" };
  const body = [header, parent, metadata, content].map((part) => JSON.stringify(part));
  return { id, frames: [DELIMITER, sign(key, body), ...body] };
}
