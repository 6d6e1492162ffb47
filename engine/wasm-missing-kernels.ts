import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import {
  getKernel,
  getKernelsForBackend,
  registerKernel,
  util,
  type BackendValues,
  type KernelBackend,
  type KernelFunc,
  type NamedTensorInfoMap,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
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
    const cpu = new MathBackendCPU();
    const copies: NamedTensorInfoMap = {};
    for (const [name, info] of Object.entries(inputs)) {
      if (info)
        copies[name] = cpu.makeTensorInfo(info.shape, info.dtype, wasm.readSync(info.dataId) as Float32Array);
    }
    const { kernelFunc } = getKernel(kernelName, "cpu");
    const output = kernelFunc({ inputs: copies, backend: cpu, ...(attrs && { attrs }) }) as TensorInfo;
    const values = cpu.readSync(output.dataId);
    util.assert(output.dtype !== "string", () => `${kernelName}: no string outputs`);
    return {
      dataId: wasm.write(values, output.shape, output.dtype),
      shape: output.shape,
      dtype: output.dtype,
    };
  };
}
