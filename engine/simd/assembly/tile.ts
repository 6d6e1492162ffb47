// The two inner loops in which nearly all time goes: 4 × 8 sums (or 4 × 4) held in registers. Each step
// multiplies four numbers of A, each spread over a vector, by one or two vectors of B. 4 × 8 is what fits:
// wider tiles spill registers in V8. Both walk `segments` stretches of `length` steps in a row.
import { multiplyAdd, storeLanes } from "./lanes";

/**
 * C[i, 0..columns) = bias + Σ A[i, k]·B[k, ·] for four rows i wherever they lie (aᵢ, cᵢ).
 * A: `length` floats in a row, then the next segment `segmentStride` bytes after this one's start.
 * B: packed, `vectors`·4 floats a step.
 */
// @ts-ignore: decorator
@inline
function rowsTile(vectors: i32, segments: i32, length: i32, segmentStride: usize, a0: usize, a1: usize, a2: usize, a3: usize, b: usize, bias: usize, c0: usize, c1: usize, c2: usize, c3: usize, columns: i32): void {
  let c00 = f32x4.splat(0), c01 = c00;
  if (bias != 0) {
    c00 = v128.load(bias);
    if (vectors > 1) c01 = v128.load(bias, 16);
  }
  let c10 = c00, c11 = c01, c20 = c00, c21 = c01, c30 = c00, c31 = c01;
  const gap = segmentStride - (<usize>length << 2);
  for (let s = 0; s < segments; s++) {
    for (let k = length; k > 0; k--) {
      const b0 = v128.load(b);
      const b1 = vectors > 1 ? v128.load(b, 16) : b0;
      let x = v128.load32_splat(a0);
      c00 = multiplyAdd(x, b0, c00);
      if (vectors > 1) c01 = multiplyAdd(x, b1, c01);
      x = v128.load32_splat(a1);
      c10 = multiplyAdd(x, b0, c10);
      if (vectors > 1) c11 = multiplyAdd(x, b1, c11);
      x = v128.load32_splat(a2);
      c20 = multiplyAdd(x, b0, c20);
      if (vectors > 1) c21 = multiplyAdd(x, b1, c21);
      x = v128.load32_splat(a3);
      c30 = multiplyAdd(x, b0, c30);
      if (vectors > 1) c31 = multiplyAdd(x, b1, c31);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      b += vectors << 4;
    }
    a0 += gap;
    a1 += gap;
    a2 += gap;
    a3 += gap;
  }
  storeRow(vectors, c0, c00, c01, columns);
  storeRow(vectors, c1, c10, c11, columns);
  storeRow(vectors, c2, c20, c21, columns);
  storeRow(vectors, c3, c30, c31, columns);
}

/**
 * C[i, j] (+)= Σ A[k, i]·B[k, j] for four i and eight or four j, each four or eight floats in a row.
 * A step moves A and B on by `aStep` and `bStep` bytes; a segment starts `aSegment`, `bSegment` after the last.
 */
// @ts-ignore: decorator
@inline
function outerTile(vectors: i32, segments: i32, length: i32, a: usize, aStep: usize, aSegment: usize, b: usize, bStep: usize, bSegment: usize, c: usize, cRow: usize, accumulate: bool): void {
  const d1 = c + cRow, d2 = d1 + cRow, d3 = d2 + cRow;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (accumulate) {
    c00 = v128.load(c);
    c10 = v128.load(d1);
    c20 = v128.load(d2);
    c30 = v128.load(d3);
    if (vectors > 1) {
      c01 = v128.load(c, 16);
      c11 = v128.load(d1, 16);
      c21 = v128.load(d2, 16);
      c31 = v128.load(d3, 16);
    }
  }
  const aGap = aSegment - <usize>length * aStep;
  const bGap = bSegment - <usize>length * bStep;
  for (let s = 0; s < segments; s++) {
    for (let k = length; k > 0; k--) {
      const b0 = v128.load(b);
      const b1 = vectors > 1 ? v128.load(b, 16) : b0;
      let x = v128.load32_splat(a);
      c00 = multiplyAdd(x, b0, c00);
      if (vectors > 1) c01 = multiplyAdd(x, b1, c01);
      x = v128.load32_splat(a, 4);
      c10 = multiplyAdd(x, b0, c10);
      if (vectors > 1) c11 = multiplyAdd(x, b1, c11);
      x = v128.load32_splat(a, 8);
      c20 = multiplyAdd(x, b0, c20);
      if (vectors > 1) c21 = multiplyAdd(x, b1, c21);
      x = v128.load32_splat(a, 12);
      c30 = multiplyAdd(x, b0, c30);
      if (vectors > 1) c31 = multiplyAdd(x, b1, c31);
      a += aStep;
      b += bStep;
    }
    a += aGap;
    b += bGap;
  }
  storeRow(vectors, c, c00, c01, 8);
  storeRow(vectors, d1, c10, c11, 8);
  storeRow(vectors, d2, c20, c21, 8);
  storeRow(vectors, d3, c30, c31, 8);
}

// @ts-ignore: decorator
@inline
function storeRow(vectors: i32, c: usize, left: v128, right: v128, columns: i32): void {
  if (vectors > 1 && columns >= 8) {
    v128.store(c, left);
    v128.store(c, right, 16);
  } else {
    storeLanes(c, left, columns);
    if (vectors > 1 && columns > 4) storeLanes(c + 16, right, columns - 4);
  }
}

export function rowsTile8(segments: i32, length: i32, segmentStride: usize, a0: usize, a1: usize, a2: usize, a3: usize, b: usize, bias: usize, c0: usize, c1: usize, c2: usize, c3: usize, columns: i32): void {
  rowsTile(2, segments, length, segmentStride, a0, a1, a2, a3, b, bias, c0, c1, c2, c3, columns);
}

export function rowsTile4(segments: i32, length: i32, segmentStride: usize, a0: usize, a1: usize, a2: usize, a3: usize, b: usize, bias: usize, c0: usize, c1: usize, c2: usize, c3: usize, columns: i32): void {
  rowsTile(1, segments, length, segmentStride, a0, a1, a2, a3, b, bias, c0, c1, c2, c3, columns);
}

export function outerTile8(segments: i32, length: i32, a: usize, aStep: usize, aSegment: usize, b: usize, bStep: usize, bSegment: usize, c: usize, cRow: usize, accumulate: bool): void {
  outerTile(2, segments, length, a, aStep, aSegment, b, bStep, bSegment, c, cRow, accumulate);
}

export function outerTile4(segments: i32, length: i32, a: usize, aStep: usize, aSegment: usize, b: usize, bStep: usize, bSegment: usize, c: usize, cRow: usize, accumulate: bool): void {
  outerTile(1, segments, length, a, aStep, aSegment, b, bStep, bSegment, c, cRow, accumulate);
}
