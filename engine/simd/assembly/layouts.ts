// Copies between two layouts of the same numbers: transposing, slicing, joining, padding, repeating.

@unmanaged
class CopyJob {
  from: usize;
  to: usize;
  elementBytes: i32; // 4 or 1
  length: i32; // of a row: the innermost dimension
  fromStep: i32; // strides in bytes
  toStep: i32;
  rows: i32;
  rowsPerChunk: i32;
  // Up to five outer dimensions, innermost first: size, stride in `from`, stride in `to`
  size0: i32;
  from0: i32;
  to0: i32;
  size1: i32;
  from1: i32;
  to1: i32;
  size2: i32;
  from2: i32;
  to2: i32;
  size3: i32;
  from3: i32;
  to3: i32;
  size4: i32;
  from4: i32;
  to4: i32;
}

export function copy(params: usize, chunk: i32): void {
  const job = changetype<CopyJob>(params);
  const first = chunk * job.rowsPerChunk;
  const last = min(first + job.rowsPerChunk, job.rows);
  const inOneGo = job.fromStep == job.elementBytes && job.toStep == job.elementBytes;
  for (let row = first; row < last; row++) {
    let from = job.from;
    let to = job.to;
    let rest = row;
    for (let d: usize = 0; d < 5; d++) {
      const dimension = params + offsetof<CopyJob>("size0") + d * 12;
      const size = load<i32>(dimension);
      const place = rest % size;
      rest /= size;
      from += place * load<i32>(dimension, 4);
      to += place * load<i32>(dimension, 8);
    }
    if (inOneGo) memory.copy(to, from, <usize>job.length * <usize>job.elementBytes);
    else if (job.elementBytes == 4) copyStrided<u32>(from, to, job);
    else copyStrided<u8>(from, to, job);
  }
}

// @ts-ignore: decorator
@inline
function copyStrided<T>(from: usize, to: usize, job: CopyJob): void {
  const fromStep: usize = job.fromStep;
  const toStep: usize = job.toStep;
  for (let i = job.length; i > 0; i--) {
    store<T>(to, load<T>(from));
    from += fromStep;
    to += toStep;
  }
}

@unmanaged
class SelectJob {
  condition: usize; // bool: a byte each
  a: usize;
  b: usize;
  y: usize;
  size: i32;
  chunkSize: i32;
}

/** y = condition ? a : b. */
export function choose(params: usize, chunk: i32): void {
  const job = changetype<SelectJob>(params);
  const first: usize = chunk * job.chunkSize;
  const last: usize = min(<i32>first + job.chunkSize, job.size);
  for (let i = first; i < last; i += 4) {
    const bytes = v128.load32_zero(job.condition + i);
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    const mask = i32x4.eq(words, i32x4.splat(1));
    v128.store(job.y + (i << 2), v128.bitselect(v128.load(job.a + (i << 2)), v128.load(job.b + (i << 2)), mask));
  }
}

@unmanaged
class LogicJob {
  kind: i32; // 0: and, 1: or, 2: not a
  a: usize;
  b: usize;
  y: usize;
  size: i32;
  chunkSize: i32;
}

/** On bools, 16 at a time: any byte but 0 is true. */
export function logic(params: usize, chunk: i32): void {
  const job = changetype<LogicJob>(params);
  const one = i8x16.splat(1);
  const first: usize = chunk * job.chunkSize;
  const last: usize = min(<i32>first + job.chunkSize, job.size);
  for (let i = first; i < last; i += 16) {
    const a = i8x16.min_u(v128.load(job.a + i), one);
    const b = i8x16.min_u(v128.load(job.b + i), one);
    const y = job.kind == 0 ? v128.and(a, b) : job.kind == 1 ? v128.or(a, b) : v128.xor(a, one);
    v128.store(job.y + i, y);
  }
}
