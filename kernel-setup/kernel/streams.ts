import type { IOPub, StreamName } from "./iopub";
import { currentRun } from "./run";
import type { Header } from "./wire";

type Callback = (error?: Error | null) => void;

/** Sends what is written to process.stdout and process.stderr to the cell whose code writes it. */
export function captureStreams(iopub: IOPub, fallback: () => Header | undefined): void {
  for (const name of ["stdout", "stderr"] as const) capture(name, iopub, fallback);
}

function capture(name: StreamName, iopub: IOPub, fallback: () => Header | undefined): void {
  const stream = process[name];
  const decoder = new TextDecoder();
  const write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ): boolean => {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    iopub.stream(name, text, currentRun.getStore()?.parent ?? fallback());
    const done = typeof encoding === "function" ? encoding : callback;
    if (done) process.nextTick(done);
    return true;
  };
  Object.defineProperties(stream, {
    write: { value: write, configurable: true, writable: true },
    isTTY: { value: false, configurable: true, writable: true },
  });
}
