import { getKernelsForBackend, registerKernel, type KernelFunc } from "@tensorflow/tfjs-core";
import { own } from "./kernels";
import { counting } from "./report";

/** Every kernel of tfjs' cpu backend, and in the place of the hot ones this project's own. */
export function registerKernels(): void {
  for (const config of getKernelsForBackend("cpu")) {
    if (config.kernelName in own) continue;
    const kernelFunc = counting(config.kernelName, "fallback", config.kernelFunc);
    registerKernel({ ...config, backendName: "simd", kernelFunc });
  }
  for (const [kernelName, kernel] of Object.entries(own)) {
    const kernelFunc = counting(kernelName, "simd", kernel as unknown as KernelFunc);
    registerKernel({ kernelName, backendName: "simd", kernelFunc });
  }
}
