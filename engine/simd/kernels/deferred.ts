import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "../backend";
import type { Continuations } from "../heap-tensor";
import { inNameOf } from "../report";

// Products and convolutions, and sums with a bias, are put off until somebody asks for their numbers. Mostly that is
// a bias, relu or relu's gradient, which then are applied before the numbers leave the cache, and what lies between
// is never written: a pass over memory each. Should it be asked for after all, it is computed then.

/** What follows a product in the same pass over its numbers: a bias, one number a column; relu, or relu's gradient. */
export interface Ending {
  bias?: TensorInfo;
  relu?: boolean;
  /** relu's result, of the product's size: where it is not above 0, neither is the gradient. */
  mask?: TensorInfo;
}

/** Results smaller than this, in numbers, are not worth putting off. */
const LEAST = 16384;

export function isWorthDeferring(backend: SimdBackend, shape: number[]): boolean {
  return backend.defers && util.sizeFromShape(shape) >= LEAST;
}

export interface Product {
  /** The op it counts as, whoever asks for it. */
  op: string;
  shape: number[];
  /** What it is computed from: kept until then. */
  inputs: TensorInfo[];
  compute: (into: TensorInfo, ending: Ending) => void;
}

/** A product's result, computed at once if it is small. */
export function deferredProduct(backend: SimdBackend, product: Product, bias?: TensorInfo): TensorInfo {
  const { op, shape, inputs, compute } = product;
  const computed = (resultShape: number[], ending: Ending) => {
    const result = backend.output(resultShape);
    inNameOf(op, backend, () => compute(result, ending));
    return result;
  };
  const withBias: Ending = bias ? { bias } : {};
  if (!isWorthDeferring(backend, shape)) return computed(shape, withBias);
  const columns = shape[shape.length - 1];
  const plus = (added: TensorInfo, as: number[]) => {
    if (added.shape[0] !== columns || as[as.length - 1] !== columns) return undefined;
    return deferredProduct(backend, { op, shape: as, inputs, compute }, added);
  };
  // Each object has all properties from the start: spreading makes V8 a hidden class a time.
  const continuations: Continuations = {
    plus: bias ? undefined : plus,
    relu: (as) => computed(as, bias ? { bias, relu: true } : { relu: true }),
    reluGrad: bias ? undefined : (y) => computed(y.shape, { mask: y }),
  };
  const into = (result: TensorInfo) => inNameOf(op, backend, () => compute(result, withBias));
  return backend.defer(shape, bias ? [...inputs, bias] : inputs, into, continuations);
}

/** The same tensor as a variable is now: it may be given another value before it is asked for. */
export function asItIs({ dataId, shape, dtype }: TensorInfo): TensorInfo {
  return { dataId, shape, dtype };
}

/** An ending for assembly/products.ts: the bias' address or 0, 0 or 1, and how far the mask lies from the result or 0. */
export interface EndingInts {
  bias: number;
  relu: number;
  mask: number;
}

export function endingOf(backend: SimdBackend, result: number, { bias, relu, mask }: Ending): EndingInts {
  return {
    bias: bias ? backend.address(bias) : 0,
    relu: relu ? 1 : 0,
    mask: mask ? backend.address(mask) - result : 0,
  };
}
