import { getKernel, getKernelsForBackend, registerKernel, type KernelFunc } from "@tensorflow/tfjs-core";
import { counting } from "./report";
import { own } from "./kernels";

/** Every kernel of tfjs' cpu backend, and in the place of the hot ones this project's own. */
export function registerKernels(): void {
  const names = new Set(Object.keys(own));
  for (const config of getKernelsForBackend("cpu")) {
    if (names.has(config.kernelName)) continue;
    registerKernel({
      ...config,
      backendName: "simd",
      kernelFunc: counting(config.kernelName, "fallback", config.kernelFunc),
    });
  }
  for (const [kernelName, kernelFunc] of Object.entries(own)) {
    if (!getKernel(kernelName, "cpu")) throw new Error(`tfjs has no kernel ${kernelName}`);
    registerKernel({
      kernelName,
      backendName: "simd",
      kernelFunc: counting(kernelName, "simd", kernelFunc as unknown as KernelFunc),
    });
  }
}
