import { Kernel } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import type { EndingInts } from "./deferred";
import { countFlops } from "../report";
import { nameOf, stepsOf, tableOf, walk, type Offsets, type Table } from "./offset-tables";

// The jobs of assembly/products.ts. Addresses and strides are in bytes.

/** One matrix product, or a batch of them: C = A·B and what follows, B packed. */
export interface RowsProduct {
  a: number;
  b: number;
  c: number;
  ending?: EndingInts;
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
const MOST_STEPS = 96;

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
  const tables = backend.tables.addresses(products.map(({ offsets }) => tableOf(offsets)));
  // Written out, and not by spreading: an image's border alone makes dozens of them.
  // prettier-ignore
  const jobs = products.map((product, i) => [
      product.a, product.b, product.c, product.ending?.bias ?? 0, product.aBatch ?? 0, product.bBatch ?? 0, product.cBatch ?? 0,
      images * pixels[i]!, rowsPerChunk[i]!, rowChunks, columns, columnsPerChunk, columnChunks,
      product.width, product.height,
      product.aStrides.x, product.aStrides.y, product.aStrides.image,
      product.cStrides.x, product.cStrides.y, product.cStrides.image,
      steps[i]!, tables[i]!, (product.packedSteps ?? steps[i]!) * 32, product.firstStep ?? 0, wideTail ? 1 : 0,
      product.ending?.relu ?? 0, product.ending?.mask ?? 0,
    ]);
  backend.pool.runSeveral(Kernel.Rows, batch * rowChunks * columnChunks * products.length, jobs);
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
    backend.pool.runSeveral(Kernel.Pack, packings.length * batch * panels, jobs);
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
  const rowsPerUnit = Math.ceil((2 * FLOPS_PER_CHUNK) / Math.max(1, flopsPerRow) / ROWS) * ROWS;
  const units = Math.ceil(rows / rowsPerUnit);
  const groupSteps = imagesPerGroup * steps;
  const stepsPerPass = Math.ceil(groupSteps / Math.ceil(groupSteps / MOST_STEPS));
  const rowBytes = paddedColumns * 4;
  countFlops(2 * rows * columns * images * steps);
  const [table = 0] = backend.tables.addresses([outerTable(product, imagesPerGroup)]);
  backend.withScratch(usedGroups * partFloats, [segments, length, columns], (parts) => {
    backend.run(Kernel.Outer, usedGroups * units, [
      ...[product.a, product.b, parts, partFloats * 4],
      ...[images, imagesPerGroup, units, rowsPerUnit, rows, length, product.aSegment, columns, rowBytes],
      ...[steps, stepsPerPass, table, product.aImage, product.bImage],
    ]);
    const rowsPerChunk = Math.ceil(NUMBERS_PER_CHUNK / (usedGroups * paddedColumns));
    backend.run(Kernel.SumParts, Math.ceil(rows / rowsPerChunk), [
      ...[parts, partFloats * 4, usedGroups, product.c],
      ...[rows, rowsPerChunk, columns, rowBytes, product.flip ? 1 : 0],
    ]);
  });
}

/** Of all images of a group: for each k, where it lies in A and in B. */
function outerTable({ offsets, bOffsets, aImage, bImage }: OuterProduct, images: number): Table {
  const steps = stepsOf(offsets);
  const name = `${images}×${aImage}:${nameOf(offsets)};${images}×${bImage}:${nameOf(bOffsets)}`;
  const write = (table: Int32Array) => {
    for (let image = 0; image < images; image++) {
      let at = image * steps * 2;
      walk(offsets, (offset) => {
        table[at] = image * aImage + offset;
        at += 2;
      });
      at = image * steps * 2 + 1;
      walk(bOffsets, (offset) => {
        table[at] = image * bImage + offset;
        at += 2;
      });
    }
  };
  return { name, size: 2 * images * steps, write };
}

const NUMBERS_PER_CHUNK = 32768;
