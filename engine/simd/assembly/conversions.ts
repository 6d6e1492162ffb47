// Between number types, constant tensors, and data from JavaScript. A chunk is CHUNK numbers.
import { CHUNK } from "./elementwise";
import { CastTo } from "./kernel-ids";

@unmanaged
class CastJob {
  kind: i32;
  x: usize;
  y: usize;
  size: i32;
}

/** One loop for all kinds: `kind` is a constant. */
// @ts-ignore: decorator
@inline
function loop(kind: i32, job: CastJob, chunk: i32): void {
  const first = chunk * CHUNK;
  const last = min(first + CHUNK, job.size);
  for (let i: usize = first; i < <usize>last; i++) {
    const word = job.x + (i << 2);
    if (kind == CastTo.FloatFromInt) store<f32>(job.y + (i << 2), <f32>load<i32>(word));
    if (kind == CastTo.FloatFromBool) store<f32>(job.y + (i << 2), <f32>load<u8>(job.x + i));
    if (kind == CastTo.IntFromFloat) {
      // As JavaScript does: NaN and ∞ become 0, what is out of range wraps.
      const x = load<f32>(word);
      store<i32>(job.y + (i << 2), abs(x) < 9.2e18 ? <i32>(<i64>x) : 0);
    }
    if (kind == CastTo.IntFromBool) store<i32>(job.y + (i << 2), <i32>load<u8>(job.x + i));
    if (kind == CastTo.BoolFromFloat) store<u8>(job.y + i, <u8>(load<f32>(word) != 0));
    if (kind == CastTo.BoolFromInt) store<u8>(job.y + i, <u8>(load<i32>(word) != 0));
  }
}

export function cast(params: usize, chunk: i32): void {
  const job = changetype<CastJob>(params);
  switch (job.kind) {
    case CastTo.FloatFromInt: return loop(CastTo.FloatFromInt, job, chunk);
    case CastTo.FloatFromBool: return loop(CastTo.FloatFromBool, job, chunk);
    case CastTo.IntFromFloat: return loop(CastTo.IntFromFloat, job, chunk);
    case CastTo.IntFromBool: return loop(CastTo.IntFromBool, job, chunk);
    case CastTo.BoolFromFloat: return loop(CastTo.BoolFromFloat, job, chunk);
    default: return loop(CastTo.BoolFromInt, job, chunk);
  }
}

@unmanaged
class FillJob {
  y: usize;
  size: i32;
  value: f32;
}

export function fill(params: usize, chunk: i32): void {
  const job = changetype<FillJob>(params);
  const first = chunk * CHUNK;
  const value = f32x4.splat(job.value);
  let y = job.y + (<usize>first << 2);
  for (let left = min(CHUNK, job.size - first); left > 0; left -= 4) {
    v128.store(y, value);
    y += 16;
  }
}

/** Puts data on the heap that follow the parameters. */
export function write(params: usize): void {
  memory.copy(load<usize>(params), params + 16, load<usize>(params, 4));
}
