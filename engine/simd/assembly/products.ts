// Matrix products, and convolutions seen as such.
//
// Rows: C = A·B with what follows it (a bias, relu or its gradient) while C is at hand. A is read where it is: what a
// convolution looks at for one pixel is its window, and a table tells how far from the window's first number each of
// the others lies; the usual copy (im2col) is left out. B is packed once: panels of 8 columns, [panel][k][8], the last
// one 4 wide where 4 suffice, or 12 wide for the last 9 to 12 columns. A few rows of A stay in L1 while all panels of
// B (chosen to fit L2) pass.
//
// Outer: C = Aᵀ·B, the sum over pixels of every image of (what the window covers) × (the slope there): a filter's
// gradient. Here k are the pixels, B is read where it is. Images are dealt into groups with sums of their own,
// which SumParts adds in order: the result is the same with any number of threads.
import { reluGradient, storeLanes } from "./lanes";
import { scratch } from "./thread";
import { HEIGHT, LOW, PACKED, packedTile8, spacedTile4, spacedTile8, tile12, tile4, tile8, TileRows } from "./tile";

@unmanaged
class RowsJob {
  a: usize;
  b: usize;
  c: usize;
  bias: usize; // 0: none
  aBatch: usize; // bytes from one product of a batch to the next
  bBatch: usize;
  cBatch: usize;
  rows: i32;
  rowsPerChunk: i32;
  rowChunks: i32;
  columns: i32;
  columnsPerChunk: i32; // a multiple of 8
  columnChunks: i32;
  // Row number = (image · height + y) · width + x
  width: i32;
  height: i32;
  aX: usize;
  aY: usize;
  aImage: usize;
  cX: usize;
  cY: usize;
  cImage: usize;
  steps: i32;
  table: usize;
  panelBytes: usize; // of B
  firstStep: i32; // B has more k than these steps: where they begin
  wideTail: i32; // 1: the last panel has 9 to 12 columns
  relu: i32; // 1: what is below 0 becomes 0
  mask: usize; // bytes from a number of C to the one that must be above 0 for it to stay; 0: all stay
}

/** One or several products of the same images: what lies in the cache for one serves the next. */
export function rows(params: usize, chunk: i32): void {
  const products = load<i32>(params);
  const jobs = load<usize>(params, 4);
  const job = changetype<RowsJob>(jobs + <usize>(chunk % products) * offsetof<RowsJob>());
  chunk /= products;
  const columnChunk = chunk % job.columnChunks;
  chunk /= job.columnChunks;
  const first = (chunk % job.rowChunks) * job.rowsPerChunk;
  const batch: usize = chunk / job.rowChunks;
  const last = min(first + job.rowsPerChunk, job.rows);
  const firstColumn = columnChunk * job.columnsPerChunk;
  const lastColumn = min(firstColumn + job.columnsPerChunk, job.columns);
  if (job.wideTail != 0) {
    const tail = ((job.columns - 9) >> 3) << 3;
    if (firstColumn < tail) block(false, job, batch, first, last, firstColumn, tail);
    block(true, job, batch, first, last, tail, lastColumn);
  } else {
    block(false, job, batch, first, last, firstColumn, lastColumn);
  }
}

/** Tells a tile where its row number i lies. */
// @ts-ignore: decorator
@inline
function setRow(tile: TileRows, i: i32, a: usize, c: usize): void {
  const at = changetype<usize>(tile) + (<usize>i << 2);
  store<usize>(at, a, offsetof<TileRows>("a0"));
  store<usize>(at, c, offsetof<TileRows>("c0"));
}

