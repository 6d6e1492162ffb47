import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Kernel } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { fallback, inputsOf, type KernelCall, type OwnKernel } from "./kernel";

const CHUNK = 16384;

const enum Logic {
  And,
  Or,
  Not,
}

function logic(backend: SimdBackend, kind: Logic, a: TensorInfo, b: TensorInfo): TensorInfo {
  const y = backend.output(a.shape, "bool");
  const size = util.sizeFromShape(a.shape);
  const ints = [kind, backend.address(a), backend.address(b), backend.address(y), size, CHUNK];
  backend.run(Kernel.Logic, Math.ceil(size / CHUNK), ints);
  return y;
}

function pairwise(name: string, kind: Logic): OwnKernel {
  return (call: KernelCall) => {
    const { a, b } = inputsOf<"a" | "b">(call);
    const covered = a.dtype === "bool" && b.dtype === "bool" && util.arraysEqual(a.shape, b.shape);
    return covered ? logic(call.backend, kind, a, b) : fallback(name, call);
  };
}

export const logical: Record<string, OwnKernel> = {
  LogicalAnd: pairwise("LogicalAnd", Logic.And),
  LogicalOr: pairwise("LogicalOr", Logic.Or),
  LogicalNot: (call) => {
    const { x } = inputsOf<"x">(call);
    return x.dtype === "bool" ? logic(call.backend, Logic.Not, x, x) : fallback("LogicalNot", call);
  },
  Select: (call) => {
    const { condition, t, e } = inputsOf<"condition" | "t" | "e">(call);
    const floats = t.dtype === "float32" && e.dtype === "float32" && condition.dtype === "bool";
    const alike = util.arraysEqual(condition.shape, t.shape) && util.arraysEqual(t.shape, e.shape);
    if (!floats || !alike) return fallback("Select", call);
    const { backend } = call;
    const y = backend.output(t.shape);
    const size = util.sizeFromShape(t.shape);
    const addresses = [condition, t, e, y].map((each) => backend.address(each));
    backend.run(Kernel.Choose, Math.ceil(size / CHUNK), [...addresses, size, CHUNK]);
    return y;
  },
};
