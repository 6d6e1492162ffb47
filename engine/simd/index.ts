/** The project's own CPU backend for TensorFlow.js: WebAssembly SIMD, with threads on one shared memory. */
import "@tensorflow/tfjs-backend-cpu";
import { registerBackend } from "@tensorflow/tfjs-core";
import { SimdBackend } from "./backend";
import { registerGradients } from "./gradients";
import { Heap } from "./heap";
import { ThreadPool } from "./pool";
import { registerKernels } from "./register";
import { chooseThreads } from "./threads";
import { loadKernels } from "./wasm-module";

export { opReport, resetOpReport, type OpUse } from "./report";

/** Options of {@link registerSimdBackend}. */
export interface SimdOptions {
  /** Threads that compute, the main one included. Default: TSLAB_GAN_THREADS, else the machine's cores, at most 8. */
  threads?: number;
  /** Most bytes that tensors may take. Default and most: 4 GiB, WebAssembly's limit. */
  maxHeapBytes?: number;
}

export interface SimdDescription {
  threads: number;
  device: string;
}

let started: { backend: SimdBackend; device: string } | undefined;

/**
 * Registers the backend "simd" with tfjs, without making it the current one. Called again it changes nothing and
 * describes the backend that there is.
 *
 * @throws RangeError if the number of threads is not a whole number from 1
 * @throws Error that says why, where this engine has no WebAssembly SIMD or no shared memory
 */
export function registerSimdBackend(options: SimdOptions = {}): Promise<SimdDescription> {
  return Promise.resolve().then(() => {
    started ??= start(options);
    return { threads: started.backend.pool.threads, device: started.device };
  });
}

/** The heap's state in bytes; undefined before {@link registerSimdBackend}. */
export function heapInfo(): { bytesInUse: number; bytesReserved: number; maxBytes: number } | undefined {
  if (!started) return undefined;
  const { bytesInUse, bytesReserved, maxBytes } = started.backend.heap;
  return { bytesInUse, bytesReserved, maxBytes };
}

/** The threads; undefined before {@link registerSimdBackend}. */
export function threadPool(): ThreadPool | undefined {
  return started?.backend.pool;
}

function start({ threads, maxHeapBytes = 2 ** 32 }: SimdOptions): { backend: SimdBackend; device: string } {
  const count = chooseThreads(threads);
  const { module, fused } = loadKernels();
  const heap = new Heap(Math.min(maxHeapBytes, 2 ** 32));
  const pool = new ThreadPool(heap, module, count);
  const backend = new SimdBackend(heap, pool);
  registerKernels();
  registerGradients();
  registerBackend("simd", () => backend, 3);
  const device = `${count} ${count === 1 ? "thread" : "threads"}, WebAssembly SIMD${fused ? " with fused multiply-add" : ""}`;
  return { backend, device };
}
