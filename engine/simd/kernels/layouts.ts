import { backend_util, slice_util, util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Kernel } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { bytesPerElement } from "../heap-tensor";
import { filled } from "./conversions";
import { fallback, inputsOf, type KernelCall, type OwnKernel } from "./kernel";

const BYTES_PER_CHUNK = 64 << 10;
const MOST_OUTER = 5;

/** One dimension of a copy: how many, and the strides in numbers on both sides. */
export interface CopyDimension {
  size: number;
  from: number;
  to: number;
}

/** Copies along the dimensions, the outermost first; false where they fold to more than the kernel walks. */
export function copy(
  backend: SimdBackend,
  from: number,
  to: number,
  bytes: number,
  dimensions: CopyDimension[],
): boolean {
  const folded: CopyDimension[] = [];
  for (const dimension of [...dimensions].reverse()) {
    if (dimension.size === 0) return true;
    if (dimension.size === 1) continue;
    const last = folded[folded.length - 1];
    const goesOn = last && dimension.from === last.from * last.size && dimension.to === last.to * last.size;
    if (goesOn) last.size *= dimension.size;
    else folded.push({ ...dimension });
  }
  const [row = { size: 1, from: 1, to: 1 }, ...outer] = folded;
  if (outer.length > MOST_OUTER) return false;
  const rows = outer.reduce((product, { size }) => product * size, 1);
  const rowsPerChunk = Math.max(1, Math.floor(BYTES_PER_CHUNK / (row.size * bytes)));
  const strides = Array.from({ length: MOST_OUTER }, (_, i) => outer[i] ?? { size: 1, from: 0, to: 0 });
  backend.run(Kernel.Copy, Math.ceil(rows / rowsPerChunk), [
    ...[from, to, bytes, row.size, row.from * bytes, row.to * bytes, rows, rowsPerChunk],
    ...strides.flatMap((each) => [each.size, each.from * bytes, each.to * bytes]),
  ]);
  return true;
}

function stridesOf(shape: number[]): number[] {
  return shape.map((_, axis) => util.sizeFromShape(shape.slice(axis + 1)));
}

function isNumeric({ dtype }: TensorInfo): boolean {
  return dtype === "float32" || dtype === "int32" || dtype === "bool";
}

/** Runs `kernel` on tensors of numbers; strings, complex numbers and many-dimensional ones go to tfjs. */
function onNumbers(
  name: string,
  kernel: (call: KernelCall) => TensorInfo | TensorInfo[] | undefined,
): OwnKernel {
  return (call) => {
    const numeric = Object.values(call.inputs).every(isNumeric);
    return (numeric ? kernel(call) : undefined) ?? fallback(name, call);
  };
}

/** The result, or nothing (and no leak) where the copy was not possible. */
function kept(backend: SimdBackend, result: TensorInfo, done: boolean): TensorInfo | undefined {
  if (done) return result;
  backend.disposeIntermediateTensorInfo(result);
  return undefined;
}

export function transpose(backend: SimdBackend, x: TensorInfo, perm: number[]): TensorInfo | undefined {
  const shape = perm.map((axis) => x.shape[axis]!);
  const result = backend.output(shape, x.dtype);
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
  const dimensions = perm.map((axis, i) => ({ size: shape[i]!, from: from[axis]!, to: to[i]! }));
  const bytes = bytesPerElement(x.dtype);
  return kept(backend, result, copy(backend, backend.address(x), backend.address(result), bytes, dimensions));
}

export function slice(
  backend: SimdBackend,
  x: TensorInfo,
  begin: number[],
  size: number[],
): TensorInfo | undefined {
  const result = backend.output(size, x.dtype);
  const [from, to] = [stridesOf(x.shape), stridesOf(size)];
  const bytes = bytesPerElement(x.dtype);
  const start = begin.reduce((sum, at, axis) => sum + at * from[axis]!, 0) * bytes;
  const dimensions = size.map((length, axis) => ({ size: length, from: from[axis]!, to: to[axis]! }));
  return kept(
    backend,
    result,
    copy(backend, backend.address(x) + start, backend.address(result), bytes, dimensions),
  );
}

