// The inner loop in which nearly all time goes: C = A·B or C += A·B for a few rows and columns, the sums held in
// registers. Each step multiplies one number of every row of A, spread over a vector, by one to three vectors of B.
// 6 × 8 fills the 16 registers where multiply-add is one instruction, 5 × 8 where it is two, 3 × 12 serves narrow
// results; more, nested loops or
// branches after the loop, and V8 spills. Where a row's next number lies is read from a table of byte
// offsets, the same for all rows: so A may be a matrix, transposed or not, or what a convolution's window covers.
import { FMA, multiplyAdd } from "./lanes";

/** Rows of a tile of eight columns. */
// @ts-ignore: decorator
@inline export const HEIGHT: i32 = FMA ? 6 : 5;
/** Rows of a tile of twelve columns. */
// @ts-ignore: decorator
@inline export const LOW: i32 = 3;

/** Bytes from one k to the next of a tile's rows where A is packed. */
// @ts-ignore: decorator
@inline export const PACKED: usize = 32;

/** Where the rows of a tile lie in A and in C. Where there are fewer, the last is repeated, and stored twice. */
@unmanaged
export class TileRows {
  a0: usize;
  a1: usize;
  a2: usize;
  a3: usize;
  a4: usize;
  a5: usize;
  c0: usize;
  c1: usize;
  c2: usize;
  c3: usize;
  c4: usize;
  c5: usize;
}

// @ts-ignore: decorator
@inline
function tile(height: i32, vectors: i32, rows: TileRows, steps: i32, table: usize, b: usize, spaced: bool, packed: bool, init: usize, accumulate: bool, offset: usize): void {
  let a0 = rows.a0;
  const a1 = rows.a1, a2 = rows.a2, a3 = rows.a3, a4 = rows.a4, a5 = rows.a5;
  const zero = f32x4.splat(0);
  let s00 = spaced ? zero : v128.load(init);
  let s01 = spaced || vectors < 2 ? zero : v128.load(init, 16);
  let s02 = spaced || vectors < 3 ? zero : v128.load(init, 32);
  let s10 = spaced ? zero : v128.load(init);
  let s11 = spaced || vectors < 2 ? zero : v128.load(init, 16);
  let s12 = spaced || vectors < 3 ? zero : v128.load(init, 32);
  let s20 = spaced ? zero : v128.load(init);
  let s21 = spaced || vectors < 2 ? zero : v128.load(init, 16);
  let s22 = spaced || vectors < 3 ? zero : v128.load(init, 32);
  let s30 = spaced ? zero : v128.load(init);
  let s31 = spaced || vectors < 2 ? zero : v128.load(init, 16);
  let s40 = spaced ? zero : v128.load(init);
  let s41 = spaced || vectors < 2 ? zero : v128.load(init, 16);
  let s50 = spaced ? zero : v128.load(init);
  let s51 = spaced || vectors < 2 ? zero : v128.load(init, 16);
  if (accumulate) {
    if (height > 0) {
      s00 = v128.load(rows.c0 + offset);
      if (vectors > 1) s01 = v128.load(rows.c0 + offset, 16);
      if (vectors > 2) s02 = v128.load(rows.c0 + offset, 32);
    }
    if (height > 1) {
      s10 = v128.load(rows.c1 + offset);
      if (vectors > 1) s11 = v128.load(rows.c1 + offset, 16);
      if (vectors > 2) s12 = v128.load(rows.c1 + offset, 32);
    }
    if (height > 2) {
      s20 = v128.load(rows.c2 + offset);
      if (vectors > 1) s21 = v128.load(rows.c2 + offset, 16);
      if (vectors > 2) s22 = v128.load(rows.c2 + offset, 32);
    }
    if (height > 3) {
      s30 = v128.load(rows.c3 + offset);
      if (vectors > 1) s31 = v128.load(rows.c3 + offset, 16);
    }
    if (height > 4) {
      s40 = v128.load(rows.c4 + offset);
      if (vectors > 1) s41 = v128.load(rows.c4 + offset, 16);
    }
    if (height > 5) {
      s50 = v128.load(rows.c5 + offset);
      if (vectors > 1) s51 = v128.load(rows.c5 + offset, 16);
    }
  }
  const end = table + (<usize>steps << (spaced ? 3 : 2));
  while (table < end) {
    const at: usize = packed ? 0 : load<u32>(table);
    const row = spaced ? b + load<u32>(table, 4) : b;
    const b0 = v128.load(row);
    const b1 = vectors > 1 ? v128.load(row, 16) : b0;
    const b2 = vectors > 2 ? v128.load(row, 32) : b0;
    let x = packed ? v128.load32_splat(a0) : v128.load32_splat(a0 + at);
    s00 = multiplyAdd(x, b0, s00);
    if (vectors > 1) s01 = multiplyAdd(x, b1, s01);
    if (vectors > 2) s02 = multiplyAdd(x, b2, s02);
    if (height > 1) {
      x = packed ? v128.load32_splat(a0, 4) : v128.load32_splat(a1 + at);
      s10 = multiplyAdd(x, b0, s10);
      if (vectors > 1) s11 = multiplyAdd(x, b1, s11);
      if (vectors > 2) s12 = multiplyAdd(x, b2, s12);
    }
    if (height > 2) {
      x = packed ? v128.load32_splat(a0, 8) : v128.load32_splat(a2 + at);
      s20 = multiplyAdd(x, b0, s20);
      if (vectors > 1) s21 = multiplyAdd(x, b1, s21);
      if (vectors > 2) s22 = multiplyAdd(x, b2, s22);
    }
    if (height > 3) {
      x = packed ? v128.load32_splat(a0, 12) : v128.load32_splat(a3 + at);
      s30 = multiplyAdd(x, b0, s30);
      if (vectors > 1) s31 = multiplyAdd(x, b1, s31);
    }
    if (height > 4) {
      x = packed ? v128.load32_splat(a0, 16) : v128.load32_splat(a4 + at);
      s40 = multiplyAdd(x, b0, s40);
      if (vectors > 1) s41 = multiplyAdd(x, b1, s41);
    }
    if (height > 5) {
      x = packed ? v128.load32_splat(a0, 20) : v128.load32_splat(a5 + at);
      s50 = multiplyAdd(x, b0, s50);
      if (vectors > 1) s51 = multiplyAdd(x, b1, s51);
    }
    table += spaced ? 8 : 4;
    if (packed) a0 += PACKED;
    if (!spaced) b += vectors << 4;
  }
  v128.store(rows.c0 + offset, s00);
  if (vectors > 1) v128.store(rows.c0 + offset, s01, 16);
  if (vectors > 2) v128.store(rows.c0 + offset, s02, 32);
  if (height > 1) {
    v128.store(rows.c1 + offset, s10);
    if (vectors > 1) v128.store(rows.c1 + offset, s11, 16);
    if (vectors > 2) v128.store(rows.c1 + offset, s12, 32);
  }
  if (height > 2) {
    v128.store(rows.c2 + offset, s20);
    if (vectors > 1) v128.store(rows.c2 + offset, s21, 16);
    if (vectors > 2) v128.store(rows.c2 + offset, s22, 32);
  }
  if (height > 3) {
    v128.store(rows.c3 + offset, s30);
    if (vectors > 1) v128.store(rows.c3 + offset, s31, 16);
  }
  if (height > 4) {
    v128.store(rows.c4 + offset, s40);
    if (vectors > 1) v128.store(rows.c4 + offset, s41, 16);
  }
  if (height > 5) {
    v128.store(rows.c5 + offset, s50);
    if (vectors > 1) v128.store(rows.c5 + offset, s51, 16);
  }
}

