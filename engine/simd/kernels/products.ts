import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Kernel } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { countFlops } from "../report";

// The jobs of assembly/products.ts. Addresses and strides are in bytes.

/** One matrix product, or a batch of them: C = A·B + bias, B packed. */
export interface RowsProduct {
  a: number;
  b: number;
  c: number;
  bias?: number;
  /** Columns of B and C. */
  columns: number;
  /** Rows of C: images × height × width, with where they lie in A and C. */
  images: number;
  height: number;
  width: number;
  aStrides: Strides;
  cStrides: Strides;
  /** What one row of A is made of: for each k, how far it lies from the row's start. */
  offsets: Offsets;
  /** Where B was packed with more k than `offsets` has: how many in all, and the first of these. Default: as many. */
  packedSteps?: number;
  firstStep?: number;
  batch?: number;
  aBatch?: number;
  bBatch?: number;
  cBatch?: number;
}

/** Three nested dimensions of a sum over k, the outermost first: how many, and the stride of each. */
export type Offsets = [Dimension, Dimension, Dimension];

export interface Dimension {
  size: number;
  stride: number;
}

/** Dimensions where there is but one. */
export function inARow(size: number, stride: number): Offsets {
  return [ONE, ONE, { size, stride }];
}

const ONE: Dimension = { size: 1, stride: 0 };

function stepsOf([outer, middle, inner]: Offsets): number {
  return outer.size * middle.size * inner.size;
}

/** Writes numbers where threads can read them, and calls `use` with their address. */
function withNumbers(
  backend: SimdBackend,
  count: number,
  write: (to: Int32Array, at: number) => void,
  use: (at: number) => void,
) {
  backend.withScratch(count, [count], (at) => {
    write(new Int32Array(backend.heap.memory.buffer, at, count), at);
    use(at);
  });
}

/** Runs a kernel that takes several jobs at a time; they need more room than the parameters have. */
function runJobs(backend: SimdBackend, kernel: Kernel, chunks: number, jobs: number[][]): void {
  const length = jobs[0]!.length;
  const write = (to: Int32Array) => jobs.forEach((job, i) => to.set(job, i * length));
  withNumbers(backend, jobs.length * length, write, (at) => backend.run(kernel, chunks, [jobs.length, at]));
}

/** Calls `visit` with each k's distance from the first, in order. */
function walk([outer, middle, inner]: Offsets, visit: (offset: number) => void): void {
  for (let i = 0; i < outer.size; i++) {
    for (let j = 0; j < middle.size; j++) {
      let offset = i * outer.stride + j * middle.stride;
      for (let k = 0; k < inner.size; k++) {
        visit(offset);
        offset += inner.stride;
      }
    }
  }
}

/** Writes the tables of offsets that the tiles read, and calls `use` with their addresses. */
function withTables(backend: SimdBackend, all: Offsets[], use: (tables: number[]) => void): void {
  const named = all.map((offsets) => offsets.map(({ size, stride }) => `${size}×${stride}`).join());
  const different = new Map(named.map((name, i) => [name, all[i]!]));
  const size = [...different.values()].reduce((sum, offsets) => sum + stepsOf(offsets), 0);
  const addresses = new Map<string, number>();
  const write = (table: Int32Array, start: number) => {
    let at = 0;
    for (const [name, offsets] of different) {
      addresses.set(name, start + at * 4);
      walk(offsets, (offset) => (table[at++] = offset));
    }
  };
  withNumbers(backend, size, write, () => use(named.map((name) => addresses.get(name)!)));
}

export interface Strides {
  x: number;
  y: number;
  image: number;
}

/** Work in a chunk: some 50 µs, many times what handing it out costs. */
const FLOPS_PER_CHUNK = 2e6;
/** Rows of a chunk are a multiple of this: of a tile's 3, 5 or 6. */
const ROWS = 30;
/** So are images, where several products share them. */
const IMAGES = 6;
/** What of packed B a chunk passes over again and again should stay in L2. */
const L2_BYTES = 256 << 10;
/** Steps of a sum of outer products that all rows and columns go through before the next: their numbers fit L1. */
const MOST_STEPS = 160;

