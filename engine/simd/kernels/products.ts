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

/** Writes the tables of offsets that the tiles read, and calls `use` with their addresses. */
function withTables(backend: SimdBackend, all: Offsets[], use: (tables: number[]) => void): void {
  const sizes = all.map(stepsOf);
  const size = sizes.reduce((sum, steps) => sum + steps, 0);
  backend.withScratch(size, [size], (start) => {
    const table = new Int32Array(backend.heap.memory.buffer, start, size);
    let at = 0;
    const addresses = all.map(([outer, middle, inner]) => {
      const first = at;
      for (let i = 0; i < outer.size; i++) {
        for (let j = 0; j < middle.size; j++) {
          let offset = i * outer.stride + j * middle.stride;
          for (let k = 0; k < inner.size; k++) {
            table[at++] = offset;
            offset += inner.stride;
          }
        }
      }
      return start + first * 4;
    });
    use(addresses);
  });
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
/** What of packed B a chunk passes over again and again should stay in L2. */
const L2_BYTES = 256 << 10;

/** True where the last 9 to 12 columns go through a tile of their own; assembly/products.ts, wideTail. */
function hasWideTail(columns: number): boolean {
  const rest = columns % 8;
  return columns > 8 && columns < 128 && rest >= 1 && rest <= 4;
}

/** Products whose images are worked through together; their sizes may differ, their images and columns not. */
export function multiplyRows(backend: SimdBackend, ...products: RowsProduct[]): void {
  const first = products[0]!;
  const { columns, images, batch = 1 } = first;
  const depths = products.map(({ offsets }) => Math.max(1, stepsOf(offsets)));
  const deepest = Math.max(...depths);
  const columnsInL2 = Math.max(8, Math.floor(L2_BYTES / (4 * deepest * products.length) / 8) * 8);
  const allColumns = Math.ceil(columns / 8) * 8;
  const wideTail = hasWideTail(columns);
  const columnsPerChunk = wideTail ? allColumns : Math.min(columnsInL2, allColumns);
  const columnChunks = Math.ceil(columns / columnsPerChunk);
  const pixels = products.map(({ height, width }) => height * width);
  const flops = pixels.map((count, i) => 2 * count * depths[i]! * columnsPerChunk); // of an image, in a chunk's columns
  const share = FLOPS_PER_CHUNK / flops.reduce((sum, each) => sum + each, 0); // of an image
  // Several products are cut between images only, so that their chunks match.
  const imagesPerChunk = products.length === 1 && share < 1 ? share : Math.ceil(share);
  const rowsPerChunk = pixels.map((count) =>
    products.length === 1 ? Math.ceil((imagesPerChunk * count) / ROWS) * ROWS : imagesPerChunk * count,
  );
  const rowChunks = Math.ceil((images * pixels[0]!) / rowsPerChunk[0]!);
  products.forEach((_, i) => countFlops(2 * batch * images * pixels[i]! * depths[i]! * columns));
  const all = products.map(({ offsets }) => offsets);
  withTables(backend, all, (tables) => {
    const jobs = products.flatMap((product, i) => [
      ...[product.a, product.b, product.c, product.bias ?? 0],
      ...[product.aBatch ?? 0, product.bBatch ?? 0, product.cBatch ?? 0],
      ...[images * pixels[i]!, rowsPerChunk[i]!, rowChunks, columns, columnsPerChunk, columnChunks],
      ...[product.width, product.height],
      ...[product.aStrides.x, product.aStrides.y, product.aStrides.image],
      ...[product.cStrides.x, product.cStrides.y, product.cStrides.image],
      ...[stepsOf(product.offsets), tables[i]!, wideTail ? 1 : 0],
    ]);
    backend.run(Kernel.Rows, batch * rowChunks * columnChunks, [products.length, ...jobs]);
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

/** Packs each B, and calls `use` with their addresses and the bytes of one product of a batch. */
export function withPacked(
  backend: SimdBackend,
  packings: Packing[],
  use: (addresses: number[], batchBytes: number) => void,
): void {
  const sizes = packings.map(packedFloats);
  const floats = sizes.reduce((sum, size) => sum + size, 0);
  backend.withScratch(floats, [floats], (start) => {
    let to = start;
    const addresses = packings.map((packing, i) => {
      const { batch = 1, fromBatch = 0 } = packing;
      const wideTail = hasWideTail(packing.columns);
      const panels = wideTail ? Math.floor(packing.columns / 8) : Math.ceil(packing.columns / 8);
      backend.run(Kernel.Pack, batch * panels, [
        ...[packing.from, to, fromBatch, (sizes[i]! / batch) * 4],
        ...packing.k.flatMap(({ size, stride }) => [size, stride]),
        ...[packing.columns, packing.columnStride, panels, wideTail ? 1 : 0],
      ]);
      to += sizes[i]! * 4;
      return to - sizes[i]! * 4;
    });
    use(addresses, (sizes[0]! / (packings[0]!.batch ?? 1)) * 4);
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
  /** The k of one image, in A; in B they lie `bStep` apart. */
  offsets: Offsets;
  bStep: number;
  /** Turns C's rows round: the last comes first. */
  flip?: boolean;
}

const MOST_GROUPS = 16;
const MOST_PART_FLOATS = 4 << 20;

export function multiplyOuter(backend: SimdBackend, product: OuterProduct): void {
  const { segments, length, columns, images, offsets } = product;
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
  const rowBytes = paddedColumns * 4;
  countFlops(2 * rows * columns * images * steps);
  backend.withScratch(usedGroups * partFloats, [segments, length, columns], (parts) => {
    withTables(backend, [offsets], ([table = 0]) => {
      backend.run(Kernel.Outer, usedGroups * units, [
        ...[product.a, product.b, parts, partFloats * 4],
        ...[images, imagesPerGroup, units, rowsPerUnit, rows, length, product.aSegment, columns, rowBytes],
        ...[steps, table, product.bStep, product.aImage, product.bImage],
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
