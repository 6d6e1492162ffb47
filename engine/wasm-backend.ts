import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { dirname, sep } from "node:path";
import type { Readiness } from "./backend";
import { cpuName } from "./cpu-backend";
import { registerMissingWasmKernels } from "./wasm-missing-kernels";

/** tfjs's own WebAssembly backend, with the kernels for training that it lacks. */
export function makeWasmReady(): Promise<Readiness> {
  // Its .wasm files lie beside its code; by default it looks in the current folder.
  setWasmPaths(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")) + sep);
  registerMissingWasmKernels();
  return Promise.resolve({
    ready: true,
    device: cpuName(),
    onGpu: false,
    threads: 1, // It has threads in browsers alone.
    reason: "tfjs's own WebAssembly backend",
  });
}
