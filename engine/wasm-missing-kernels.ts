import {
  getKernel,
  getKernelsForBackend,
  registerKernel,
  type BackendValues,
  type KernelBackend,
  type KernelFunc,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { cpuBackend } from "./cpu-backend";
import { conv2dBackpropFilter } from "./wasm-conv2d-backprop-filter";

/** Kernels that training needs, tfjs's wasm backend lacks, and its cpu backend has. */
const BORROWED_FROM_CPU = [
  "DepthwiseConv2dNativeBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
  "Einsum",
  "UnsortedSegmentSum", // The gradient of gather: embeddings.
];

/** Adds to tfjs's wasm backend the kernels that training needs and it lacks. Safe to call twice. */
export function registerMissingWasmKernels(): void {
  const has = new Set(getKernelsForBackend("wasm").map(({ kernelName }) => kernelName));
  const add = (kernelName: string, kernelFunc: KernelFunc): void => {
    if (!has.has(kernelName)) registerKernel({ kernelName, backendName: "wasm", kernelFunc });
  };
  add("Conv2DBackpropFilter", conv2dBackpropFilter);
  for (const kernelName of BORROWED_FROM_CPU) add(kernelName, borrowFromCpu(kernelName));
}

/** Copies the inputs out of the wasm heap, runs the plain JavaScript kernel, and copies the output back. */
function borrowFromCpu(kernelName: string): KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const wasm = backend as KernelBackend & { readSync(dataId: object): BackendValues };
    const cpu = cpuBackend();
    const copies = Object.entries(inputs).flatMap(([name, info]): [string, TensorInfo][] => {
      if (!info) return [];
      const dataId = cpu.write(wasm.readSync(info.dataId), info.shape, info.dtype);
      return [[name, { dataId, shape: info.shape, dtype: info.dtype }]];
    });
    const { kernelFunc } = getKernel(kernelName, "cpu");
    const output = kernelFunc({ inputs: Object.fromEntries(copies), backend: cpu, ...(attrs && { attrs }) });
    const { dataId, shape, dtype } = output as TensorInfo;
    const values = cpu.readSync(dataId);
    for (const [, copy] of copies) cpu.disposeData(copy.dataId);
    cpu.disposeData(dataId);
    return { dataId: wasm.write(values, shape, dtype), shape, dtype };
  };
}
