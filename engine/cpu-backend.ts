import "@tensorflow/tfjs-backend-cpu";
import { cpus } from "node:os";
import type { Readiness } from "./backend";

/** tfjs's own plain JavaScript backend: always there, and some thousand times slower than `simd`. */
export function makeCpuReady(): Promise<Readiness> {
  return Promise.resolve({
    ready: true,
    device: cpus()[0]?.model.trim() ?? "CPU",
    kind: "cpu",
    threads: 1,
    reason: "plain JavaScript, always there, very slow",
  });
}
