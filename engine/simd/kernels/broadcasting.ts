import { broadcast_util, util, type DataType, type TensorInfo } from "@tensorflow/tfjs-core";
import { BinaryOp, CompareOp, Kernel, UnaryOp } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { asItIs, isWorthDeferring } from "./deferred";
import { CHUNK, unary } from "./elementwise";
import { copy } from "./layouts";
import { fallback, floatsOnly, inputsOf, type OwnKernel } from "./kernel";

const MOST_OUTER = 4;

/** One dimension of the result after folding: its size, and the operands' strides in numbers (0: broadcast). */
interface Dimension {
  size: number;
  a: number;
  b: number;
}

/** Neighbouring dimensions in which both operands go on alike become one; the innermost comes first. */
export function foldShapes(a: number[], b: number[], out: number[]): Dimension[] {
  const folded: Dimension[] = [];
  let aStride = 1;
  let bStride = 1;
  for (let back = 1; back <= out.length; back++) {
    const size = out[out.length - back]!;
    const aSize = a[a.length - back] ?? 1;
    const bSize = b[b.length - back] ?? 1;
    if (size !== 1) {
      const next = { size, a: aSize === 1 ? 0 : aStride, b: bSize === 1 ? 0 : bStride };
      const last = folded[folded.length - 1];
      if (last && next.a === last.a * last.size && next.b === last.b * last.size) last.size *= size;
      else folded.push(next);
    }
    aStride *= aSize;
    bStride *= bSize;
  }
  return folded.length > 0 ? folded : [{ size: 1, a: 1, b: 1 }];
}

/** c = op(a, b) with broadcasting; undefined where the shapes fold to more dimensions than the kernel walks. */
function broadcast(
  backend: SimdBackend,
  kernel: Kernel.Binary | Kernel.Compare,
  op: number,
  a: TensorInfo,
  b: TensorInfo,
  dtype: DataType,
  into?: TensorInfo,
): TensorInfo | undefined {
  const shape = broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const [row, ...outer] = foldShapes(a.shape, b.shape, shape) as [Dimension, ...Dimension[]];
  if (outer.length > MOST_OUTER) return undefined;
  const result = into ?? backend.output(shape, dtype);
  if (util.sizeFromShape(shape) === 0) return result;
  const [aAt, bAt, to] = [a, b, result].map((tensor) => backend.address(tensor)) as [number, number, number];
  const times = repetitions(row, outer);
  if (times === 1) {
    runRows(backend, kernel, op, aAt, bAt, to, row, outer);
    return result;
  }
  const longer = { ...row, size: row.size * times };
  const fewer = [{ ...outer[0]!, size: outer[0]!.size / times, a: longer.size }];
  backend.withScratch(longer.size, b.shape, (repeated) => {
    copy(backend, bAt, repeated, 4, [
      { size: times, from: 0, to: row.size },
      { size: row.size, from: 1, to: 1 },
    ]);
    runRows(backend, kernel, op, aAt, repeated, to, longer, fewer);
  });
  return result;
}

/** Runs shorter than this cost more to start than to do. */
const LONG = 1024;

/**
 * A bias for few channels is a short row of b that all pixels share. How many pixels to take for one: b's row is
 * then written out as often.
 */
function repetitions(row: Dimension, outer: Dimension[]): number {
  const [pixels] = outer;
  if (!pixels || outer.length > 1 || pixels.b !== 0 || row.b !== 1 || row.a !== 1 || pixels.a !== row.size)
    return 1;
  let times = 1;
  while (row.size * times < LONG && pixels.size % (2 * times) === 0) times *= 2;
  return times;
}

function runRows(
  backend: SimdBackend,
  kernel: Kernel,
  op: number,
  a: number,
  b: number,
  to: number,
  row: Dimension,
  outer: Dimension[],
): void {
  const rows = outer.reduce((product, { size }) => product * size, 1);
  const rowsPerChunk = rows === 1 ? 0 : Math.max(1, Math.floor(CHUNK / row.size));
  const chunks = rows === 1 ? Math.ceil(row.size / CHUNK) : Math.ceil(rows / rowsPerChunk);
  const dimension = (index: number): Dimension => outer[index] ?? { size: 1, a: 0, b: 0 };
  const [d0, d1, d2, d3] = [dimension(0), dimension(1), dimension(2), dimension(3)];
  backend.run(kernel, chunks, [
    ...[op, a, b, to, row.size, rows, rowsPerChunk],
    ...[row.a === 0 ? 0 : 1, row.b === 0 ? 0 : 1, d0.size, d1.size, d2.size],
    ...[d0.a, d1.a, d2.a, d3.a, d0.b, d1.b, d2.b, d3.b],
  ]);
}

/** c = op(a, b) for `size` numbers at addresses; c may be a or b. */
export function binaryAt(
  backend: SimdBackend,
  op: BinaryOp,
  a: number,
  b: number,
  c: number,
  size: number,
): void {
  runRows(backend, Kernel.Binary, op, a, b, c, { size, a: 1, b: 1 }, []);
}

/** c = op(a, b), computed into `result`, for shapes that are known to fold. */
function computeInto(
  backend: SimdBackend,
  op: BinaryOp,
  a: TensorInfo,
  b: TensorInfo,
  result: TensorInfo,
): void {
  broadcast(backend, Kernel.Binary, op, a, b, "float32", result);
}

