import { getThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { cpus } from "node:os";
import { dirname, sep } from "node:path";
import type { Readiness } from "./backend";
import { registerMissingWasmKernels } from "./wasm-missing-kernels";

/** tfjs's own WebAssembly backend, with the kernels for training that it lacks. */
export function makeWasmReady(): Promise<Readiness> {
  // Its .wasm files lie beside its code; the default is the current folder.
  setWasmPaths(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")) + sep);
  registerMissingWasmKernels();
  return Promise.resolve({
    ready: true,
    device: cpus()[0]?.model.trim() ?? "CPU",
    kind: "cpu",
    threads: threadsCount(),
    reason: "tfjs's WebAssembly backend, one thread under Node",
  });
}

/** Known to the backend only once it has started; Node gets one thread in any case. */
function threadsCount(): number {
  try {
    return Math.max(1, getThreadsCount());
  } catch {
    return 1;
  }
}
