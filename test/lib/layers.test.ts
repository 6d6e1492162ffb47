import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  countParameters,
  Dropout,
  Dropout2d,
  Linear,
  seedEverything,
} from "../../lib";

describe("layers", () => {
  it("are initialised uniformly in ±1/√fanIn, as PyTorch's", () => {
    for (const [layer, fanIn] of [
      [new Linear(100, 3136), 100],
      [new Conv2d(10, 20, 5), 250],
      [new ConvTranspose2d(64, 32, 4), 512],
    ] as const) {
      const bound = 1 / Math.sqrt(fanIn);
      const values = layer.weight.dataSync<"float32">();
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(largest <= bound && largest > 0.95 * bound, `${String(layer)}: ${largest} of ${bound}`);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      assert.ok(Math.abs(mean) < bound / 10);
    }
  });

  it("draws a new dropout mask on every call, keeps the mean, and does nothing in evaluation", () => {
    seedEverything(3);
    const layer = new Dropout<tf.Tensor2D>(0.5);
    const x = tf.ones<tf.Rank.R2>([100, 50]);
    const [first, second] = [layer.forward(x).dataSync<"float32">(), layer.forward(x).dataSync<"float32">()];
    assert.notDeepEqual(first, second);
    assert.deepEqual(new Set(first), new Set([0, 2]));
    assert.ok(Math.abs(first.reduce((sum, value) => sum + value) / 5000 - 1) < 0.1);
    assert.deepEqual(layer.eval().forward(x).dataSync(), x.dataSync());
  });

  it("drops whole channels in two dimensions", () => {
    const dropped = new Dropout2d(0.5)
      .forward(tf.ones<tf.Rank.R4>([4, 3, 3, 16]))
      .sum([1, 2])
      .dataSync();
    assert.deepEqual(new Set(dropped), new Set([0, 18]));
  });

  it("normalises a batch, and with its running statistics in evaluation", () => {
    const layer = new BatchNorm2d(2);
    const x = tf.randomNormal<tf.Rank.R4>([64, 5, 5, 2], 3, 2, "float32", 1);
    for (let i = 0; i < 80; i++) tf.tidy(() => layer.forward(x));
    for (const y of [layer.forward(x), layer.eval().forward(x)]) {
      const { mean, variance } = tf.moments(y, [0, 1, 2]);
      for (const value of mean.dataSync()) assert.ok(Math.abs(value) < 1e-2, String(value));
      for (const value of variance.dataSync()) assert.ok(Math.abs(value - 1) < 1e-2, String(value));
    }
    assert.deepEqual([countParameters(layer), layer.stateDict().size], [4, 4]);
  });

  it("name themselves and both shapes when data does not fit", () => {
    assert.throws(
      () => new Linear(320, 50).forward(tf.ones([8, 160])),
      /Linear\(320 → 50\) expects input of shape \[batch, 320\], got \[8, 160\]/,
    );
    assert.throws(
      () => new Conv2d(1, 10, 5).forward(tf.ones([8, 28, 28, 3])),
      /Conv2d\(1 → 10.*, 1\], got \[8, 28, 28, 3\]/,
    );
    assert.throws(() => new Conv2d(1, 10, 5).forward(tf.ones([8, 4, 4, 1])), /height ≥ 5/);
    assert.throws(() => new Linear(0, 5), /Linear: inFeatures must be a whole number of at least 1, got 0/);
    assert.throws(() => new Dropout(1), /probability must be in \[0, 1\), got 1/);
  });
});
