// Two numbers in, one out, with broadcasting: arithmetic (Binary), comparisons to bool (Compare).
//
// TypeScript folds the shapes to rows: the innermost dimension is a run in which each operand either moves on
// by one (step 1) or stands still (step 0); up to four outer dimensions have strides of their own. A chunk is a
// range of rows, or, where there is one row only, a range of it.
import { BinaryOp, CompareOp } from "./kernel-ids";
import { CHUNK } from "./elementwise";
import { reluGradient, select, storeLanes } from "./lanes";
import { expm14 } from "./math";

@unmanaged
class BinaryJob {
  op: i32;
  a: usize;
  b: usize;
  c: usize;
  length: i32; // of a row
  rows: i32;
  rowsPerChunk: i32; // 0: one long row, cut into CHUNKs
  aStep: i32; // 0 or 1
  bStep: i32;
  // The outer dimensions, innermost first: sizes, and strides of a and b in numbers
  size0: i32;
  size1: i32;
  size2: i32;
  a0: i32;
  a1: i32;
  a2: i32;
  a3: i32;
  b0: i32;
  b1: i32;
  b2: i32;
  b3: i32;
}

// @ts-ignore: decorator
@inline
function apply(op: i32, a: v128, b: v128): v128 {
  if (op == BinaryOp.Add) return f32x4.add(a, b);
  if (op == BinaryOp.Sub) return f32x4.sub(a, b);
  if (op == BinaryOp.Multiply) return f32x4.mul(a, b);
  if (op == BinaryOp.RealDiv) return f32x4.div(a, b);
  if (op == BinaryOp.Maximum) return f32x4.max(a, b);
  if (op == BinaryOp.Minimum) return f32x4.min(a, b);
  if (op == BinaryOp.SquaredDifference) {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
  const zero = f32x4.splat(0);
  if (op == BinaryOp.EluGrad) return select(f32x4.ge(b, zero), a, f32x4.mul(a, f32x4.add(b, f32x4.splat(1))));
  if (op == BinaryOp.Prelu) return select(f32x4.lt(a, zero), f32x4.mul(a, b), a);
  if (op == BinaryOp.ReluGrad) return reluGradient(a, b);
  return f32x4.max(f32x4.add(a, b), zero); // AddRelu
}

// @ts-ignore: decorator
@inline
function compareWith(op: i32, a: v128, b: v128): v128 {
  if (op == CompareOp.Equal) return f32x4.eq(a, b);
  if (op == CompareOp.NotEqual) return f32x4.ne(a, b);
  if (op == CompareOp.Greater) return f32x4.gt(a, b);
  if (op == CompareOp.GreaterEqual) return f32x4.ge(a, b);
  if (op == CompareOp.Less) return f32x4.lt(a, b);
  return f32x4.le(a, b);
}

/** One run of `length` numbers; `compare` chooses between the two families. */
// @ts-ignore: decorator
@inline
function run(compare: bool, op: i32, a: usize, b: usize, c: usize, length: i32, aStep: i32, bStep: i32): void {
  const aMove = <usize>aStep << 4;
  const bMove = <usize>bStep << 4;
  let x = v128.load32_splat(a);
  let y = v128.load32_splat(b);
  for (let left = length; left > 0; left -= 4) {
    if (aStep) x = v128.load(a);
    if (bStep) y = v128.load(b);
    a += aMove;
    b += bMove;
    if (compare) {
      // All ones or zeros a lane, narrowed to a byte of 1 or 0.
      const words = compareWith(op, x, y);
      const bytes = v128.and(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(words, words), words), i8x16.splat(1));
      if (left >= 4) v128.store32_lane(c, bytes, 0);
      else {
        store<u8>(c, i8x16.extract_lane_u(bytes, 0));
        if (left > 1) store<u8>(c, i8x16.extract_lane_u(bytes, 1), 1);
        if (left > 2) store<u8>(c, i8x16.extract_lane_u(bytes, 2), 2);
      }
      c += 4;
    } else {
      storeLanes(c, apply(op, x, y), left);
      c += 16;
    }
  }
}

// @ts-ignore: decorator
@inline
function loop(compare: bool, op: i32, job: BinaryJob, chunk: i32): void {
  const outSize: usize = compare ? 1 : 4;
  const aStep = job.aStep;
  const bStep = job.bStep;
  if (job.rowsPerChunk == 0) {
    const first = chunk * CHUNK;
    const from = <usize>first << 2;
    run(compare, op, job.a + from * aStep, job.b + from * bStep, job.c + <usize>first * outSize, min(CHUNK, job.length - first), aStep, bStep);
    return;
  }
  const length = job.length;
  const first = chunk * job.rowsPerChunk;
  const last = min(first + job.rowsPerChunk, job.rows);
  let rest = first;
  let i0 = rest % job.size0;
  rest /= job.size0;
  let i1 = rest % job.size1;
  rest /= job.size1;
  let i2 = rest % job.size2;
  let i3 = rest / job.size2;
  let c = job.c + <usize>first * <usize>length * outSize;
  for (let row = first; row < last; row++) {
    const a = job.a + (<usize>(i0 * job.a0 + i1 * job.a1 + i2 * job.a2 + i3 * job.a3) << 2);
    const b = job.b + (<usize>(i0 * job.b0 + i1 * job.b1 + i2 * job.b2 + i3 * job.b3) << 2);
    run(compare, op, a, b, c, length, aStep, bStep);
    c += <usize>length * outSize;
    if (++i0 == job.size0) {
      i0 = 0;
      if (++i1 == job.size1) {
        i1 = 0;
        if (++i2 == job.size2) {
          i2 = 0;
          i3++;
        }
      }
    }
  }
}

export function binary(params: usize, chunk: i32): void {
  const job = changetype<BinaryJob>(params);
  switch (job.op) {
    case BinaryOp.Add: return loop(false, BinaryOp.Add, job, chunk);
    case BinaryOp.Sub: return loop(false, BinaryOp.Sub, job, chunk);
    case BinaryOp.Multiply: return loop(false, BinaryOp.Multiply, job, chunk);
    case BinaryOp.RealDiv: return loop(false, BinaryOp.RealDiv, job, chunk);
    case BinaryOp.Maximum: return loop(false, BinaryOp.Maximum, job, chunk);
    case BinaryOp.Minimum: return loop(false, BinaryOp.Minimum, job, chunk);
    case BinaryOp.SquaredDifference: return loop(false, BinaryOp.SquaredDifference, job, chunk);
    case BinaryOp.EluGrad: return loop(false, BinaryOp.EluGrad, job, chunk);
    case BinaryOp.Prelu: return loop(false, BinaryOp.Prelu, job, chunk);
    case BinaryOp.ReluGrad: return loop(false, BinaryOp.ReluGrad, job, chunk);
    default: return loop(false, BinaryOp.AddRelu, job, chunk);
  }
}

export function compare(params: usize, chunk: i32): void {
  const job = changetype<BinaryJob>(params);
  switch (job.op) {
    case CompareOp.Equal: return loop(true, CompareOp.Equal, job, chunk);
    case CompareOp.NotEqual: return loop(true, CompareOp.NotEqual, job, chunk);
    case CompareOp.Greater: return loop(true, CompareOp.Greater, job, chunk);
    case CompareOp.GreaterEqual: return loop(true, CompareOp.GreaterEqual, job, chunk);
    case CompareOp.Less: return loop(true, CompareOp.Less, job, chunk);
    default: return loop(true, CompareOp.LessEqual, job, chunk);
  }
}
