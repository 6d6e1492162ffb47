import { getKernel, type NamedAttrMap, type TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "../backend";
import { countedAsFallback } from "../report";

/** What a kernel is called with. Inputs and attributes are the op's own; see tfjs' kernel_names.ts. */
export interface KernelCall {
  inputs: Record<string, TensorInfo>;
  attrs: Record<string, unknown>;
  backend: SimdBackend;
}

export type OwnKernel = (call: KernelCall) => TensorInfo | TensorInfo[];

/** Inputs that the op's definition promises. */
export function inputsOf<Name extends string>(call: KernelCall): Record<Name, TensorInfo> {
  return call.inputs;
}

/** tfjs' own kernel for this op, for what ours does not cover. The report counts it as a fallback. */
export function fallback(op: string, call: KernelCall): TensorInfo | TensorInfo[] {
  const kernel = getKernel(op, "cpu").kernelFunc;
  return countedAsFallback(op, () =>
    kernel({ inputs: call.inputs, attrs: call.attrs as NamedAttrMap, backend: call.backend }),
  );
}

/** `kernel` where all inputs are float32, else tfjs' own. */
export function floatsOnly(op: string, kernel: OwnKernel): OwnKernel {
  return (call) => {
    for (const input of Object.values(call.inputs)) {
      if (input && input.dtype !== "float32") return fallback(op, call);
    }
    return kernel(call);
  };
}