/**
 * C[·, 0..8) = init + Σ A[·, k]·B[k, ·] over `steps` k. B is packed: 32 bytes from one k to the next.
 * @param table for each k, bytes from a row's start
 * @param init a number for each column: the bias
 * @param offset bytes of C's rows before these columns
 */
export function tile8(rows: TileRows, steps: i32, table: usize, b: usize, init: usize, offset: usize): void {
  tile(HEIGHT, 2, rows, steps, table, b, false, false, init, false, offset);
}

/** The same for four columns. */
export function tile4(rows: TileRows, steps: i32, table: usize, b: usize, init: usize, offset: usize): void {
  tile(HEIGHT, 1, rows, steps, table, b, false, false, init, false, offset);
}

/** The same for twelve columns, and LOW rows. */
export function tile12(rows: TileRows, steps: i32, table: usize, b: usize, init: usize, offset: usize): void {
  tile(LOW, 3, rows, steps, table, b, false, false, init, false, offset);
}

/** As tile8, or C += it, with B where it is: the table tells for each k the bytes from A's row and from b. */
export function spacedTile8(rows: TileRows, steps: i32, table: usize, b: usize, accumulate: bool, offset: usize): void {
  tile(HEIGHT, 2, rows, steps, table, b, true, false, 0, accumulate, offset);
}

/** As tile4, with B where it is. */
export function spacedTile4(rows: TileRows, steps: i32, table: usize, b: usize, accumulate: bool, offset: usize): void {
  tile(HEIGHT, 1, rows, steps, table, b, true, false, 0, accumulate, offset);
}

/** As spacedTile8, with A packed: the tile's rows side by side from a0 on, PACKED bytes from one k to the next. */
export function packedTile8(rows: TileRows, steps: i32, table: usize, b: usize, accumulate: bool, offset: usize): void {
  tile(HEIGHT, 2, rows, steps, table, b, true, true, 0, accumulate, offset);
}
