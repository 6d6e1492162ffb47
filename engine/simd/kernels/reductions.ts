import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Kernel, ReduceOp } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { fallback, type OwnKernel } from "./kernel";

const PARTS = 64;
const NUMBERS_PER_CHUNK = 16384;

/**
 * Reduces the middle of [outer, reduce, inner]. Long columns are cut into parts first, always the same ones, so
 * that the order of additions does not depend on the threads.
 */
function reduceMiddle(
  backend: SimdBackend,
  op: ReduceOp,
  x: number,
  y: number,
  [outer, reduce, inner]: [number, number, number],
  scale: number,
): void {
  if (inner === 1) {
    const outerPerChunk = Math.max(1, Math.floor(NUMBERS_PER_CHUNK / Math.max(1, reduce)));
    const ints = [op, x, y, outer, reduce, 1, outerPerChunk, 1, reduce];
    if (outer > 1 || reduce < 2 * NUMBERS_PER_CHUNK) {
      backend.run(Kernel.ReduceRows, Math.ceil(outer / outerPerChunk), ints, [scale]);
      return;
    }
  }
  const parts = outer * inner * reduce > NUMBERS_PER_CHUNK ? Math.min(PARTS, Math.ceil(reduce / 8)) : 1;
  const perPart = Math.ceil(reduce / parts);
  const used = Math.max(1, Math.ceil(reduce / Math.max(1, perPart)));
  const columns = (from: number, to: number, count: number, pieces: number, piece: number, factor: number) =>
    backend.run(
      Kernel.ReduceColumns,
      outer * pieces,
      [op, from, to, outer, count, inner, 0, pieces, piece],
      [factor],
    );
  if (used === 1) return columns(x, y, reduce, 1, reduce, scale);
  backend.withScratch(outer * used * inner, [outer, used, inner], (partial) => {
    columns(x, partial, reduce, used, perPart, 1);
    columns(partial, y, used, 1, used, scale);
  });
}

/** Runs of neighbouring dimensions that are all reduced, or all kept. */
function runsOf(shape: number[], axes: Set<number>): { size: number; reduced: boolean }[] {
  const runs: { size: number; reduced: boolean }[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const reduced = axes.has(axis);
    const last = runs[runs.length - 1];
    if (last?.reduced === reduced) last.size *= size;
    else runs.push({ size, reduced });
  });
  return runs;
}

/** Reduces `axes` of x, one run of neighbouring axes after the other, the last first. */
export function reduce(
  backend: SimdBackend,
  op: ReduceOp,
  x: TensorInfo,
  axes: number[],
  keepDims: boolean,
): TensorInfo {
  const runs = runsOf(x.shape, new Set(axes));
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  const shape = keepDims ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : kept;
  const reduced = runs.filter((run) => run.reduced);
  if (reduced.length === 0) return backend.alias(x, shape);
  const count = reduced.reduce((product, run) => product * run.size, 1);
  const mean = op === ReduceOp.Mean;
  let from = x;
  for (let index = runs.length - 1; index >= 0; index--) {
    if (!runs[index]!.reduced) continue;
    const sizeOf = (part: typeof runs) => part.reduce((product, run) => product * run.size, 1);
    const outer = sizeOf(runs.slice(0, index));
    const inner = sizeOf(runs.slice(index + 1));
    const size = runs[index]!.size;
    runs.splice(index, 1);
    const isLast = !runs.some((run) => run.reduced);
    const to = backend.output(isLast ? shape : [outer, inner]);
    const scale = mean && isLast ? 1 / count : 1;
    const kind = mean ? ReduceOp.Sum : op;
    reduceMiddle(backend, kind, backend.address(from), backend.address(to), [outer, size, inner], scale);
    if (from !== x) backend.disposeIntermediateTensorInfo(from);
    from = to;
  }
  return from;
}

function reduction(name: string, op: ReduceOp): OwnKernel {
  return (call) => {
    const { inputs, attrs, backend } = call;
    const x = inputs["x"]!;
    const axes = util.parseAxisParam(
      (attrs["axis"] ?? attrs["reductionIndices"]) as number | number[],
      x.shape,
    );
    if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return fallback(name, call);
    return reduce(backend, op, x, axes, attrs["keepDims"] === true);
  };
}

export const reductions: Record<string, OwnKernel> = {
  Sum: reduction("Sum", ReduceOp.Sum),
  Mean: reduction("Mean", ReduceOp.Mean),
  Max: reduction("Max", ReduceOp.Max),
  Min: reduction("Min", ReduceOp.Min),
  Prod: reduction("Prod", ReduceOp.Prod),
};
