import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { BinaryOp, UnaryOp } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { compute as binary } from "./broadcasting";
import { convolve } from "./convolution";
import { convInfo, type ConvAttrs } from "./images";
import type { Ending } from "./deferred";
import { unary } from "./elementwise";
import { fallback, floatsOnly, type OwnKernel } from "./kernel";
import { matMul } from "./matmul";

const activations: Partial<Record<string, UnaryOp>> = {
  relu: UnaryOp.Relu,
  relu6: UnaryOp.Relu6,
  elu: UnaryOp.Elu,
  sigmoid: UnaryOp.Sigmoid,
  leakyrelu: UnaryOp.LeakyRelu,
};

/** What a product or convolution of so many columns can end with by itself, and what then is left to be done. */
function split(
  bias: TensorInfo | undefined,
  columns: number,
  activation: string | undefined,
): { ending: Ending; rest: { bias?: TensorInfo; activation?: string | undefined } } {
  if (bias && !isOnePerColumn(bias, columns)) return { ending: {}, rest: { bias, activation } };
  const ending = bias ? { bias } : {};
  return activation === "relu"
    ? { ending: { ...ending, relu: true }, rest: {} }
    : { ending, rest: { activation } };
}

/** The rest of {@link split}. */
function finish(
  backend: SimdBackend,
  product: TensorInfo,
  { bias, activation }: { bias?: TensorInfo; activation?: string | undefined },
  attrs: Record<string, unknown>,
  alpha: TensorInfo | undefined,
): TensorInfo {
  const replace = (before: TensorInfo, after: TensorInfo) => {
    backend.disposeIntermediateTensorInfo(before);
    return after;
  };
  let result = product;
  if (bias) result = replace(result, binary(backend, BinaryOp.Add, result, bias));
  if (!activation || activation === "linear") return result;
  if (activation === "prelu") return replace(result, binary(backend, BinaryOp.Prelu, result, alpha!));
  const op = activations[activation];
  if (op === undefined) throw new Error(`the simd backend knows no activation "${activation}" of a fused op`);
  const slope = (attrs["leakyreluAlpha"] as number | undefined) ?? 0.2;
  return replace(result, unary(backend, op, result, slope));
}

function isOnePerColumn(bias: TensorInfo, columns: number): boolean {
  return bias.shape.length === 1 && util.sizeFromShape(bias.shape) === columns;
}

const fusedMatMul: OwnKernel = floatsOnly("_FusedMatMul", ({ inputs, attrs, backend }) => {
  const { a, b, bias, preluActivationWeights } = inputs as {
    a: TensorInfo;
    b: TensorInfo;
    [name: string]: TensorInfo;
  };
  const transposeB = attrs["transposeB"] === true;
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)]!;
  const { ending, rest } = split(bias, columns, attrs["activation"] as string | undefined);
  const { shape, compute } = matMul(backend, a, b, attrs["transposeA"] === true, transposeB);
  const product = backend.output(shape);
  compute(product, ending);
  return finish(backend, product, rest, attrs, preluActivationWeights);
});

const fusedConv2D: OwnKernel = floatsOnly("FusedConv2D", (call) => {
  const { inputs, attrs, backend } = call;
  const { x, filter, bias, preluActivationWeights } = inputs as {
    x: TensorInfo;
    filter: TensorInfo;
    [name: string]: TensorInfo;
  };
  const info = convInfo(x.shape, filter.shape, attrs as unknown as ConvAttrs);
  if (!info) return fallback("FusedConv2D", call);
  const { ending, rest } = split(bias, info.outChannels, attrs["activation"] as string | undefined);
  const product = backend.output(info.outShape);
  convolve(backend, x, filter, info, product, ending);
  return finish(backend, product, rest, attrs, preluActivationWeights);
});

const addN: OwnKernel = floatsOnly("AddN", ({ inputs, backend }) => {
  const [first, ...others] = Object.values(inputs) as [TensorInfo, ...TensorInfo[]];
  let sum = backend.alias(first, first.shape);
  for (const other of others) {
    const next = binary(backend, BinaryOp.Add, sum, other);
    backend.disposeIntermediateTensorInfo(sum);
    sum = next;
  }
  return sum;
});

/** Several kernels in one. */
export const fused: Record<string, OwnKernel> = {
  _FusedMatMul: fusedMatMul,
  FusedConv2D: fusedConv2D,
  AddN: addN,
};
