// Moving pixels: padding, and the last step of a convolution to one channel.

import { storeLanes } from "./lanes";

@unmanaged
class PadJob {
  from: usize;
  to: usize;
  fromRow: usize; // bytes of a row
  toRow: usize;
  height: i32;
  toHeight: i32;
  top: i32;
  left: usize; // bytes
}

/** Puts a frame of zeros around each image; a chunk is an image. */
export function padImage(params: usize, image: i32): void {
  const job = changetype<PadJob>(params);
  const size = <usize>job.toHeight * job.toRow;
  let from = job.from + <usize>image * <usize>job.height * job.fromRow;
  let to = job.to + <usize>image * size;
  memory.fill(to, 0, size);
  to += <usize>job.top * job.toRow + job.left;
  for (let y = 0; y < job.height; y++) {
    memory.copy(to, from, job.fromRow);
    from += job.fromRow;
    to += job.toRow;
  }
}

@unmanaged
class ShiftAddJob {
  from: usize; // [image, height, width + taps − 1, 8]
  to: usize; // [image, height, width]
  height: i32;
  width: i32;
  taps: i32;
  bias: usize;
}

/** to[y, x] = Σ from[y, x + tap, tap]: a kernel's columns, computed as if they were channels. A chunk is an image. */
export function shiftAdd(params: usize, image: i32): void {
  const job = changetype<ShiftAddJob>(params);
  const bias: f32 = job.bias != 0 ? load<f32>(job.bias) : 0;
  const height = job.height;
  const width = job.width;
  const taps = job.taps;
  const fromRow = <usize>(width + taps - 1) << 5;
  let row = job.from + <usize>(image * height) * fromRow;
  let to = job.to + (<usize>(image * height * width) << 2);
  for (let y = 0; y < height; y++) {
    let from = row;
    for (let x = width; x > 0; x -= 4) {
      // Four neighbours: lane i starts i pixels (32 bytes) later; a tap later is a pixel and a number on.
      let sums = f32x4.splat(bias);
      for (let tap = 0, p = from; tap < taps; tap++, p += 36) {
        const v = v128.load32_lane(p, v128.load32_lane(p, v128.load32_zero(p), 1, 32), 2, 64);
        sums = f32x4.add(sums, v128.load32_lane(p, v, 3, 96));
      }
      storeLanes(to, sums, x);
      to += <usize>min(x, 4) << 2;
      from += 128;
    }
    row += fromRow;
  }
}