/** Some rows and columns of C: `wide` chooses the tile of twelve columns, else eight. */
// @ts-ignore: decorator
@inline
function block(wide: bool, job: RowsJob, batch: usize, first: i32, last: i32, firstColumn: i32, lastColumn: i32): void {
  const tile = changetype<TileRows>(scratch);
  const narrow = changetype<TileRows>(scratch + 64);
  const edge = scratch + 128; // a tile of its own
  const height = wide ? LOW : HEIGHT;
  const width = job.width;
  const aX = job.aX, cX = job.cX;
  let x = first % width;
  let y = (first / width) % job.height;
  const image: usize = first / (width * job.height);
  let a = job.a + batch * job.aBatch + image * job.aImage + <usize>y * job.aY + <usize>x * aX;
  let c = job.c + batch * job.cBatch + image * job.cImage + <usize>y * job.cY + <usize>x * cX;

  const steps = job.steps;
  const table = job.table;
  const from = <usize>firstColumn << 2;
  const to = <usize>lastColumn << 2;
  const mask = job.mask;
  const bias = job.bias;
  const none = scratch + 512; // no bias: zeros
  memory.fill(none, 0, 48);
  const isRagged = (lastColumn & 3) != 0;
  const panels = job.b + batch * job.bBatch + <usize>(firstColumn >> 3) * job.panelBytes;
  for (let row = first; row < last; row += height) {
    const count = min(height, last - row);
    let rowA = a, rowC = c;
    for (let i = 0; i < height; i++) {
      if (i < count) {
        rowA = a;
        rowC = c;
        a += aX;
        c += cX;
        if (++x == width) {
          x = 0;
          a += job.aY - <usize>width * aX;
          c += job.cY - <usize>width * cX;
          if (++y == job.height) {
            y = 0;
            a += job.aImage - <usize>job.height * job.aY;
            c += job.cImage - <usize>job.height * job.cY;
          }
        }
      }
      setRow(tile, i, rowA, rowC);
    }
    if (isRagged) {
      for (let i = 0; i < height; i++) setRow(narrow, i, rowOfA(tile, i), edge + <usize>i * 48);
    }
    // The cache fetches what is written to: asked now, it has done so when the sums are there.
    for (let i = 0; i < height; i++) {
      const row = rowOfC(tile, i);
      for (let at = from; at < to; at += 64) store<f32>(row + at, 0);
    }
    let panel = panels;
    for (let column = firstColumn; column < lastColumn; column += wide ? 12 : 8) {
      const offset = <usize>column << 2;
      const left = lastColumn - column;
      const vectors = wide ? 3 : left > 4 ? 2 : 1;
      const b = panel + <usize>(job.firstStep * vectors << 4);
      const init = bias != 0 ? bias + offset : none;
      if (left >= vectors << 2) {
        multiply(wide, tile, vectors, steps, table, b, init, offset);
      } else {
        // Fewer columns than the tile has: by way of a spare place, for other threads may own what follows in C.
        multiply(wide, narrow, vectors, steps, table, b, init, 0);
        for (let i = 0; i < count; i++) copyColumns(rowOfC(tile, i) + offset, edge + <usize>i * 48, left);
      }
      panel += job.panelBytes;
    }
    if (job.relu != 0 || mask != 0) endRows(tile, count, mask, firstColumn, lastColumn);
  }
}

/**
 * relu for `count` rows of a tile, or its gradient where there is a mask. In the tile itself, as it stores, it makes
 * V8 spill.
 */
function endRows(tile: TileRows, count: i32, mask: usize, firstColumn: i32, lastColumn: i32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i++) {
    let c = rowOfC(tile, i) + (<usize>firstColumn << 2);
    for (let left = lastColumn - firstColumn; left > 0; left -= 4) {
      const x = v128.load(c);
      storeLanes(c, mask != 0 ? reluGradient(x, v128.load(c + mask)) : f32x4.pmax(x, zero), left);
      c += 16;
    }
  }
}

// @ts-ignore: decorator
@inline
function multiply(wide: bool, tile: TileRows, vectors: i32, steps: i32, table: usize, b: usize, init: usize, offset: usize): void {
  if (wide) tile12(tile, steps, table, b, init, offset);
  else if (vectors > 1) tile8(tile, steps, table, b, init, offset);
  else tile4(tile, steps, table, b, init, offset);
}

// @ts-ignore: decorator
@inline
function rowOfC(tile: TileRows, i: i32): usize {
  return load<usize>(changetype<usize>(tile) + (<usize>i << 2), offsetof<TileRows>("c0"));
}

// @ts-ignore: decorator
@inline
function rowOfA(tile: TileRows, i: i32): usize {
  return load<usize>(changetype<usize>(tile) + (<usize>i << 2), offsetof<TileRows>("a0"));
}

// @ts-ignore: decorator
@inline
function copyColumns(to: usize, from: usize, columns: i32): void {
  for (; columns > 0; columns -= 4) {
    storeLanes(to, v128.load(from), columns);
    to += 16;
    from += 16;
  }
}

@unmanaged
class OuterJob {
  a: usize;
  b: usize;
  parts: usize; // [group][row][padded column]
  partBytes: usize;
  images: i32;
  imagesPerGroup: i32;
  unitsPerGroup: i32;
  rowsPerUnit: i32;
  rows: i32;
  length: i32; // rows side by side in A, a number each
  aSegment: usize; // bytes from the first of these to the first of the next ones
  columns: i32;
  cRow: usize; // bytes of a padded row
  steps: i32; // an image
  stepsPerPass: i32;
  table: usize;
  aImage: usize;
  bImage: usize;
}