function concat({ inputs, attrs, backend }: KernelCall): TensorInfo | undefined {
  const all = Object.values(inputs);
  const axis = util.parseAxisParam(attrs["axis"] as number, all[0]!.shape)[0]!;
  backend_util.assertParamsConsistent(
    all.map(({ shape }) => shape),
    axis,
  );
  const shape = backend_util.computeOutShape(
    all.map((each) => each.shape),
    axis,
  );
  const { dtype } = all[0]!;
  const filled = all.filter((each) => util.sizeFromShape(each.shape) > 0);
  if (filled.some((each) => each.dtype !== dtype)) return undefined;
  if (filled.length === 1) return backend.alias(filled[0]!, shape);
  const result = backend.output(shape, dtype);
  const bytes = bytesPerElement(dtype);
  const to = stridesOf(shape);
  let start = backend.address(result);
  for (const each of filled) {
    const from = stridesOf(each.shape);
    const dimensions = each.shape.map((size, i) => ({ size, from: from[i]!, to: to[i]! }));
    if (!copy(backend, backend.address(each), start, bytes, dimensions)) return kept(backend, result, false);
    start += each.shape[axis]! * to[axis]! * bytes;
  }
  return result;
}

function pad({ inputs, attrs, backend }: KernelCall): TensorInfo | undefined {
  const x = inputs["x"]!;
  const { paddings, constantValue } = attrs as { paddings: [number, number][]; constantValue: number };
  const shape = x.shape.map((size, axis) => paddings[axis]![0] + size + paddings[axis]![1]);
  const floats = x.dtype === "float32";
  const result = floats ? filled(backend, shape, constantValue) : backend.output(shape, x.dtype);
  if (!floats) backend.numbers(result).fill(constantValue);
  const bytes = bytesPerElement(x.dtype);
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
  const start = paddings.reduce((sum, [before], axis) => sum + before * to[axis]!, 0) * bytes;
  const dimensions = x.shape.map((size, axis) => ({ size, from: from[axis]!, to: to[axis]! }));
  return kept(
    backend,
    result,
    copy(backend, backend.address(x), backend.address(result) + start, bytes, dimensions),
  );
}

function tile({ inputs, attrs, backend }: KernelCall): TensorInfo | undefined {
  const x = inputs["x"]!;
  const reps = attrs["reps"] as number[];
  if (reps.length !== x.shape.length) return undefined;
  const shape = x.shape.map((size, axis) => size * reps[axis]!);
  const result = backend.output(shape, x.dtype);
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
  const dimensions = x.shape.flatMap((size, axis) => [
    { size: reps[axis]!, from: 0, to: size * to[axis]! },
    { size, from: from[axis]!, to: to[axis]! },
  ]);
  const bytes = bytesPerElement(x.dtype);
  return kept(backend, result, copy(backend, backend.address(x), backend.address(result), bytes, dimensions));
}

function splitV({ inputs, attrs, backend }: KernelCall): TensorInfo[] | undefined {
  const x = inputs["x"]!;
  const { numOrSizeSplits, axis } = attrs as { numOrSizeSplits: number | number[]; axis: number };
  const along = util.parseAxisParam(axis, x.shape)[0]!;
  if (x.shape.length > MOST_OUTER) return undefined;
  const begin = x.shape.map(() => 0);
  return backend_util.prepareSplitSize({ shape: x.shape } as never, numOrSizeSplits, along).map((length) => {
    const size = x.shape.map((whole, i) => (i === along ? length : whole));
    const part = slice(backend, x, begin, size)!;
    begin[along]! += length;
    return part;
  });
}

export const layouts: Record<string, OwnKernel> = {
  Transpose: onNumbers("Transpose", ({ inputs, attrs, backend }) =>
    transpose(backend, inputs["x"]!, attrs["perm"] as number[]),
  ),
  Slice: onNumbers("Slice", (call) => {
    const { x } = inputsOf<"x">(call);
    const { begin, size } = call.attrs as { begin: number | number[]; size: number | number[] };
    const [from, sizes] = slice_util.parseSliceParams(x, begin, size);
    slice_util.assertParamsValid(x, from!, sizes!);
    return slice(call.backend, x, from!, sizes!);
  }),
  Concat: onNumbers("Concat", concat),
  PadV2: onNumbers("PadV2", pad),
  Tile: onNumbers("Tile", tile),
  SplitV: onNumbers("SplitV", splitV),
};
