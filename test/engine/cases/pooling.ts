import * as tf from "@tensorflow/tfjs";
import type { CaseMaker } from "../compare-backends";
import type { RandomValues } from "../random-values";

type Pool = (x: tf.Tensor4D, size: [number, number], strides: [number, number], pad: "valid" | "same" | number, rounding?: "floor") => tf.Tensor; // prettier-ignore

function pooling(random: RandomValues) {
  const size: [number, number] = random.chance(0.5) ? [2, 2] : [random.int(1, 4), random.int(1, 4)];
  const strides: [number, number] = random.chance(0.5) ? size : [random.int(1, 3), random.int(1, 3)];
  const pad = random.pick<"valid" | "same" | number>(["valid", "same", random.int(0, Math.min(...size) - 1)]);
  const shape = [random.size(5), size[0] + random.int(0, 10), size[1] + random.int(0, 10), random.size(13)];
  return { size, strides, pad, shape, text: `size ${size.join()} strides ${strides.join()} pad ${pad}` };
}

function forward(name: string, pool: Pool, special: boolean): CaseMaker {
  return (random) => {
    const { size, strides, pad, shape, text } = pooling(random);
    return {
      text: `${name} ${text}`,
      inputs: [random.input(shape, special && random.chance(0.3) ? "special" : "any")],
      run: (x) => pool(x as tf.Tensor4D, size, strides, pad, typeof pad === "number" ? "floor" : undefined),
    };
  };
}

function gradient(name: string, pool: Pool): CaseMaker {
  return (random) => {
    const { size, strides, pad, shape, text } = pooling(random);
    const rounding = typeof pad === "number" ? "floor" : undefined;
    return {
      text: `gradient of ${name} ${text}`,
      inputs: [random.input(shape)],
      run: (x) => tf.grad((p) => pool(p as tf.Tensor4D, size, strides, pad, rounding).square())(x),
    };
  };
}

export const poolingCases: Record<string, CaseMaker> = {
  maxPool: forward("maxPool", tf.maxPool, true),
  avgPool: forward("avgPool", tf.avgPool, true),
  "gradient of maxPool": gradient("maxPool", tf.maxPool),
  "gradient of avgPool": gradient("avgPool", tf.avgPool),
  "gradient of maxPool where values are equal": (random) => {
    const { size, strides, pad, shape, text } = pooling(random);
    const rounding = typeof pad === "number" ? "floor" : undefined;
    const x = random.input(shape);
    x.values = x.values.map((value) => Math.round(value));
    return {
      text: `gradient of maxPool, ties, ${text}`,
      inputs: [x],
      run: (p) => tf.grad((q) => tf.maxPool(q as tf.Tensor4D, size, strides, pad, rounding).square())(p),
    };
  },
};
