import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";

/** What assembly/index.ts exports. Addresses are byte offsets into the shared memory. */
export interface KernelExports {
  setThread(index: number, scratch: number): void;
  enqueue(control: number, kernel: number, params: number, chunks: number): void;
  completed(control: number): number;
  help(control: number, target: number, patience: bigint): number;
  runAlone(kernel: number, params: number, chunks: number): void;
  work(control: number): void;
  hasFusedMultiplyAdd(x: number): number;
}

export interface LoadedModule {
  module: WebAssembly.Module;
  /** True where multiply-add is one instruction (relaxed SIMD). */
  fused: boolean;
}

/**
 * Compiles the kernels: the build with fused multiply-add where the engine has relaxed SIMD, else plain SIMD.
 *
 * @throws Error that says why, when this JavaScript engine cannot run them at all
 */
export function loadKernels(): LoadedModule {
  if (typeof SharedArrayBuffer === "undefined") throw new Error("no SharedArrayBuffer: shared memory is off");
  const fused = compile("kernels-fused.wasm");
  if (fused && multipliesFused(fused)) return { module: fused, fused: true };
  const plain = compile("kernels.wasm");
  if (!plain) throw new Error("this JavaScript engine has no WebAssembly SIMD with threads");
  return { module: plain, fused: false };
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const abort = () => {
    throw new Error("a kernel of the simd backend aborted");
  };
  return new WebAssembly.Instance(module, { env: { memory, abort } }).exports as unknown as KernelExports;
}

function compile(file: string): WebAssembly.Module | undefined {
  const bytes = readFileSync(join(__dirname, file));
  if (file === "kernels-fused.wasm") {
    if (process.env["TSLAB_GAN_FMA"] === "0") return undefined;
    // Shipped in V8 11.4 (Node 22), behind this flag in Node 20's 11.3. Unknown flags are ignored with a warning.
    if (process.versions.v8.startsWith("11.3.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
}

/** Engines on processors without the instruction emulate it slowly, or round twice: then plain SIMD is better. */
function multipliesFused(module: WebAssembly.Module): boolean {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
  return instantiate(module, memory).hasFusedMultiplyAdd(1 + 2 ** -12) !== 0;
}
