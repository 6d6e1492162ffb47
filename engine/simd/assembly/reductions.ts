// Sum, mean, max, min and product over the middle one of three dimensions, [outer, reduce, inner].
import { ReduceOp } from "./kernel-ids";
import { scratch } from "./thread";

@unmanaged
class ReduceJob {
  op: i32;
  x: usize;
  y: usize;
  outer: i32;
  reduce: i32;
  inner: i32;
  outerPerChunk: i32; // rows: how many outer a chunk
  parts: i32; // columns: the reduced dimension is cut into this many parts, each with a row of y
  reducePerPart: i32;
  scale: f32; // what a sum is multiplied by: 1 / count for a mean
}

// @ts-ignore: decorator
@inline
function start(op: i32): f32 {
  if (op == ReduceOp.Max) return -Infinity;
  if (op == ReduceOp.Min) return Infinity;
  if (op == ReduceOp.Prod) return 1;
  return 0;
}

// @ts-ignore: decorator
@inline
function join(op: i32, a: v128, b: v128): v128 {
  if (op == ReduceOp.Max) return f32x4.max(a, b);
  if (op == ReduceOp.Min) return f32x4.min(a, b);
  if (op == ReduceOp.Prod) return f32x4.mul(a, b);
  return f32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function joinOne(op: i32, a: f32, b: f32): f32 {
  return f32x4.extract_lane(join(op, f32x4.splat(a), f32x4.splat(b)), 0);
}

/** inner = 1: each row to one number. Four vectors of partial results keep the adder busy. */
// @ts-ignore: decorator
@inline
function rowsLoop(op: i32, job: ReduceJob, chunk: i32): void {
  const length = job.reduce;
  const first = chunk * job.outerPerChunk;
  const last = min(first + job.outerPerChunk, job.outer);
  for (let i = first; i < last; i++) {
    let x = job.x + (<usize>i * <usize>length << 2);
    let s0 = f32x4.splat(start(op)), s1 = s0, s2 = s0, s3 = s0;
    let left = length;
    for (; left >= 16; left -= 16) {
      s0 = join(op, s0, v128.load(x));
      s1 = join(op, s1, v128.load(x, 16));
      s2 = join(op, s2, v128.load(x, 32));
      s3 = join(op, s3, v128.load(x, 48));
      x += 64;
    }
    const all = join(op, join(op, s0, s1), join(op, s2, s3));
    let y = joinOne(
      op,
      joinOne(op, f32x4.extract_lane(all, 0), f32x4.extract_lane(all, 2)),
      joinOne(op, f32x4.extract_lane(all, 1), f32x4.extract_lane(all, 3)),
    );
    for (; left > 0; left--) {
      y = joinOne(op, y, load<f32>(x));
      x += 4;
    }
    store<f32>(job.y + (<usize>i << 2), y * job.scale);
  }
}

/**
 * inner > 1: whole rows are joined, 64 columns at a time in registers' reach. A chunk is one part of one outer;
 * parts are joined by a second job.
 */
// @ts-ignore: decorator
@inline
function columnsLoop(op: i32, job: ReduceJob, chunk: i32): void {
  const part = chunk % job.parts;
  const outer = chunk / job.parts;
  const first = part * job.reducePerPart;
  const count = min(job.reducePerPart, job.reduce - first);
  const inner = job.inner;
  const row = <usize>inner << 2;
  const from = job.x + (<usize>outer * <usize>job.reduce + <usize>first) * row;
  const to = job.y + (<usize>outer * <usize>job.parts + <usize>part) * row;
  const scale = f32x4.splat(job.scale);
  let column = 0;
  for (; column + 16 <= inner; column += 16) {
    let x = from + (<usize>column << 2);
    let s0 = f32x4.splat(start(op)), s1 = s0, s2 = s0, s3 = s0;
    for (let i = 0; i < count; i++) {
      s0 = join(op, s0, v128.load(x));
      s1 = join(op, s1, v128.load(x, 16));
      s2 = join(op, s2, v128.load(x, 32));
      s3 = join(op, s3, v128.load(x, 48));
      x += row;
    }
    const y = to + (<usize>column << 2);
    v128.store(y, f32x4.mul(s0, scale));
    v128.store(y, f32x4.mul(s1, scale), 16);
    v128.store(y, f32x4.mul(s2, scale), 32);
    v128.store(y, f32x4.mul(s3, scale), 48);
  }
  for (; column < inner; column += 4) {
    // Reading past the row's end is harmless; only what belongs to the row is stored.
    let x = from + (<usize>column << 2);
    let s0 = f32x4.splat(start(op)), s1 = s0;
    let i = 0;
    for (; i + 2 <= count; i += 2) {
      s0 = join(op, s0, v128.load(x));
      s1 = join(op, s1, v128.load(x + row));
      x += row << 1;
    }
    if (i < count) s0 = join(op, s0, v128.load(x));
    v128.store(scratch, f32x4.mul(join(op, s0, s1), scale));
    memory.copy(to + (<usize>column << 2), scratch, <usize>min(4, inner - column) << 2);
  }
}

export function reduceRows(params: usize, chunk: i32): void {
  const job = changetype<ReduceJob>(params);
  switch (job.op) {
    case ReduceOp.Max: return rowsLoop(ReduceOp.Max, job, chunk);
    case ReduceOp.Min: return rowsLoop(ReduceOp.Min, job, chunk);
    case ReduceOp.Prod: return rowsLoop(ReduceOp.Prod, job, chunk);
    default: return rowsLoop(ReduceOp.Sum, job, chunk);
  }
}

export function reduceColumns(params: usize, chunk: i32): void {
  const job = changetype<ReduceJob>(params);
  switch (job.op) {
    case ReduceOp.Max: return columnsLoop(ReduceOp.Max, job, chunk);
    case ReduceOp.Min: return columnsLoop(ReduceOp.Min, job, chunk);
    case ReduceOp.Prod: return columnsLoop(ReduceOp.Prod, job, chunk);
    default: return columnsLoop(ReduceOp.Sum, job, chunk);
  }
}
