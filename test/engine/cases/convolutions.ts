import * as tf from "@tensorflow/tfjs";
import type { CaseMaker } from "../compare-backends";
import type { RandomValues } from "../random-values";

type Padding =
  "valid" | "same" | number | [[number, number], [number, number], [number, number], [number, number]];
type Size4 = [number, number, number, number];

/** Sizes of a convolution that has at least one output, mostly. */
function convolution(random: RandomValues) {
  const [kh, kw] = random.chance(0.6)
    ? Array<number>(2).fill(random.pick([1, 3, 4, 5, 7]))
    : [random.int(1, 5), random.int(1, 5)];
  const strides: [number, number] = random.chance(0.7) ? [1, 1] : [random.int(1, 3), random.int(1, 3)];
  const dilations: [number, number] =
    strides[0] === 1 && strides[1] === 1 && random.chance(0.2)
      ? [random.int(1, 3), random.int(1, 2)]
      : [1, 1];
  const pad: Padding = random.pick<Padding>([
    "valid",
    "same",
    random.int(0, 2),
    [[0, 0], [random.int(0, 2), random.int(0, 2)], [random.int(0, 2), random.int(0, 2)], [0, 0]], // prettier-ignore
  ]);
  const height = (kh! - 1) * dilations[0] + random.int(1, 12);
  const width = (kw! - 1) * dilations[1] + random.int(1, 12);
  const batch = random.size(5, 0.05);
  const [inChannels, outChannels] = [random.size(20, 0), random.size(20, 0)];
  const x: Size4 = [batch, height, width, inChannels];
  const filter: Size4 = [kh!, kw!, inChannels, outChannels];
  return {
    x,
    filter,
    strides,
    dilations,
    pad,
    text: `strides ${strides.join()} dilations ${dilations.join()} pad ${JSON.stringify(pad)}`,
  };
}

const rounding = (pad: Padding) => (typeof pad === "string" ? undefined : "floor");

export const convolutionCases: Record<string, CaseMaker> = {
  conv2d: (random) => {
    const { x, filter, strides, dilations, pad, text } = convolution(random);
    return {
      text: `conv2d ${text}`,
      inputs: [random.input(x, random.chance(0.2) ? "special" : "any"), random.input(filter)],
      run: (a, f) =>
        tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, strides, pad, "NHWC", dilations, rounding(pad)),
    };
  },
  "conv2d, channels first": (random) => {
    const { x, filter, strides, text, pad } = convolution(random);
    const simplePad = typeof pad === "object" ? "valid" : pad;
    return {
      text: `conv2d NCHW ${text}`,
      inputs: [random.input([x[0], x[3], x[1], x[2]]), random.input(filter)],
      run: (a, f) =>
        tf.conv2d(
          a as tf.Tensor4D,
          f as tf.Tensor4D,
          strides,
          simplePad,
          "NCHW",
          [1, 1],
          rounding(simplePad),
        ),
    };
  },
  "conv2d with bias and activation": (random) => {
    const { x, filter, strides, dilations, pad, text } = convolution(random);
    const activation = random.pick(["linear", "relu", "sigmoid", "elu", "leakyrelu"] as const);
    const dimRoundingMode = rounding(pad);
    return {
      text: `fused.conv2d ${activation} ${text}`,
      inputs: [random.input(x), random.input(filter), random.input([filter[3]])],
      run: (a, f, bias) =>
        tf.fused.conv2d({
          x: a as tf.Tensor4D,
          filter: f as tf.Tensor4D,
          bias: bias,
          strides,
          pad,
          dilations,
          activation,
          leakyreluAlpha: 0.2,
          ...(dimRoundingMode && { dimRoundingMode }),
        }),
      // A sigmoid's result does not show how large the sum was that it was taken of.
      tolerance: 1e-4,
    };
  },
  "gradients of conv2d": (random) => {
    const { x, filter, strides, pad, text } = convolution(random);
    return {
      text: `gradients of conv2d ${text}`,
      inputs: [random.input(x), random.input(filter)],
      run: (a, f) =>
        tf.grads((p, q) =>
          tf.conv2d(p as tf.Tensor4D, q as tf.Tensor4D, strides, pad, "NHWC", 1, rounding(pad)).square(),
        )([a, f]),
      tolerance: 1e-4,
    };
  },
  "conv2dTranspose and its gradients": (random) => {
    const [k, stride] = [random.int(1, 5), random.int(1, 3)];
    const pad = random.pick<"same" | "valid" | number>([
      "same",
      "valid",
      random.int(0, Math.floor((k - 1) / 2)),
    ]);
    const [n, h, w] = [random.size(4, 0), random.int(1, 8), random.int(1, 8)];
    const [inChannels, outChannels] = [random.size(20, 0), random.size(20, 0)];
    const grow = (size: number) =>
      pad === "same" ? size * stride : (size - 1) * stride + k - 2 * (pad === "valid" ? 0 : pad);
    const outShape: Size4 = [n, grow(h), grow(w), outChannels];
    const rounded = typeof pad === "number" ? "floor" : undefined;
    const run = (p: tf.Tensor, q: tf.Tensor) =>
      tf.conv2dTranspose(p as tf.Tensor4D, q as tf.Tensor4D, outShape, stride, pad, rounded);
    return {
      text: `conv2dTranspose kernel ${k} stride ${stride} pad ${pad}`,
      inputs: [random.input([n, h, w, inChannels]), random.input([k, k, outChannels, inChannels])],
      run: (a, f) => [run(a, f), ...tf.grads((p, q) => run(p, q).square())([a, f])],
      tolerance: 1e-4,
    };
  },
  "depthwiseConv2d and its gradients": (random) => {
    const channels = random.size(9, 0);
    const run = (p: tf.Tensor, q: tf.Tensor) =>
      tf.depthwiseConv2d(p as tf.Tensor4D, q as tf.Tensor4D, 1, "same");
    return {
      text: "depthwiseConv2d",
      inputs: [
        random.input([random.size(3, 0), random.int(3, 9), random.int(3, 9), channels]),
        random.input([3, 3, channels, random.int(1, 2)]),
      ],
      run: (a, f) => [run(a, f), ...tf.grads((p, q) => run(p, q).square())([a, f])],
      tolerance: 1e-4,
    };
  },
};
