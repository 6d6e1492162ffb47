import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { cpus } from "node:os";
import type { Readiness } from "./backend";

// At once, as weights may be made on it before any backend is chosen.
cpuBackend();

/** tfjs's own plain JavaScript backend: always there, and some thousand times slower than `simd`. */
export function makeCpuReady(): Promise<Readiness> {
  return Promise.resolve({
    ready: true,
    device: cpuName(),
    onGpu: false,
    threads: 1,
    reason: "plain JavaScript, always there, very slow",
  });
}

/** The backend itself, without its advice, on first use, to install tfjs-node. */
export function cpuBackend(): MathBackendCPU {
  const backend = tf.findBackend("cpu");
  Object.assign(backend, { firstUse: false });
  return backend as MathBackendCPU;
}

export function cpuName(): string {
  return cpus()[0]?.model.trim() ?? "CPU";
}
