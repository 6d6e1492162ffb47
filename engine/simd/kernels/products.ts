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
  /** What one row of A is made of. */
  segments: number;
  length: number;
  segmentStride: number;
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
/** What of packed B a chunk passes over again and again should stay in L2. */
const L2_BYTES = 256 << 10;

/** Products whose images are worked through together; their sizes may differ, their images and columns not. */
export function multiplyRows(backend: SimdBackend, ...products: RowsProduct[]): void {
  const first = products[0]!;
  const { columns, images, batch = 1 } = first;
  const depths = products.map(({ segments, length }) => Math.max(1, segments * length));
  const deepest = Math.max(...depths);
  const columnsInL2 = Math.max(8, Math.floor(L2_BYTES / (4 * deepest * products.length) / 8) * 8);
  const columnsPerChunk = Math.min(columnsInL2, Math.ceil(columns / 8) * 8);
  const columnChunks = Math.ceil(columns / columnsPerChunk);
  const pixels = products.map(({ height, width }) => height * width);
  const flops = pixels.map((count, i) => 2 * count * depths[i]! * columnsPerChunk); // of an image, in a chunk's columns
  const share = FLOPS_PER_CHUNK / flops.reduce((sum, each) => sum + each, 0); // of an image
  // Several products are cut between images only, so that their chunks match.
  const imagesPerChunk = products.length === 1 && share < 1 ? share : Math.ceil(share);
  const rowsPerChunk = pixels.map((count) =>
    products.length === 1 ? Math.max(8, Math.ceil((imagesPerChunk * count) / 4) * 4) : imagesPerChunk * count,
  );
  const rowChunks = Math.ceil((images * pixels[0]!) / rowsPerChunk[0]!);
  products.forEach((_, i) => countFlops(2 * batch * images * pixels[i]! * depths[i]! * columns));
  const jobs = products.flatMap((product, i) => [
    ...[product.a, product.b, product.c, product.bias ?? 0],
    ...[product.aBatch ?? 0, product.bBatch ?? 0, product.cBatch ?? 0],
    ...[images * pixels[i]!, rowsPerChunk[i]!, rowChunks, columns, columnsPerChunk, columnChunks],
    ...[product.width, product.height],
    ...[product.aStrides.x, product.aStrides.y, product.aStrides.image],
    ...[product.cStrides.x, product.cStrides.y, product.cStrides.image],
    ...[product.segments, product.length, product.segmentStride],
  ]);
  backend.run(Kernel.Rows, batch * rowChunks * columnChunks, [products.length, ...jobs]);
}

/** B before packing: k runs over outer × middle × inner. */
export interface Packing {
  from: number;
  outer: number;
  outerStride: number;
  middle: number;
  middleStride: number;
  inner: number;
  innerStride: number;
  columns: number;
  columnStride: number;
  batch?: number;
  fromBatch?: number;
}

export function packedFloats({ outer, middle, inner, columns, batch = 1 }: Packing): number {
  return batch * outer * middle * inner * Math.ceil(columns / 4) * 4;
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
      const panels = Math.ceil(packing.columns / 8);
      backend.run(Kernel.Pack, batch * panels, [
        ...[packing.from, to, fromBatch, (sizes[i]! / batch) * 4],
        ...[packing.outer, packing.outerStride, packing.middle, packing.middleStride],
        ...[packing.inner, packing.innerStride, packing.columns, packing.columnStride, panels],
      ]);
      to += sizes[i]! * 4;
      return to - sizes[i]! * 4;
    });
    use(addresses, (sizes[0]! / (packings[0]!.batch ?? 1)) * 4);
  });
}

/** C = Σ over images, y and x of A's rows times B's: `segments` × `length` rows of C, `columns` wide. */
export interface OuterProduct {
  a: number;
  b: number;
  c: number;
  segments: number;
  length: number;
  /** From one segment of C's rows to the next, in A. */
  aSegment: number;
  columns: number;
  images: number;
  height: number;
  width: number;
  aStrides: Strides;
  bStrides: Strides;
  /** Turns segments and rows round: the last comes first. */
  flip?: boolean;
}

const MOST_GROUPS = 16;
const MOST_PART_FLOATS = 4 << 20;

export function multiplyOuter(backend: SimdBackend, product: OuterProduct): void {
  const { segments, length, columns, images, height, width, aStrides, bStrides } = product;
  const paddedLength = Math.ceil(length / 4) * 4;
  const paddedColumns = Math.ceil(columns / 8) * 8;
  const partFloats = segments * paddedLength * paddedColumns;
  // The number of groups, and with it the order of additions, depends on the shapes alone.
  const groups = Math.max(1, Math.min(images, MOST_GROUPS, Math.floor(MOST_PART_FLOATS / partFloats)));
  const imagesPerGroup = Math.ceil(images / groups);
  const usedGroups = Math.ceil(images / imagesPerGroup);
  const tiles = (segments * paddedLength) / 4;
  const flopsPerTile = 8 * imagesPerGroup * height * width * paddedColumns;
  const tilesPerUnit = Math.max(1, Math.ceil(FLOPS_PER_CHUNK / Math.max(1, flopsPerTile)));
  const units = Math.ceil(tiles / tilesPerUnit);
  const rowBytes = paddedColumns * 4;
  countFlops(2 * segments * length * columns * images * height * width);
  backend.withScratch(usedGroups * partFloats, [segments, length, columns], (parts) => {
    backend.run(Kernel.Outer, usedGroups * units, [
      ...[product.a, product.b, parts, partFloats * 4],
      ...[images, imagesPerGroup, units, tilesPerUnit, tiles, paddedLength / 4, product.aSegment],
      ...[columns, rowBytes, height, width],
      ...[aStrides.x, aStrides.y, aStrides.image, bStrides.x, bStrides.y, bStrides.image],
    ]);
    backend.run(Kernel.SumParts, segments, [
      ...[parts, partFloats * 4, usedGroups, product.c, columns * 4],
      ...[segments, length, paddedLength, columns, rowBytes, product.flip ? 1 : 0],
    ]);
  });
}

/** Fills a result with zeros: a sum of nothing. */
export function zeros(backend: SimdBackend, shape: number[]): TensorInfo {
  const result = backend.output(shape);
  new Uint8Array(backend.heap.memory.buffer, backend.address(result), util.sizeFromShape(shape) * 4).fill(0);
  return result;
}
