import * as tf from "@tensorflow/tfjs";
import type { CaseMaker } from "../compare-backends";
import type { RandomValues } from "../random-values";

type Reduce = (x: tf.Tensor, axis?: number[], keepDims?: boolean) => tf.Tensor;

const reduce: Record<string, Reduce> = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  prod: tf.prod,
};

function axes(random: RandomValues, rank: number): number[] | undefined {
  const chosen = Array.from({ length: rank }, (_, i) => i).filter(() => random.chance(0.5));
  return random.chance(0.2) ? undefined : chosen;
}

/** A shape without zeros: tfjs does not define the largest of no values. */
function filled(random: RandomValues, lowest: number, highest: number, most = 12): number[] {
  return random.shape(lowest, highest, most).map((size) => Math.max(1, size));
}

export const reductionCases: Record<string, CaseMaker> = {
  ...Object.fromEntries(
    Object.entries(reduce).map(([name, op]): [string, CaseMaker] => [
      name,
      (random) => {
        const shape = /max|min/.test(name) ? filled(random, 1, 4) : random.shape(1, 4);
        const axis = axes(random, shape.length);
        const keepDims = random.chance(0.3);
        // A product of many int32 values leaves the range in which cpu's float64 arithmetic is exact.
        const dtype = name !== "prod" && random.chance(0.2) ? "int32" : "float32";
        return {
          text: `${name} axis ${axis?.join()} keepDims ${keepDims}`,
          // Nor with special values: cpu's float64 does not underflow to the 0 that makes 0 · ∞ = NaN.
          inputs: [random.input(shape, name !== "prod" && random.chance(0.15) ? "special" : "any", dtype)],
          run: (x) => op(x, axis, keepDims),
          tolerance: 1e-4,
        };
      },
    ]),
  ),
  "sum of many": (random) => ({
    text: "sum",
    inputs: [random.input([random.int(1, 3), random.int(1000, 70000)])],
    run: (x) => [tf.sum(x), tf.sum(x, 1), tf.mean(x, 0)],
    tolerance: 1e-4,
  }),
  "gradients of sum and mean": (random) => {
    const shape = filled(random, 1, 4);
    const axis = axes(random, shape.length);
    return {
      text: `gradients of sum and mean axis ${axis?.join()}`,
      inputs: [random.input(shape)],
      run: (x) => [tf.grad((p) => tf.sum(p, axis).square())(x), tf.grad((p) => tf.mean(p, axis).square())(x)],
      tolerance: 1e-4,
    };
  },
  "any and all": (random) => {
    const shape = random.shape(1, 4);
    const axis = axes(random, shape.length);
    return {
      text: `any, all axis ${axis?.join()}`,
      inputs: [random.input(shape, "any", "bool")],
      run: (x) => [tf.any(x, axis), tf.all(x, axis)],
    };
  },
  "argMax and argMin": (random) => {
    const shape = filled(random, 1, 4);
    const axis = random.int(0, shape.length - 1);
    return {
      text: `argMax axis ${axis}`,
      inputs: [random.input(shape)],
      run: (x) => [tf.argMax(x, axis), tf.argMin(x, axis)],
    };
  },
  moments: (random) => {
    const shape = filled(random, 1, 4);
    const axis = axes(random, shape.length);
    return {
      text: `moments axis ${axis?.join()}`,
      inputs: [random.input(shape)],
      run: (x) => {
        const { mean, variance } = tf.moments(x, axis);
        return [mean, variance];
      },
      tolerance: 1e-4,
    };
  },
  "batch norm and its gradients": (random) => {
    const shape = filled(random, 4, 4, 7);
    const channels = [shape[3]!];
    return {
      text: "batchNorm",
      inputs: [random.input(shape), random.input(channels), random.input(channels, "positive"), random.input(channels), random.input(channels)], // prettier-ignore
      run: (x, mean, variance, offset, scale) => {
        const norm = (p: tf.Tensor, o: tf.Tensor, s: tf.Tensor) =>
          tf.batchNorm(
            p as tf.Tensor4D,
            mean as tf.Tensor1D,
            variance as tf.Tensor1D,
            o as tf.Tensor1D,
            s as tf.Tensor1D,
            1e-3,
          );
        return [norm(x, offset, scale), ...tf.grads((p, o, s) => norm(p, o, s).square())([x, offset, scale])];
      },
      tolerance: 1e-4,
    };
  },
  cumsum: (random) => {
    const shape = filled(random, 1, 3);
    return {
      text: "cumsum",
      inputs: [random.input(shape)],
      run: (x) => tf.cumsum(x, shape.length - 1),
      tolerance: 1e-4,
    };
  },
};
