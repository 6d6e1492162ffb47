import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { BinaryOp, UnaryOp } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { compute as binary } from "./broadcasting";
import { convolve } from "./convolution";
import { convInfo, type ConvAttrs } from "./images";
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

/** What follows a product or convolution: a bias that is not one number a column, and the activation. */
function finish(
  backend: SimdBackend,
  product: TensorInfo,
  bias: TensorInfo | undefined,
  attrs: Record<string, unknown>,
  alpha: TensorInfo | undefined,
): TensorInfo {
  const replace = (before: TensorInfo, after: TensorInfo) => {
    backend.disposeIntermediateTensorInfo(before);
    return after;
  };
  let result = product;
  if (bias) result = replace(result, binary(backend, BinaryOp.Add, result, bias));
  const activation = attrs["activation"] as string | undefined;
  if (!activation || activation === "linear") return result;
  if (activation === "prelu") return replace(result, binary(backend, BinaryOp.Prelu, result, alpha!));
  const op = activations[activation];
  if (op === undefined) throw new Error(`the simd backend knows no activation "${activation}" of a fused op`);
  const slope = (attrs["leakyreluAlpha"] as number | undefined) ?? 0.2;
  return replace(result, unary(backend, op, result, slope));
}

function isOnePerColumn(bias: TensorInfo | undefined, columns: number): boolean {
  return bias !== undefined && bias.shape.length === 1 && util.sizeFromShape(bias.shape) === columns;
}

const fusedMatMul: OwnKernel = floatsOnly("_FusedMatMul", ({ inputs, attrs, backend }) => {
  const { a, b, bias, preluActivationWeights } = inputs as {
    a: TensorInfo;
    b: TensorInfo;
    [name: string]: TensorInfo;
  };
  const transposeB = attrs["transposeB"] === true;
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)]!;
  const merged = isOnePerColumn(bias, columns);
  const { shape, compute } = matMul(backend, a, b, attrs["transposeA"] === true, transposeB);
  const product = backend.output(shape);
  compute(product, merged ? { bias: bias! } : {});
  return finish(backend, product, merged ? undefined : bias, attrs, preluActivationWeights);
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
  const merged = isOnePerColumn(bias, info.outChannels);
  const product = backend.output(info.outShape);
  convolve(backend, x, filter, info, product, merged ? { bias: bias! } : {});
  return finish(backend, product, merged ? undefined : bias, attrs, preluActivationWeights);
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
