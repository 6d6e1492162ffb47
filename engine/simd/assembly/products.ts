// Matrix products, and convolutions seen as such.
//
// Rows: C = A·B + bias. A row of A need not be copied anywhere: it is `segments` stretches of `length` floats,
// `segmentStride` bytes apart. A matrix's row is one stretch. What a convolution looks at for one pixel is one
// stretch (kernel width × channels) for each row of its kernel, as NHWC keeps those floats side by side; so the
// usual copy (im2col) is left out. B is packed once: panels of 8 columns, [panel][k][8], the last one 4 wide
// where 4 suffice. Rows of A stay in L1 while all panels of B (chosen to fit L2) pass.
//
// Outer: C = Aᵀ·B as a sum of outer products; a filter's gradient is Σ over images and pixels. Images are dealt
// into groups with sums of their own, added in order by SumParts: the result is the same with any threads.
import { outerTile4, outerTile8, rowsTile4, rowsTile8 } from "./tile";
import { scratch } from "./thread";

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
  segments: i32;
  length: i32;
  segmentStride: usize;
}

/** Where one row lies in A and C; moves to the next. */
@unmanaged
class Place {
  x: i32;
  y: i32;
  a: usize;
  c: usize;
}

// @ts-ignore: decorator
@inline
function moveOn(at: Place, job: RowsJob): void {
  at.a += job.aX;
  at.c += job.cX;
  if (++at.x == job.width) {
    at.x = 0;
    at.a += job.aY - <usize>job.width * job.aX;
    at.c += job.cY - <usize>job.width * job.cX;
    if (++at.y == job.height) {
      at.y = 0;
      at.a += job.aImage - <usize>job.height * job.aY;
      at.c += job.cImage - <usize>job.height * job.cY;
    }
  }
}

/** The same chunk of one or several products: the phases of a strided convolution's gradient share its images. */
export function rows(params: usize, chunk: i32): void {
  const count = load<i32>(params);
  for (let i = 0; i < count; i++) {
    rowsOf(changetype<RowsJob>(params + 4 + <usize>i * offsetof<RowsJob>()), chunk);
  }
}

function rowsOf(job: RowsJob, chunk: i32): void {
  const columnChunk = chunk % job.columnChunks;
  chunk /= job.columnChunks;
  const first = (chunk % job.rowChunks) * job.rowsPerChunk;
  const batch: usize = chunk / job.rowChunks;
  const last = min(first + job.rowsPerChunk, job.rows);
  const firstColumn = columnChunk * job.columnsPerChunk;
  const lastColumn = min(firstColumn + job.columnsPerChunk, job.columns);

  const image: usize = first / (job.width * job.height);
  const at = changetype<Place>(scratch);
  const spare = scratch + 64; // where rows past the last are written
  at.y = (first / job.width) % job.height;
  at.x = first % job.width;
  const y: usize = at.y, x: usize = at.x;
  at.a = job.a + batch * job.aBatch + image * job.aImage + y * job.aY + x * job.aX;
  at.c = job.c + batch * job.cBatch + image * job.cImage + y * job.cY + x * job.cX;

  const segments = job.segments;
  const length = job.length;
  const stride = job.segmentStride;
  const panelBytes = <usize>(segments * length) << 5;
  const panels = job.b + batch * job.bBatch + <usize>(firstColumn >> 3) * panelBytes;
  for (let row = first; row < last; row += 4) {
    const a0 = at.a;
    let c0 = at.c;
    let a1 = a0, a2 = a0, a3 = a0;
    let c1 = 0 as usize, c2 = c1, c3 = c1;
    moveOn(at, job);
    if (row + 1 < last) {
      a1 = at.a;
      c1 = at.c;
      moveOn(at, job);
      if (row + 2 < last) {
        a2 = at.a;
        c2 = at.c;
        moveOn(at, job);
        if (row + 3 < last) {
          a3 = at.a;
          c3 = at.c;
          moveOn(at, job);
        }
      }
    }
    let b = panels;
    for (let column = firstColumn; column < lastColumn; column += 8) {
      const offset = <usize>column << 2;
      const wide = lastColumn - column;
      const bias = job.bias != 0 ? job.bias + offset : 0;
      const d1 = c1 ? c1 + offset : spare, d2 = c2 ? c2 + offset : spare, d3 = c3 ? c3 + offset : spare;
      if (wide > 4) rowsTile8(segments, length, stride, a0, a1, a2, a3, b, bias, c0 + offset, d1, d2, d3, wide);
      else rowsTile4(segments, length, stride, a0, a1, a2, a3, b, bias, c0 + offset, d1, d2, d3, wide);
      b += panelBytes;
    }
  }
}

