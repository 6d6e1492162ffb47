import type { Readiness, ReadyOptions } from "./backend";
import { messageOf } from "./optional-package";
import { registerSimdBackend } from "./simd";

/** This project's own backend: WebAssembly SIMD, with threads on one shared memory. */
export async function makeSimdReady({ threads }: ReadyOptions): Promise<Readiness> {
  try {
    const started = await registerSimdBackend(threads === undefined ? {} : { threads });
    return { ready: true, onGpu: false, ...started, reason: "the fastest backend on a CPU" };
  } catch (error) {
    if (error instanceof RangeError) throw error; // A wrong number of threads is the caller's to mend.
    return { ready: false, reason: messageOf(error), remedy: "build it (npm run build:engine), or use wasm" };
  }
}
