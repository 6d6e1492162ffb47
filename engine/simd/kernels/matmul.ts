import { broadcast_util, util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "../backend";
import { asItIs, deferredProduct, endingOf, type Ending, type EndingInts, type Product } from "./deferred";
import { floatsOnly, type OwnKernel } from "./kernel";
import { copy } from "./layouts";
import { inARow } from "./offset-tables";
import { multiplyOuter, multiplyRows, withPacked } from "./products";

/** A matrix (of a batch) seen as rows × columns, transposed or not: strides in bytes. */
interface Matrix {
  rows: number;
  columns: number;
  rowStride: number;
  columnStride: number;
}

function matrix(shape: number[], transposed: boolean): Matrix {
  const [height, width] = shape.slice(-2) as [number, number];
  return transposed
    ? { rows: width, columns: height, rowStride: 4, columnStride: width * 4 }
    : { rows: height, columns: width, rowStride: width * 4, columnStride: 4 };
}

export const batchMatMul: OwnKernel = floatsOnly("BatchMatMul", ({ inputs, attrs, backend }) => {
  const [a, b] = [asItIs(inputs["a"]!), asItIs(inputs["b"]!)];
  const product = matMul(backend, a, b, attrs["transposeA"] === true, attrs["transposeB"] === true);
  return deferredProduct(backend, product);
});

/** With fewer columns than this, copying a transposed A costs more than summing outer products. */
const NARROW = 32;

/** @throws Error if the shapes do not fit */
export function matMul(
  backend: SimdBackend,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): Product {
  for (const { shape } of [a, b]) {
    util.assert(
      shape.length >= 2,
      () => `Error in matMul: a matrix has two dimensions or more, got shape [${shape.join(", ")}].`,
    );
  }
  const left = matrix(a.shape, transposeA);
  const right = matrix(b.shape, transposeB);
  util.assert(
    left.columns === right.rows,
    () =>
      `Error in matMul: inner shapes (${left.columns}) and (${right.rows}) of Tensors with shapes ${a.shape.join(",")} and ` +
      `${b.shape.join(",")} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  );
  const batchShapes = [a, b].map(({ shape }) => shape.slice(0, -2)) as [number[], number[]];
  const batchShape = broadcast_util.assertAndGetBroadcastShape(...batchShapes);
  const shape = [...batchShape, left.rows, right.columns];
  const compute = (into: TensorInfo, ending: Ending) => {
    if (util.sizeFromShape(shape) === 0) return;
    const [aAt, bAt, c] = [a, b, into].map((tensor) => backend.address(tensor)) as [number, number, number];
    const isPlain = !ending.bias && !ending.relu && !ending.mask;
    if (
      transposeA &&
      !transposeB &&
      util.sizeFromShape(batchShape) === 1 &&
      isPlain &&
      right.columns < NARROW
    ) {
      outerProduct(backend, aAt, left, bAt, right, c);
    } else {
      products(backend, aAt, left, bAt, right, c, batchShapes, batchShape, endingOf(backend, c, ending));
    }
  };
  return { op: "BatchMatMul", shape, inputs: [a, b], compute };
}

function products(
  backend: SimdBackend,
  a: number,
  left: Matrix,
  b: number,
  right: Matrix,
  c: number,
  batchShapes: [number[], number[]],
  batchShape: number[],
  ending: EndingInts,
): void {
  const [aBatches, bBatches] = batchShapes.map((outer) => util.sizeFromShape(outer)) as [number, number];
  const batch = util.sizeFromShape(batchShape);
  const aBytes = left.rows * left.columns * 4;
  const cBytes = left.rows * right.columns * 4;
  withRowMajor(backend, a, left, aBatches, (rowMajor) => {
    const packing = {
      from: b,
      k: inARow(right.rows, right.rowStride),
      columns: right.columns,
      columnStride: right.columnStride,
      batch: bBatches,
      fromBatch: right.rows * right.columns * 4,
    };
    withPacked(backend, [packing], ([packed = 0], packedBytes) => {
      const product = (aAt: number, bAt: number, cAt: number, count: number) =>
        multiplyRows(backend, {
          a: aAt,
          b: bAt,
          c: cAt,
          ending,
          columns: right.columns,
          images: 1,
          height: 1,
          width: left.rows,
          aStrides: { x: left.columns * 4, y: 0, image: 0 },
          cStrides: { x: right.columns * 4, y: 0, image: 0 },
          offsets: inARow(left.columns, 4),
          batch: count,
          aBatch: aBatches > 1 ? aBytes : 0,
          bBatch: bBatches > 1 ? packedBytes : 0,
          cBatch: cBytes,
        });
      const simple = [aBatches, bBatches].every((count) => count === 1 || count === batch);
      if (simple) return product(rowMajor, packed, c, batch);
      const aIndex = batchIndex(batchShapes[0], batchShape);
      const bIndex = batchIndex(batchShapes[1], batchShape);
      for (let i = 0; i < batch; i++) {
        product(rowMajor + aIndex(i) * aBytes, packed + bIndex(i) * packedBytes, c + i * cBytes, 1);
      }
    });
  });
}

function outerProduct(backend: SimdBackend, aAt: number, a: Matrix, bAt: number, b: Matrix, c: number): void {
  multiplyOuter(backend, {
    a: aAt,
    b: bAt,
    c,
    segments: 1,
    length: a.rows,
    aSegment: 0,
    columns: b.columns,
    images: 1,
    aImage: 0,
    bImage: 0,
    offsets: inARow(a.columns, a.columnStride),
    bOffsets: inARow(b.rows, b.rowStride),
  });
}

/** Rows wants each row of A in one piece: a transposed A is copied. */
function withRowMajor(
  backend: SimdBackend,
  from: number,
  { rows, columns, columnStride }: Matrix,
  count: number,
  use: (at: number) => void,
): void {
  if (columnStride === 4) return use(from);
  backend.withScratch(count * rows * columns, [count, rows, columns], (at) => {
    copy(backend, from, at, 4, [
      { size: count, from: rows * columns, to: rows * columns },
      { size: rows, from: 1, to: columns },
      { size: columns, from: rows, to: 1 },
    ]);
    use(at);
  });
}

/** From the place in a broadcast batch to the place in an operand's own. */
function batchIndex(own: number[], broadcast: number[]): (index: number) => number {
  const ownStrides = util.computeStrides([...own, 1]);
  const strides = util.computeStrides([...broadcast, 1]);
  const skipped = broadcast.length - own.length;
  return (index) => {
    let place = 0;
    broadcast.forEach((_, dimension) => {
      const coordinate = Math.floor(index / strides[dimension]!) % broadcast[dimension]!;
      if (dimension >= skipped && own[dimension - skipped]! > 1)
        place += coordinate * ownStrides[dimension - skipped]!;
    });
    return place;
  };
}
