import { readFileSync } from "node:fs";

/** What a Jupyter connection file says: where to bind, and the key that signs messages. */
export interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly signatureScheme: string;
  readonly ports: {
    readonly shell: number;
    readonly iopub: number;
    readonly stdin: number;
    readonly control: number;
    readonly heartbeat: number;
  };
}

/** Reads the connection file at `path`. Throws a TypeError that names the field that is missing or wrong. */
export function readConnection(path: string): Connection {
  const raw = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const text = (field: string, fallback?: string): string => {
    const value = raw[field] ?? fallback;
    if (typeof value !== "string")
      throw new TypeError(
        `The connection file ${path} must give "${field}" as a string, but has ${JSON.stringify(value)}.`,
      );
    return value;
  };
  const port = (field: string): number => {
    const value = raw[field];
    if (typeof value !== "number" || !Number.isInteger(value))
      throw new TypeError(
        `The connection file ${path} must give "${field}" as a port, but has ${JSON.stringify(value)}.`,
      );
    return value;
  };
  return {
    transport: text("transport", "tcp"),
    ip: text("ip"),
    key: text("key", ""),
    signatureScheme: text("signature_scheme", "hmac-sha256"),
    ports: {
      shell: port("shell_port"),
      iopub: port("iopub_port"),
      stdin: port("stdin_port"),
      control: port("control_port"),
      heartbeat: port("hb_port"),
    },
  };
}

/** The address to bind: the file's ip and nothing else. */
export function address({ transport, ip }: Connection, port: number): string {
  return transport === "ipc" ? `ipc://${ip}-${port}` : `${transport}://${ip}:${port}`;
}
