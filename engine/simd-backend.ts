import type { Readiness, ReadyOptions } from "./backend";
import { messageOf } from "./optional-package";

interface SimdModule {
  registerSimdBackend(options?: { threads?: number }): Promise<{ threads: number; device: string }>;
}

/** This project's own backend: WebAssembly SIMD, with threads on one shared memory. */
export async function makeSimdReady({ threads }: ReadyOptions): Promise<Readiness> {
  let simd: SimdModule;
  try {
    const path = "./simd/index.js";
    simd = (await import(path)) as SimdModule;
  } catch (error) {
    return { ready: false, reason: `it does not load: ${messageOf(error)}`, remedy: "npm run build:engine" };
  }
  try {
    const started = await simd.registerSimdBackend(threads === undefined ? {} : { threads });
    return { ready: true, onGpu: false, ...started, reason: "the fastest backend on a CPU" };
  } catch (error) {
    if (error instanceof RangeError) throw error; // A wrong number of threads is the caller's to mend.
    return { ready: false, reason: messageOf(error), remedy: "use the wasm backend" };
  }
}