@unmanaged
class OuterJob {
  a: usize;
  b: usize;
  parts: usize; // [group][segment][padded row][padded column]
  partBytes: usize;
  images: i32;
  imagesPerGroup: i32;
  unitsPerGroup: i32;
  tilesPerUnit: i32;
  tiles: i32; // of four rows, in all
  tilesPerSegment: i32;
  aSegment: usize; // from one segment of rows to the next, in A
  columns: i32;
  cRow: usize; // bytes of a padded row
  height: i32;
  width: i32;
  aX: usize;
  aY: usize;
  aImage: usize;
  bX: usize;
  bY: usize;
  bImage: usize;
}

export function outer(params: usize, chunk: i32): void {
  const job = changetype<OuterJob>(params);
  const group = chunk / job.unitsPerGroup;
  const firstTile = (chunk % job.unitsPerGroup) * job.tilesPerUnit;
  const lastTile = min(firstTile + job.tilesPerUnit, job.tiles);
  const firstImage = group * job.imagesPerGroup;
  const lastImage = min(firstImage + job.imagesPerGroup, job.images);
  const part = job.parts + <usize>group * job.partBytes;
  for (let image = firstImage; image < lastImage; image++) {
    const a = job.a + <usize>image * job.aImage;
    const b = job.b + <usize>image * job.bImage;
    for (let column = 0; column < job.columns; column += 8) {
      const left = job.columns - column;
      for (let tile = firstTile; tile < lastTile; tile++) {
        const from = a + <usize>(tile / job.tilesPerSegment) * job.aSegment + (<usize>(tile % job.tilesPerSegment) << 4);
        const to = part + (<usize>tile << 2) * job.cRow + (<usize>column << 2);
        const more = image > firstImage;
        if (left > 4) outerTile8(job.height, job.width, from, job.aX, job.aY, b + (<usize>column << 2), job.bX, job.bY, to, job.cRow, more);
        else outerTile4(job.height, job.width, from, job.aX, job.aY, b + (<usize>column << 2), job.bX, job.bY, to, job.cRow, more);
      }
    }
  }
}

@unmanaged
class SumPartsJob {
  parts: usize;
  partBytes: usize;
  count: i32;
  to: usize;
  toRow: usize; // bytes
  segments: i32;
  length: i32; // rows a segment
  paddedLength: i32;
  columns: i32;
  cRow: usize;
  flip: i32; // 1: the last segment and row first
}

/** Adds the groups' sums in order, and drops the padding. A chunk is a segment. */
export function sumParts(params: usize, segment: i32): void {
  const job = changetype<SumPartsJob>(params);
  const flip = job.flip != 0;
  const fromSegment = flip ? job.segments - 1 - segment : segment;
  for (let row = 0; row < job.length; row++) {
    const fromRow = fromSegment * job.paddedLength + (flip ? job.length - 1 - row : row);
    const from = job.parts + <usize>fromRow * job.cRow;
    const to = job.to + <usize>(segment * job.length + row) * job.toRow;
    for (let column = 0; column < job.columns; column += 4) {
      let p = from + (<usize>column << 2);
      let sum = v128.load(p);
      for (let part = 1; part < job.count; part++) {
        p += job.partBytes;
        sum = f32x4.add(sum, v128.load(p));
      }
      const left = job.columns - column;
      const at = to + (<usize>column << 2);
      if (left >= 4) v128.store(at, sum);
      else {
        v128.store(scratch, sum);
        memory.copy(at, scratch, left << 2);
      }
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
}

/** Packs B for Rows; a chunk is a panel. Columns past the last become zero. */
export function pack(params: usize, chunk: i32): void {
  const job = changetype<PackJob>(params);
  const batch = <usize>(chunk / job.panels);
  const column = (chunk % job.panels) << 3;
  const steps = job.outer * job.middle * job.inner;
  const left = job.columns - column;
  const step = job.columnStride;
  const lanes = left > 4 ? 8 : 4;
  const from = job.from + batch * job.fromBatch + <usize>column * step;
  let to = job.to + batch * job.toBatch + <usize>steps * (<usize>column << 2);
  for (let i = 0; i < job.outer; i++) {
    for (let j = 0; j < job.middle; j++) {
      let p = from + <usize>i * job.outerStride + <usize>j * job.middleStride;
      for (let k = 0; k < job.inner; k++) {
        if (step == 4 && left >= lanes) {
          v128.store(to, v128.load(p));
          if (lanes == 8) v128.store(to, v128.load(p, 16), 16);
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
