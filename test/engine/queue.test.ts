import { heapInfo, opReport, resetOpReport, selectBackend } from "#engine";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

// Whole numbers below 2²⁴: float32 adds them exactly, so each expected value is a plain sum.
describe("the simd backend's queue of jobs", () => {
  before(() => selectBackend({ backend: "simd", threads: 3 }));

  for (const size of [100, 5_000, 100_000]) {
    it(`computes thousands of ops on ${size} numbers before any is read, reusing memory meanwhile`, () => {
      const rounds = size > 50_000 ? 300 : 1500;
      const expected = new Float64Array(size);
      const long = tf.ones([1500, 1500]);
      const total = tf.tidy(() => {
        let sum: tf.Tensor = tf.zeros([size]);
        for (let round = 0; round < rounds; round++) {
          // While the threads are at this, jobs queue up.
          if (round % 75 === 0) tf.tidy(() => void tf.matMul(long, long).neg());
          // New data go to memory that queued jobs may yet have to read in its former use.
          const values = Float32Array.from({ length: size }, (_, i) => (i * 7 + round) % 11);
          values.forEach((value, i) => (expected[i]! += value));
          const next = tf.tidy(() => tf.add(sum, tf.sub(tf.add(tf.tensor1d(values), 3), 3)));
          sum.dispose();
          sum = next;
        }
        return sum;
      });
      assert.deepEqual([...total.dataSync()], [...expected]);
      tf.dispose([long, total]);
    });
  }

  it("lets ops of tfjs' own, in JavaScript, read what is queued before them, and be read after them", () => {
    resetOpReport();
    const result = tf.tidy(() => {
      let x: tf.Tensor1D = tf.ones([50_000]);
      for (let i = 0; i < 20; i++) x = tf.reverse1d(x.add<tf.Tensor1D>(tf.range(0, 50_000)));
      return x;
    });
    assert.ok(
      opReport().some(({ ranOn }) => ranOn === "fallback"),
      "no op fell back: take another one",
    );
    assert.deepEqual(new Set(result.dataSync()), new Set([1 + 10 * 49_999]));
    result.dispose();
  });

  it("takes more jobs at a time than it has room for", async () => {
    // Each row and column near the border of this input meets other parts of the kernel.
    const dy = tf.tensor4d(
      Float32Array.from({ length: 60 * 60 * 2 }, (_, i) => i % 5),
      [1, 60, 60, 2],
    );
    const filter = tf.tensor4d(
      Float32Array.from({ length: 59 * 59 * 4 }, (_, i) => i % 3),
      [59, 59, 2, 2],
    );
    const gradient = () =>
      tf.tidy(() => tf.conv2dTranspose(dy, filter, [1, 60, 60, 2], 1, "same").dataSync());
    const own = gradient();
    await selectBackend({ backend: "cpu" });
    const expected = gradient();
    await selectBackend({ backend: "simd" });
    assert.deepEqual([...own], [...expected]);
    tf.dispose([dy, filter]);
  });

  it("goes on by itself when nothing is read, and gives all memory back", async () => {
    const product = () => tf.tidy(() => tf.matMul(tf.ones([300, 300]), tf.ones([300, 300])).neg());
    product().dispose(); // what it keeps for the next time, it keeps
    const used = heapInfo()!.bytesInUse;
    for (let round = 0; round < 20; round++) {
      product().dispose();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const kept = product();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(new Set(await kept.data()), new Set([-300]));
    kept.dispose();
    assert.equal(heapInfo()!.bytesInUse, used);
  });
});
