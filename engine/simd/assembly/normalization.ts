// Kernels over rows of channels: softmax, the greatest's place, batch normalisation.
import { storeLanes } from "./lanes";
import { exp4 } from "./math";

@unmanaged
class RowsOfNumbers {
  x: usize;
  y: usize;
  rows: i32;
  length: i32;
  rowsPerChunk: i32;
}

/** Four numbers of a row; lanes past its end become `rest`. */
// @ts-ignore: decorator
@inline
function loadLanes(x: usize, left: i32, rest: f32): v128 {
  const lanes = i32x4(0, 1, 2, 3);
  return v128.bitselect(v128.load(x), f32x4.splat(rest), i32x4.lt_s(lanes, i32x4.splat(left)));
}

// @ts-ignore: decorator
@inline
function lanesTo(op: i32, x: v128): f32 {
  const a = f32x4.extract_lane(x, 0), b = f32x4.extract_lane(x, 1);
  const c = f32x4.extract_lane(x, 2), d = f32x4.extract_lane(x, 3);
  return op == MAX ? max(max(a, b), max(c, d)) : a + c + (b + d);
}

const MAX = 0;
const SUM = 1;

/** eˣ / Σ eˣ of each row, its greatest taken off before. */
export function softmax(params: usize, chunk: i32): void {
  const job = changetype<RowsOfNumbers>(params);
  const length = job.length;
  const last = min((chunk + 1) * job.rowsPerChunk, job.rows);
  for (let row = chunk * job.rowsPerChunk; row < last; row++) {
    const offset = <usize>row * <usize>length << 2;
    const x = job.x + offset;
    const y = job.y + offset;
    let greatest = f32x4.splat(-Infinity);
    for (let i = 0; i < length; i += 4) {
      greatest = f32x4.max(greatest, loadLanes(x + (<usize>i << 2), length - i, -Infinity));
    }
    const shift = f32x4.splat(lanesTo(MAX, greatest));
    let sum = f32x4.splat(0);
    for (let i = 0; i < length; i += 4) {
      const e = exp4(f32x4.sub(loadLanes(x + (<usize>i << 2), length - i, -Infinity), shift));
      sum = f32x4.add(sum, e);
      storeLanes(y + (<usize>i << 2), e, length - i);
    }
    const total = f32x4.splat(lanesTo(SUM, sum));
    for (let i = 0; i < length; i += 4) {
      const at = y + (<usize>i << 2);
      storeLanes(at, f32x4.div(v128.load(at), total), length - i);
    }
  }
}

/** The place of the first of the greatest of each row, as int32. */
export function argMax(params: usize, chunk: i32): void {
  const job = changetype<RowsOfNumbers>(params);
  const last = min((chunk + 1) * job.rowsPerChunk, job.rows);
  for (let row = chunk * job.rowsPerChunk; row < last; row++) {
    let x = job.x + (<usize>row * <usize>job.length << 2);
    let best = load<f32>(x);
    let place = 0;
    for (let i = 1; i < job.length; i++) {
      x += 4;
      const value = load<f32>(x);
      if (value > best) {
        best = value;
        place = i;
      }
    }
    store<i32>(job.y + (<usize>row << 2), place);
  }
}

@unmanaged
class BatchNormJob {
  x: usize;
  y: usize;
  rows: i32;
  channels: i32;
  rowsPerChunk: i32;
  mean: usize;
  variance: usize;
  scale: usize; // 0: none
  offset: usize; // 0: none
  epsilon: f32;
}

/** y = (x − mean) · scale / √(variance + ε) + offset, each a number a channel. */
export function batchNorm(params: usize, chunk: i32): void {
  const job = changetype<BatchNormJob>(params);
  const channels = job.channels;
  const row = <usize>channels << 2;
  const first = chunk * job.rowsPerChunk;
  const count = min(job.rowsPerChunk, job.rows - first);
  const epsilon = f32x4.splat(job.epsilon);
  for (let channel = 0; channel < channels; channel += 4) {
    const at = <usize>channel << 2;
    const mean = v128.load(job.mean + at);
    const scale = job.scale ? v128.load(job.scale + at) : f32x4.splat(1);
    const offset = job.offset ? v128.load(job.offset + at) : f32x4.splat(0);
    const factor = f32x4.div(scale, f32x4.sqrt(f32x4.add(v128.load(job.variance + at), epsilon)));
    let x = job.x + <usize>first * row + at;
    let y = job.y + <usize>first * row + at;
    for (let i = 0; i < count; i++) {
      const value = f32x4.add(f32x4.mul(f32x4.sub(v128.load(x), mean), factor), offset);
      storeLanes(y, value, channels - channel);
      x += row;
      y += row;
    }
  }
}
