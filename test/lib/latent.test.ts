import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { interpolateLatent, latentGrid, seedEverything, useBackend } from "../../lib";
import { fitGaussian, frechetDistance } from "../../lib/metrics/frechet-distance";

before(() => useBackend());

const near = (actual: ArrayLike<number>, expected: readonly number[]) =>
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i]! - value) < 1e-4, `${actual[i]} is not ${value}`),
  );

describe("interpolateLatent", () => {
  it("goes along the circle between two noises", async () => {
    const half = Math.SQRT1_2;
    near(await interpolateLatent(tf.tensor1d([1, 0]), tf.tensor1d([0, 1]), 3).data(), [
      1,
      0,
      half,
      half,
      0,
      1,
    ]);
  });

  it("goes straight between noises of one direction", async () => {
    near(await interpolateLatent(tf.tensor1d([1, 0]), tf.tensor1d([3, 0]), 3).data(), [1, 0, 2, 0, 3, 0]);
  });

  it("refuses one step, and noises of different sizes", () => {
    assert.throws(() => interpolateLatent(tf.ones([2]), tf.ones([2]), 1), /at least 2, got 1/);
    assert.throws(() => interpolateLatent(tf.ones([2]), tf.ones([3]), 4), /sizes 2 and 3/);
  });

  it("makes a grid whose neighbours are closer than its corners", async () => {
    seedEverything(1);
    const grid = latentGrid(20, 5, 4);
    assert.deepEqual(grid.shape, [20, 20]);
    const distance = async (a: number, b: number) =>
      (
        await grid
          .slice([a, 0], [1, 20])
          .sub(grid.slice([b, 0], [1, 20]))
          .norm()
          .data()
      )[0]!;
    assert.ok((await distance(0, 1)) < (await distance(0, 19)));
  });
});

describe("frechetDistance", () => {
  it("is that of the formula for independent features", () => {
    const a = { mean: Float64Array.of(0, 1), covariance: Float64Array.of(4, 0, 0, 1) };
    const b = { mean: Float64Array.of(3, 1), covariance: Float64Array.of(1, 0, 0, 9) };
    // 3² + (2 − 1)² + (1 − 3)²
    assert.ok(Math.abs(frechetDistance(a, b) - 14) < 1e-9);
  });

  it("is zero for the same, and does not depend on the order", () => {
    const values = (factor: number) => Array.from({ length: 300 }, (_, i) => Math.sin(i * factor) + (i % 3));
    const [a, b] = [fitGaussian(values(1.7), 3), fitGaussian(values(2.9), 3)];
    assert.ok(frechetDistance(a, a) < 1e-6);
    assert.ok(frechetDistance(a, b) > 0);
    assert.ok(Math.abs(frechetDistance(a, b) - frechetDistance(b, a)) < 1e-6);
  });
});
