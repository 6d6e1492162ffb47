import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Kernel } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { fallback, floatsOnly, inputsOf, type OwnKernel } from "./kernel";

const NUMBERS_PER_CHUNK = 8192;

function overRows(backend: SimdBackend, kernel: Kernel, x: TensorInfo, y: TensorInfo, length: number): void {
  const rows = util.sizeFromShape(x.shape) / length;
  const rowsPerChunk = Math.max(1, Math.floor(NUMBERS_PER_CHUNK / length));
  const ints = [backend.address(x), backend.address(y), rows, length, rowsPerChunk];
  backend.run(kernel, Math.ceil(rows / rowsPerChunk), ints);
}

const softmax: OwnKernel = floatsOnly("Softmax", (call) => {
  const { logits } = inputsOf<"logits">(call);
  const { shape } = logits;
  const dim = call.attrs["dim"] as number;
  const along = dim === -1 ? shape.length - 1 : dim;
  if (along !== shape.length - 1 || util.sizeFromShape(shape) === 0) return fallback("Softmax", call);
  const y = call.backend.output(shape);
  overRows(call.backend, Kernel.Softmax, logits, y, shape[along]!);
  return y;
});

const argMax: OwnKernel = floatsOnly("ArgMax", (call) => {
  const { x } = inputsOf<"x">(call);
  const last = x.shape.length - 1;
  const axes = util.parseAxisParam(call.attrs["axis"] as number, x.shape);
  if (axes.length !== 1 || axes[0] !== last || util.sizeFromShape(x.shape) === 0)
    return fallback("ArgMax", call);
  const y = call.backend.output(x.shape.slice(0, last), "int32");
  overRows(call.backend, Kernel.ArgMax, x, y, x.shape[last]!);
  return y;
});

const batchNorm: OwnKernel = floatsOnly("FusedBatchNorm", (call) => {
  const { backend, attrs } = call;
  const { x, mean, variance } = inputsOf<"x" | "mean" | "variance">(call);
  const { scale, offset } = call.inputs;
  const channels = x.shape[x.shape.length - 1] ?? 1;
  const perChannel = [mean, variance, scale, offset].every(
    (each) => !each || util.sizeFromShape(each.shape) === channels,
  );
  const size = util.sizeFromShape(x.shape);
  if (!perChannel || size === 0) return fallback("FusedBatchNorm", call);
  const y = backend.output(x.shape);
  const rowsPerChunk = Math.max(1, Math.floor(NUMBERS_PER_CHUNK / channels));
  const rows = size / channels;
  const addresses = [mean, variance, scale, offset].map((each) => (each ? backend.address(each) : 0));
  const ints = [backend.address(x), backend.address(y), rows, channels, rowsPerChunk, ...addresses];
  const epsilon = (attrs["varianceEpsilon"] as number | undefined) ?? 0.001;
  backend.run(Kernel.BatchNorm, Math.ceil(rows / rowsPerChunk), ints, [epsilon]);
  return y;
});

export const overRowsOfNumbers: Record<string, OwnKernel> = {
  Softmax: softmax,
  ArgMax: argMax,
  FusedBatchNorm: batchNorm,
};
