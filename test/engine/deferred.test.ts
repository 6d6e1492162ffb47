import { heapInfo, opReport, resetOpReport, selectBackend } from "#engine";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, it } from "node:test";

// Sizes from which results are put off: see engine/simd/kernels/deferred.ts.
const [batch, size, channels, filters] = [4, 20, 12, 16];

const whole = (count: number, most: number) =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7919) % (2 * most + 1)) - most);

function convolve(images: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  return tf.conv2d(images, kernel, 1, "same");
}

function slopeOf(f: (images: tf.Tensor4D) => tf.Tensor4D, images: tf.Tensor4D): tf.Tensor {
  return tf.grad((each: tf.Tensor) => f(each as tf.Tensor4D).sum())(images);
}

describe("products that the simd backend puts off", () => {
  let used: number;
  let tensors: number;
  let x: tf.Tensor4D;
  let filter: tf.Variable<tf.Rank.R4>;
  let bias: tf.Variable<tf.Rank.R1>;

  before(async () => {
    await selectBackend({ backend: "simd" });
    // What is kept for the next convolution of such sizes, is kept from here on.
    tf.tidy(() => {
      convolve(small(), ones(3, 3, channels, filters)).dataSync();
      slopeOf((images) => convolve(images, ones(3, 3, channels, filters)), small()).dataSync();
    });
    tf.tidy(() => convolve(large(), ones(5, 5, 32, 32)).dataSync());
  });

  beforeEach(() => {
    used = heapInfo()!.bytesInUse;
    tensors = tf.memory().numTensors;
    x = tf.tensor4d(whole(batch * size * size * channels, 5), [batch, size, size, channels]);
    tf.tidy(() => {
      filter = tf.variable(tf.tensor4d(whole(9 * channels * filters, 3), [3, 3, channels, filters]));
      bias = tf.variable(tf.tensor1d(whole(filters, 9)));
    });
  });

  afterEach(() => {
    tf.dispose([x, filter, bias]);
    assert.equal(tf.memory().numTensors - tensors, 0);
    assert.equal(heapInfo()!.bytesInUse, used, "memory is not given back");
  });

  const ones = (...shape: [number, number, number, number]) => tf.ones<tf.Rank.R4>(shape);
  const small = () => ones(batch, size, size, channels);
  const large = () => ones(8, 64, 64, 32);

  /** What relu(conv(x) + bias) is, every step read on its own. */
  function stepByStep(): { product: number[]; sum: number[]; relu: number[] } {
    return tf.tidy(() => {
      const product = [...convolve(x, filter).dataSync()];
      const added = [...bias.dataSync()];
      const sum = product.map((value, i) => value + added[i % filters]!);
      return { product, sum, relu: sum.map((value) => Math.max(0, value)) };
    });
  }

  it("are the same with bias and relu on the way, and each step between can be asked for afterwards", () => {
    const expected = stepByStep();
    const product = convolve(x, filter);
    const sum = product.add(bias);
    const relu = sum.relu();
    assert.deepEqual([...relu.dataSync()], expected.relu);
    assert.deepEqual([...sum.dataSync()], expected.sum);
    assert.deepEqual([...product.dataSync()], expected.product);
    tf.dispose([product, sum, relu]);
  });

  it("are computed from what the operands were, although they are disposed of or assigned to before", () => {
    const expected = stepByStep();
    const copy = x.clone();
    const product = convolve(copy, filter);
    const sum = product.add(bias);
    copy.dispose();
    product.dispose();
    const [otherFilter, otherBias] = [filter.mul<tf.Tensor4D>(2), bias.mul<tf.Tensor1D>(2)];
    filter.assign(otherFilter);
    bias.assign(otherBias);
    assert.deepEqual([...sum.dataSync()], expected.sum);
    tf.dispose([sum, otherFilter, otherBias]);
  });

  it("hold on to nothing when they are never asked for", () => {
    tf.tidy(() => void convolve(x, filter).add(bias).relu());
    tf.tidy(() => void convolve(x, filter).add(bias));
    const product = convolve(x, filter);
    product.dispose();
  });

  it("give relu's gradient on the way back", () => {
    const masked = tf.tidy(() => {
      // y = Σ conv(relu(w), filter): its slope by relu(w) is a product that ends with relu's gradient.
      const slope = slopeOf((w) => convolve(w.relu(), filter), x);
      const plain = slopeOf((w) => convolve(w, filter), x);
      const positive = [...x.dataSync()].map((value) => (value > 0 ? 1 : 0));
      const expected = [...plain.dataSync()].map((value, i) => value * positive[i]! + 0);
      return { actual: [...slope.dataSync()].map((value) => value + 0), expected };
    });
    assert.deepEqual(masked.actual, masked.expected);
  });

  it("count as what they are in the report, and take their time when they are timed", async () => {
    resetOpReport({ timing: true });
    tf.tidy(() => void convolve(x, filter).add(bias).relu().dataSync());
    const flops = Object.fromEntries(opReport().map((use) => [use.op, use.flops]));
    resetOpReport({ timing: false });
    assert.equal(flops["Conv2D"], 2 * batch * size * size * 9 * channels * filters);
    assert.equal(flops["Relu"], 0);
    const [images, kernel] = [large(), ones(5, 5, 32, 32)];
    resetOpReport();
    await tf.time(() => tf.tidy(() => void convolve(images, kernel)));
    assert.ok(
      opReport().some(({ op, flops: done }) => op === "Conv2D" && done > 1e9),
      "it was not computed",
    );
    tf.dispose([images, kernel]);
  });
});

describe("products that end with a bias, relu or its gradient", () => {
  before(() => selectBackend({ backend: "simd" }));

  // Tiles of 4, 8 and 12 columns, cut ones, and the way of its own that one column goes.
  for (const columns of [1, 3, 4, 10, 13, 16, 20, 50]) {
    it(`are right where there are ${columns} columns`, () => {
      const images = Math.ceil(16384 / (900 * columns));
      const { actual, expected } = tf.tidy(() => {
        const values = tf.tensor4d(whole(images * 900 * columns, 5), [images, 30, 30, columns]);
        const kernel = tf.tensor4d(whole(9 * columns * columns, 2), [3, 3, columns, columns]);
        const added = tf.tensor1d(whole(columns, 9));
        const plain = convolve(values, kernel).dataSync();
        const slope = slopeOf((w) => convolve(w, kernel), values).dataSync();
        return {
          actual: {
            relu: convolve(values, kernel).relu().dataSync(),
            biasRelu: convolve(values, kernel).add(added).relu().dataSync(),
            reluGrad: slopeOf((w) => convolve(w.relu(), kernel), values).dataSync(),
          },
          expected: {
            relu: plain.map((value) => Math.max(0, value)),
            biasRelu: plain.map((value, i) => Math.max(0, value + added.dataSync()[i % columns]!)),
            reluGrad: slope.map((value, i) => (values.dataSync()[i]! > 0 ? value : 0)),
          },
        };
      });
      assert.deepEqual(actual, expected);
    });
  }
});