/** x + bias, one number a channel: put off, as an activation mostly follows. */
const add: OwnKernel = floatsOnly("Add", (call) => {
  const { backend } = call;
  const [a, b] = [asItIs(call.inputs["a"]!), asItIs(call.inputs["b"]!)];
  const isBias = b.shape.length === 1 && a.shape.length > 1 && b.shape[0] === a.shape[a.shape.length - 1];
  if (isBias && isWorthDeferring(backend, a.shape)) {
    const sum = backend.deferredOf(a)?.plus?.(b, a.shape);
    if (sum) return sum;
    const compute = (into: TensorInfo) => computeInto(backend, BinaryOp.Add, a, b, into);
    return backend.defer(a.shape, [a, b], compute, {
      plus: undefined,
      relu: (shape) => addRelu(backend, a, b, shape),
      reluGrad: undefined,
    });
  }
  return broadcast(backend, Kernel.Binary, BinaryOp.Add, a, b, "float32") ?? fallback("Add", call);
});

function addRelu(backend: SimdBackend, a: TensorInfo, bias: TensorInfo, shape: number[]): TensorInfo {
  const result = backend.output(shape);
  computeInto(backend, BinaryOp.AddRelu, a, bias, result);
  return result;
}

const relu: OwnKernel = floatsOnly("Relu", ({ inputs, backend }) => {
  const x = inputs["x"]!;
  return backend.deferredOf(x)?.relu(x.shape) ?? unary(backend, UnaryOp.Relu, x);
});

/** c = op(a, b) for shapes that are known to fold. */
export function compute(backend: SimdBackend, op: BinaryOp, a: TensorInfo, b: TensorInfo): TensorInfo {
  const result = broadcast(backend, Kernel.Binary, op, a, b, "float32");
  if (!result)
    throw new Error(`the simd backend cannot broadcast [${a.shape.join(", ")}] with [${b.shape.join(", ")}]`);
  return result;
}

function arithmetic(name: string, op: BinaryOp): OwnKernel {
  return floatsOnly(name, (call) => {
    const { a, b } = inputsOf<"a" | "b">(call);
    return broadcast(call.backend, Kernel.Binary, op, a, b, "float32") ?? fallback(name, call);
  });
}

function comparison(name: string, op: CompareOp): OwnKernel {
  return floatsOnly(name, (call) => {
    const { a, b } = inputsOf<"a" | "b">(call);
    return broadcast(call.backend, Kernel.Compare, op, a, b, "bool") ?? fallback(name, call);
  });
}

/** Squares, and the 1.5th power of rsqrt's gradient (batch normalisation); the rest has too many special cases. */
const pow: OwnKernel = floatsOnly("Pow", (call) => {
  const { a, b } = inputsOf<"a" | "b">(call);
  const { backend } = call;
  const exponent = b.shape.length === 0 ? (backend.readSync(b.dataId) as Float32Array)[0] : undefined;
  if (exponent === 2) return unary(backend, UnaryOp.Square, a);
  if (exponent !== 1.5) return fallback("Pow", call);
  const root = unary(backend, UnaryOp.Sqrt, a);
  const result = compute(backend, BinaryOp.Multiply, a, root);
  backend.disposeIntermediateTensorInfo(root);
  return result;
});

export const broadcasting: Record<string, OwnKernel> = {
  Add: add,
  Relu: relu,
  Sub: arithmetic("Sub", BinaryOp.Sub),
  Multiply: arithmetic("Multiply", BinaryOp.Multiply),
  RealDiv: arithmetic("RealDiv", BinaryOp.RealDiv),
  Maximum: arithmetic("Maximum", BinaryOp.Maximum),
  Minimum: arithmetic("Minimum", BinaryOp.Minimum),
  SquaredDifference: arithmetic("SquaredDifference", BinaryOp.SquaredDifference),
  Pow: pow,
  Equal: comparison("Equal", CompareOp.Equal),
  NotEqual: comparison("NotEqual", CompareOp.NotEqual),
  Greater: comparison("Greater", CompareOp.Greater),
  GreaterEqual: comparison("GreaterEqual", CompareOp.GreaterEqual),
  Less: comparison("Less", CompareOp.Less),
  LessEqual: comparison("LessEqual", CompareOp.LessEqual),
  EluGrad: floatsOnly("EluGrad", (call) => {
    const { dy, y } = inputsOf<"dy" | "y">(call);
    return (
      broadcast(call.backend, Kernel.Binary, BinaryOp.EluGrad, dy, y, "float32") ?? fallback("EluGrad", call)
    );
  }),
  Prelu: floatsOnly("Prelu", (call) => {
    const { x, alpha } = inputsOf<"x" | "alpha">(call);
    return (
      broadcast(call.backend, Kernel.Binary, BinaryOp.Prelu, x, alpha, "float32") ?? fallback("Prelu", call)
    );
  }),
};

/** dy where y = relu(x) is above 0, else 0. Not an op of tfjs: relu's gradient in one kernel, see gradients.ts. */
export const reluGrad: OwnKernel = ({ inputs, backend }) => {
  const { dy, y } = inputs as { dy: TensorInfo; y: TensorInfo };
  const isMask = util.arraysEqual(dy.shape, y.shape);
  return (isMask && backend.deferredOf(dy)?.reluGrad?.(y)) || compute(backend, BinaryOp.ReluGrad, dy, y);
};
