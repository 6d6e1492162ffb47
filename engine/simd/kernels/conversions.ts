import { util, type DataType, type TensorInfo } from "@tensorflow/tfjs-core";
import { CastTo, Kernel } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { CHUNK } from "./elementwise";
import { fallback, inputsOf, type OwnKernel } from "./kernel";

const kinds: Partial<Record<string, CastTo>> = {
  "int32 float32": CastTo.FloatFromInt,
  "bool float32": CastTo.FloatFromBool,
  "float32 int32": CastTo.IntFromFloat,
  "bool int32": CastTo.IntFromBool,
  "float32 bool": CastTo.BoolFromFloat,
  "int32 bool": CastTo.BoolFromInt,
};

/** A float32 tensor of one value. */
export function filled(backend: SimdBackend, shape: number[], value: number): TensorInfo {
  const result = backend.output(shape);
  const size = util.sizeFromShape(shape);
  backend.run(Kernel.Fill, Math.ceil(size / CHUNK), [backend.address(result), size], [value]);
  return result;
}

/** A row of `depth` numbers for each index: all off, but on where the index points. */
const oneHot: OwnKernel = (call) => {
  const { indices } = inputsOf<"indices">(call);
  const { depth, onValue, offValue, dtype } = call.attrs as {
    depth: number;
    onValue: number;
    offValue: number;
    dtype: DataType;
  };
  if (dtype !== "int32" && dtype !== "float32") return fallback("OneHot", call);
  const { backend } = call;
  const places = backend.readSync(indices.dataId) as Int32Array;
  const result = backend.output([...indices.shape, depth], dtype);
  const values = backend.numbers(result);
  values.fill(offValue);
  places.forEach((place, row) => {
    if (place >= 0 && place < depth) values[row * depth + place] = onValue;
  });
  return result;
};

export const conversions: Record<string, OwnKernel> = {
  Cast: (call) => {
    const { x } = inputsOf<"x">(call);
    const { backend } = call;
    const dtype = call.attrs["dtype"] as DataType;
    if (x.dtype === dtype && dtype !== "complex64") return backend.alias(x, x.shape);
    const kind = kinds[`${x.dtype} ${dtype}`];
    if (kind === undefined) return fallback("Cast", call);
    const result = backend.output(x.shape, dtype);
    const size = util.sizeFromShape(x.shape);
    backend.run(Kernel.Cast, Math.ceil(size / CHUNK), [
      kind,
      backend.address(x),
      backend.address(result),
      size,
    ]);
    return result;
  },
  Fill: (call) => {
    const { shape, value, dtype } = call.attrs as { shape: number[]; value: unknown; dtype?: DataType };
    const floats = typeof value === "number" && (dtype === undefined || dtype === "float32");
    return floats ? filled(call.backend, shape, value) : fallback("Fill", call);
  },
  OneHot: oneHot,
  ZerosLike: (call) => {
    const { x } = inputsOf<"x">(call);
    return x.dtype === "float32" ? filled(call.backend, x.shape, 0) : fallback("ZerosLike", call);
  },
  OnesLike: (call) => {
    const { x } = inputsOf<"x">(call);
    return x.dtype === "float32" ? filled(call.backend, x.shape, 1) : fallback("OnesLike", call);
  },
};