/** True where the last 9 to 12 columns go through a tile of their own; assembly/products.ts, wideTail. */
function hasWideTail(columns: number): boolean {
  const rest = columns % 8;
  return columns > 8 && columns < 128 && rest >= 1 && rest <= 4;
}

/** Products of the same images and columns, worked through together; their sizes may differ. */
export function multiplyRows(backend: SimdBackend, ...products: RowsProduct[]): void {
  const { columns, images, batch = 1 } = products[0]!;
  const steps = products.map(({ offsets }) => stepsOf(offsets));
  const deepest = Math.max(1, ...steps);
  const columnsInL2 = Math.max(8, Math.floor(L2_BYTES / (4 * deepest) / 8) * 8);
  const allColumns = Math.ceil(columns / 8) * 8;
  const wideTail = hasWideTail(columns);
  const columnsPerChunk = wideTail ? allColumns : Math.min(columnsInL2, allColumns);
  const columnChunks = Math.ceil(columns / columnsPerChunk);
  const pixels = products.map(({ height, width }) => height * width);
  const flops = pixels.map((count, i) => 2 * count * Math.max(1, steps[i]!) * columnsPerChunk); // of an image, in a chunk's columns
  const share = FLOPS_PER_CHUNK / Math.max(1, ...flops); // of an image
  // One product is cut anywhere, several between images, so that all have as many chunks; a tile's rows divide both.
  const imagesPerChunk = Math.min(images, Math.ceil(share / IMAGES) * IMAGES);
  const rowsPerChunk = pixels.map((count) =>
    products.length === 1 ? Math.ceil((share * count) / ROWS) * ROWS : imagesPerChunk * count,
  );
  const rowChunks = Math.ceil((images * pixels[0]!) / rowsPerChunk[0]!);
  steps.forEach((count, i) => countFlops(2 * batch * images * pixels[i]! * count * columns));
  const all = products.map(({ offsets }) => offsets);
  withTables(backend, all, (tables) => {
    // Written out, and not by spreading: an image's border alone makes dozens of them.
    // prettier-ignore
    const jobs = products.map((product, i) => [
      product.a, product.b, product.c, product.bias ?? 0, product.aBatch ?? 0, product.bBatch ?? 0, product.cBatch ?? 0,
      images * pixels[i]!, rowsPerChunk[i]!, rowChunks, columns, columnsPerChunk, columnChunks,
      product.width, product.height,
      product.aStrides.x, product.aStrides.y, product.aStrides.image,
      product.cStrides.x, product.cStrides.y, product.cStrides.image,
      steps[i]!, tables[i]!, (product.packedSteps ?? steps[i]!) * 32, product.firstStep ?? 0, wideTail ? 1 : 0,
    ]);
    runJobs(backend, Kernel.Rows, batch * rowChunks * columnChunks * products.length, jobs);
  });
}

/** B before packing: where each k and each column lies. Strides may be negative. */
export interface Packing {
  from: number;
  k: Offsets;
  columns: number;
  columnStride: number;
  batch?: number;
  fromBatch?: number;
}

function packedFloats({ k, columns, batch = 1 }: Packing): number {
  return batch * stepsOf(k) * Math.ceil(columns / 4) * 4;
}

/** Packs each B, all of the same columns and batch, and calls `use` with their addresses and the bytes of one product of a batch. */
export function withPacked(
  backend: SimdBackend,
  packings: Packing[],
  use: (addresses: number[], batchBytes: number) => void,
): void {
  const sizes = packings.map(packedFloats);
  const floats = sizes.reduce((sum, size) => sum + size, 0);
  const { columns, batch = 1 } = packings[0]!;
  const wideTail = hasWideTail(columns);
  const panels = wideTail ? Math.floor(columns / 8) : Math.ceil(columns / 8);
  backend.withScratch(floats, [floats], (start) => {
    let to = start;
    const addresses = sizes.map((size) => (to += size * 4) - size * 4);
    // prettier-ignore
    const jobs = packings.map(({ from, fromBatch = 0, k: [outer, middle, inner], columnStride }, i) => [
      from, addresses[i]!, fromBatch, (sizes[i]! / batch) * 4,
      outer.size, outer.stride, middle.size, middle.stride, inner.size, inner.stride,
      columns, columnStride, panels, wideTail ? 1 : 0,
    ]);
    runJobs(backend, Kernel.Pack, packings.length * batch * panels, jobs);
    use(addresses, (sizes[0]! / batch) * 4);
  });
}

