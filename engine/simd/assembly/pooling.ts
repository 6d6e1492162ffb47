// Pooling of NHWC images; a chunk is an image. The window is clipped at the image's edge.
import { storeLanes } from "./lanes";
import { scratch } from "./thread";

@unmanaged
class PoolJob {
  x: usize; // the input; AvgPoolGrad: not used
  y: usize; // the output; gradients: dy
  dx: usize; // gradients only
  height: i32;
  width: i32;
  channels: i32;
  outHeight: i32;
  outWidth: i32;
  windowHeight: i32;
  windowWidth: i32;
  strideY: i32;
  strideX: i32;
  top: i32;
  left: i32;
}

/** Calls for each output pixel and four channels: `kind` is one of the four kernels, a constant. */
// @ts-ignore: decorator
@inline
function forWindows(kind: i32, params: usize, image: i32): void {
  const job = changetype<PoolJob>(params);
  const channels = job.channels;
  const pixel = <usize>channels << 2;
  const row = <usize>job.width * pixel;
  const imageBytes = <usize>job.height * row;
  const x = job.x + <usize>image * imageBytes;
  const dx = job.dx + <usize>image * imageBytes;
  if (kind == MAX_GRAD || kind == AVG_GRAD) memory.fill(dx, 0, imageBytes);
  let y = job.y + <usize>image * <usize>(job.outHeight * job.outWidth) * pixel;
  for (let outY = 0; outY < job.outHeight; outY++) {
    const y0 = outY * job.strideY - job.top;
    const fromY = max(y0, 0);
    const toY = min(y0 + job.windowHeight, job.height);
    for (let outX = 0; outX < job.outWidth; outX++) {
      const x0 = outX * job.strideX - job.left;
      const fromX = max(x0, 0);
      const toX = min(x0 + job.windowWidth, job.width);
      for (let channel = 0; channel < channels; channel += 4) {
        const offset = <usize>channel << 2;
        const left = channels - channel;
        if (kind == MAX) max4(x + offset, y + offset, row, pixel, fromY, toY, fromX, toX, left);
        else if (kind == AVG) average4(x + offset, y + offset, row, pixel, fromY, toY, fromX, toX, left);
        else if (kind == MAX_GRAD) maxGrad4(x + offset, dx + offset, y + offset, row, pixel, fromY, toY, fromX, toX, left);
        else {
          const share = f32x4.div(v128.load(y + offset), f32x4.splat(<f32>(job.windowHeight * job.windowWidth)));
          averageGrad4(dx + offset, share, row, pixel, fromY, toY, fromX, toX, left);
        }
      }
      y += pixel;
    }
  }
}

const MAX = 0;
const MAX_GRAD = 1;
const AVG = 2;
const AVG_GRAD = 3;

// A NaN is never greater: it is passed over, as tfjs' cpu backend does.
// @ts-ignore: decorator
@inline
function max4(x: usize, y: usize, row: usize, pixel: usize, fromY: i32, toY: i32, fromX: i32, toX: i32, left: i32): void {
  let best = f32x4.splat(-Infinity);
  for (let i = fromY; i < toY; i++) {
    let p = x + <usize>i * row + <usize>fromX * pixel;
    for (let j = fromX; j < toX; j++) {
      best = f32x4.pmax(best, v128.load(p));
      p += pixel;
    }
  }
  storeLanes(y, best, left);
}

// @ts-ignore: decorator
@inline
function average4(x: usize, y: usize, row: usize, pixel: usize, fromY: i32, toY: i32, fromX: i32, toX: i32, left: i32): void {
  let sum = f32x4.splat(0);
  for (let i = fromY; i < toY; i++) {
    let p = x + <usize>i * row + <usize>fromX * pixel;
    for (let j = fromX; j < toX; j++) {
      sum = f32x4.add(sum, v128.load(p));
      p += pixel;
    }
  }
  const count = <f32>(max(toY - fromY, 0) * max(toX - fromX, 0));
  storeLanes(y, f32x4.div(sum, f32x4.splat(count)), left);
}

// The gradient goes to the first of the greatest.
// @ts-ignore: decorator
@inline
function maxGrad4(x: usize, dx: usize, dy: usize, row: usize, pixel: usize, fromY: i32, toY: i32, fromX: i32, toX: i32, left: i32): void {
  let best = f32x4.splat(-Infinity);
  let where = i32x4.splat(-1);
  for (let i = fromY; i < toY; i++) {
    let p = <usize>i * row + <usize>fromX * pixel;
    for (let j = fromX; j < toX; j++) {
      const value = v128.load(x + p);
      const greater = f32x4.gt(value, best);
      best = v128.bitselect(value, best, greater);
      where = v128.bitselect(i32x4.splat(<i32>p), where, greater);
      p += pixel;
    }
  }
  v128.store(scratch, where);
  for (let lane: usize = 0; lane < <usize>min(left, 4); lane++) {
    const at = load<i32>(scratch + (lane << 2));
    if (at < 0) continue;
    const to = dx + <usize>at + (lane << 2);
    store<f32>(to, load<f32>(to) + load<f32>(dy + (lane << 2)));
  }
}

// @ts-ignore: decorator
@inline
function averageGrad4(dx: usize, share: v128, row: usize, pixel: usize, fromY: i32, toY: i32, fromX: i32, toX: i32, left: i32): void {
  for (let i = fromY; i < toY; i++) {
    let p = dx + <usize>i * row + <usize>fromX * pixel;
    for (let j = fromX; j < toX; j++) {
      storeLanes(p, f32x4.add(v128.load(p), share), left);
      p += pixel;
    }
  }
}

export function maxPool(params: usize, image: i32): void {
  forWindows(MAX, params, image);
}

export function maxPoolGrad(params: usize, image: i32): void {
  forWindows(MAX_GRAD, params, image);
}

export function avgPool(params: usize, image: i32): void {
  forWindows(AVG, params, image);
}

export function avgPoolGrad(params: usize, image: i32): void {
  forWindows(AVG_GRAD, params, image);
}