export function outer(params: usize, chunk: i32): void {
  const job = changetype<OuterJob>(params);
  const tile = changetype<TileRows>(scratch);
  const packs = job.columns >= WORTH_PACKING;
  const packed = scratch + 1024;
  const group = chunk / job.unitsPerGroup;
  const firstRow = (chunk % job.unitsPerGroup) * job.rowsPerUnit;
  const lastRow = min(firstRow + job.rowsPerUnit, job.rows);
  const firstImage = group * job.imagesPerGroup;
  const lastImage = min(firstImage + job.imagesPerGroup, job.images);
  const part = job.parts + <usize>group * job.partBytes;
  const steps = (lastImage - firstImage) * job.steps;
  const a = job.a + <usize>firstImage * job.aImage;
  const b = job.b + <usize>firstImage * job.bImage;
  const length = job.length;
  const firstPlace = firstRow % length;
  const firstFrom = a + <usize>(firstRow / length) * job.aSegment + (<usize>firstPlace << 2);
  // What one pass reads of A and B stays in L1 while all rows and columns pass.
  for (let step = 0; step < steps; step += job.stepsPerPass) {
    const count = min(job.stepsPerPass, steps - step);
    const table = job.table + (<usize>step << 3);
    let place = firstPlace;
    let from = firstFrom;
    let to = part + <usize>firstRow * job.cRow;
    for (let row = firstRow; row < lastRow; row += HEIGHT) {
      const neighbours = place + HEIGHT <= length && row + HEIGHT <= lastRow;
      for (let i = 0; i < HEIGHT; i++) {
        setRow(tile, i, from, to);
        if (row + i >= lastRow - 1) continue;
        to += job.cRow;
        from += 4;
        if (++place == length) {
          place = 0;
          from += job.aSegment - (<usize>length << 2);
        }
      }
      if (packs && neighbours) {
        packRows(tile.a0, count, table, packed);
        tile.a0 = packed;
      }
      for (let column = 0; column < job.columns; column += 8) {
        const offset = <usize>column << 2;
        if (packs && neighbours) packedTile8(tile, count, table, b + offset, step > 0, offset);
        else if (job.columns - column > 4) spacedTile8(tile, count, table, b + offset, step > 0, offset);
        else spacedTile4(tile, count, table, b + offset, step > 0, offset);
      }
    }
  }
}

/** With fewer columns, copying A costs more than it saves. */
const WORTH_PACKING: i32 = 24;

/** Copies a tile's rows of A, neighbours there, side by side: the tile reads one stretch then, for all its columns. */
function packRows(a: usize, steps: i32, table: usize, to: usize): void {
  const end = table + (<usize>steps << 3);
  for (; table < end; table += 8) {
    const from = a + load<u32>(table);
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += PACKED;
  }
}

@unmanaged
class SumPartsJob {
  parts: usize;
  partBytes: usize;
  count: i32;
  to: usize;
  rows: i32;
  rowsPerChunk: i32;
  columns: i32;
  cRow: usize;
  flip: i32; // 1: the last row first
}

/** Adds the groups' sums in order, and drops the padding. */
export function sumParts(params: usize, chunk: i32): void {
  const job = changetype<SumPartsJob>(params);
  const last = min((chunk + 1) * job.rowsPerChunk, job.rows);
  for (let row = chunk * job.rowsPerChunk; row < last; row++) {
    const from = job.parts + <usize>(job.flip != 0 ? job.rows - 1 - row : row) * job.cRow;
    const to = job.to + (<usize>row * <usize>job.columns << 2);
    for (let column = 0; column < job.columns; column += 4) {
      let p = from + (<usize>column << 2);
      let sum = v128.load(p);
      for (let part = 1; part < job.count; part++) {
        p += job.partBytes;
        sum = f32x4.add(sum, v128.load(p));
      }
      storeLanes(to + (<usize>column << 2), sum, job.columns - column);
    }
  }
}

@unmanaged
class PackJob {
  from: usize;
  to: usize;
  fromBatch: usize;
  toBatch: usize;
  // k runs over outer × middle × inner, each with its stride in bytes (possibly negative)
  outer: i32;
  outerStride: usize;
  middle: i32;
  middleStride: usize;
  inner: i32;
  innerStride: usize;
  columns: i32;
  columnStride: usize;
  panels: i32;
  wideTail: i32; // 1: the last panel has 9 to 12 columns
}

/** Packs one or several B for Rows; a chunk is a panel. Columns past the last become zero. */
export function pack(params: usize, chunk: i32): void {
  const count = load<i32>(params);
  const jobs = load<usize>(params, 4);
  const job = changetype<PackJob>(jobs + <usize>(chunk % count) * offsetof<PackJob>());
  chunk /= count;
  const batch = <usize>(chunk / job.panels);
  const panel = chunk % job.panels;
  const column = panel << 3;
  const steps = job.outer * job.middle * job.inner;
  const left = job.columns - column;
  const step = job.columnStride;
  const lanes = job.wideTail != 0 && panel == job.panels - 1 ? 12 : left > 4 ? 8 : 4;
  const from = job.from + batch * job.fromBatch + <usize>column * step;
  let to = job.to + batch * job.toBatch + <usize>steps * (<usize>column << 2);
  for (let i = 0; i < job.outer; i++) {
    for (let j = 0; j < job.middle; j++) {
      let p = from + <usize>i * job.outerStride + <usize>j * job.middleStride;
      for (let k = 0; k < job.inner; k++) {
        if (step == 4 && left >= lanes) {
          v128.store(to, v128.load(p));
          if (lanes > 4) v128.store(to, v128.load(p, 16), 16);
          if (lanes > 8) v128.store(to, v128.load(p, 32), 32);
        } else {
          for (let lane = 0; lane < lanes; lane++) {
            store<f32>(to + (<usize>lane << 2), lane < left ? load<f32>(p + <usize>lane * step) : 0);
          }
        }
        p += job.innerStride;
        to += <usize>lanes << 2;
      }
    }
  }
}
