import * as tf from "@tensorflow/tfjs";
import type { CaseMaker } from "../compare-backends";
import type { RandomValues } from "../random-values";

const ACTIVATIONS = ["linear", "relu", "sigmoid", "elu", "relu6", "leakyrelu"] as const;

function matrices(random: RandomValues, batch: [number[], number[]], special: boolean) {
  const [m, k, n] = [random.size(), random.size(70), random.size()];
  const [transposeA, transposeB] = [random.chance(0.5), random.chance(0.5)];
  const range = special ? "special" : "any";
  const a = random.input([...batch[0], ...(transposeA ? [k, m] : [m, k])], range);
  const b = random.input([...batch[1], ...(transposeB ? [n, k] : [k, n])], range);
  return { a, b, n, transposeA, transposeB };
}

export const productCases: Record<string, CaseMaker> = {
  "matMul of matrices": (random) => {
    const { a, b, transposeA, transposeB } = matrices(random, [[], []], random.chance(0.2));
    return {
      text: `matMul transposeA ${transposeA} transposeB ${transposeB}`,
      inputs: [a, b],
      run: (x, y) => tf.matMul(x, y, transposeA, transposeB),
    };
  },
  "matMul of batches, broadcast": (random) => {
    // Not [2, 1] with [3]: there cpu computes 3 of the 6 products.
    const batch = random.pick<[number[], number[]]>([[[3], [3]], [[1], [4]], [[5], [1]], [[2, 3], [2, 3]]]); // prettier-ignore
    const { a, b, transposeA, transposeB } = matrices(random, batch, false);
    return {
      text: `matMul transposeA ${transposeA} transposeB ${transposeB}`,
      inputs: [a, b],
      run: (x, y) => tf.matMul(x, y, transposeA, transposeB),
    };
  },
  "matMul longer than a block": (random) => {
    const [m, k, n] = [random.int(1, 150), random.int(250, 1100), random.int(1, 90)];
    return {
      text: "matMul",
      inputs: [random.input([m, k]), random.input([k, n])],
      run: (x, y) => tf.matMul(x, y),
    };
  },
  "matMul with bias and activation": (random) => {
    const { a, b, n, transposeA, transposeB } = matrices(random, [[], []], false);
    const activation = random.pick(ACTIVATIONS);
    return {
      text: `fused.matMul ${activation} transposeA ${transposeA} transposeB ${transposeB}`,
      inputs: [a, b, random.input([n])],
      run: (x, y, bias) =>
        tf.fused.matMul({
          a: x,
          b: y,
          bias: bias,
          activation,
          transposeA,
          transposeB,
          leakyreluAlpha: 0.1,
        }),
    };
  },
  "gradients of matMul": (random) => {
    const { a, b, transposeA, transposeB } = matrices(random, [[], []], false);
    return {
      text: `gradients of matMul transposeA ${transposeA} transposeB ${transposeB}`,
      inputs: [a, b],
      run: (x, y) => tf.grads((p, q) => tf.matMul(p, q, transposeA, transposeB).square())([x, y]),
      tolerance: 1e-4,
    };
  },
  dot: (random) => {
    const k = random.size(3000);
    return {
      text: "dot",
      inputs: [random.input([k]), random.input([k])],
      // Beside it the sum of the products' sizes: a dot product that cancels out has the error of its terms.
      run: (x, y) => tf.stack([tf.dot(x, y), tf.dot(x.abs(), y.abs())]),
      tolerance: 1e-5,
    };
  },
};