/** C = Σ over images and `offsets` of A's numbers times B's rows: segments × length rows of C, `columns` wide. */
export interface OuterProduct {
  a: number;
  b: number;
  c: number;
  /** C's rows: `length` of them are neighbours in A, the next ones `aSegment` on. */
  segments: number;
  length: number;
  aSegment: number;
  columns: number;
  images: number;
  aImage: number;
  bImage: number;
  /** Where the k of one image lie in A, and in B. */
  offsets: Offsets;
  bOffsets: Offsets;
  /** Turns C's rows round: the last comes first. */
  flip?: boolean;
}

const MOST_GROUPS = 16;
const MOST_PART_FLOATS = 4 << 20;

export function multiplyOuter(backend: SimdBackend, product: OuterProduct): void {
  const { segments, length, columns, images, offsets, bOffsets } = product;
  const rows = segments * length;
  const steps = stepsOf(offsets);
  const paddedColumns = Math.ceil(columns / 8) * 8;
  const partFloats = rows * paddedColumns;
  // The number of groups, and with it the order of additions, depends on the shapes alone.
  const groups = Math.max(1, Math.min(images, MOST_GROUPS, Math.floor(MOST_PART_FLOATS / partFloats)));
  const imagesPerGroup = Math.ceil(images / groups);
  const usedGroups = Math.ceil(images / imagesPerGroup);
  const flopsPerRow = 2 * imagesPerGroup * steps * paddedColumns;
  const rowsPerUnit = Math.ceil(FLOPS_PER_CHUNK / Math.max(1, flopsPerRow) / ROWS) * ROWS;
  const units = Math.ceil(rows / rowsPerUnit);
  const groupSteps = imagesPerGroup * steps;
  const stepsPerPass = Math.ceil(groupSteps / Math.ceil(groupSteps / MOST_STEPS));
  const rowBytes = paddedColumns * 4;
  countFlops(2 * rows * columns * images * steps);
  backend.withScratch(usedGroups * partFloats, [segments, length, columns], (parts) => {
    // Of all images of a group: for each k, where it lies in A and in B.
    const write = (table: Int32Array) => {
      for (let image = 0; image < imagesPerGroup; image++) {
        let at = image * steps * 2;
        walk(offsets, (offset) => {
          table[at] = image * product.aImage + offset;
          at += 2;
        });
        at = image * steps * 2 + 1;
        walk(bOffsets, (offset) => {
          table[at] = image * product.bImage + offset;
          at += 2;
        });
      }
    };
    withNumbers(backend, 2 * groupSteps, write, (table) => {
      backend.run(Kernel.Outer, usedGroups * units, [
        ...[product.a, product.b, parts, partFloats * 4],
        ...[images, imagesPerGroup, units, rowsPerUnit, rows, length, product.aSegment, columns, rowBytes],
        ...[steps, stepsPerPass, table, product.aImage, product.bImage],
      ]);
    });
    const rowsPerChunk = Math.ceil(NUMBERS_PER_CHUNK / (usedGroups * paddedColumns));
    backend.run(Kernel.SumParts, Math.ceil(rows / rowsPerChunk), [
      ...[parts, partFloats * 4, usedGroups, product.c],
      ...[rows, rowsPerChunk, columns, rowBytes, product.flip ? 1 : 0],
    ]);
  });
}

const NUMBERS_PER_CHUNK = 32768;

/** Fills a result with zeros: a sum of nothing. */
export function zeros(backend: SimdBackend, shape: number[]): TensorInfo {
  const result = backend.output(shape);
  new Uint8Array(backend.heap.memory.buffer, backend.address(result), util.sizeFromShape(shape) * 4).fill(0);
  return result;
}
