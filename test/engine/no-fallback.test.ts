import { opReport, resetOpReport, selectBackend } from "#engine";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { startTraining } from "../../bench/gan-step";
import { variants } from "../../bench/variants";

describe("a training step on simd", () => {
  before(() => selectBackend({ backend: "simd" }));

  function assertNoFallback(): void {
    const uses = opReport();
    const calls = uses.reduce((sum, use) => sum + use.calls, 0);
    assert.ok(calls > 50, `only ${calls} ops were reported`);
    const fallen = uses.filter(({ ranOn }) => ranOn === "fallback").map(({ op, calls }) => `${op} ×${calls}`);
    assert.deepEqual(fallen, [], "ops that ran in plain JavaScript");
  }

  it("of the tutorial's GAN runs on SIMD kernels alone, and leaks no tensor", async () => {
    const { step } = await startTraining("simd", 16);
    await step();
    const { numTensors } = tf.memory();
    resetOpReport();
    await step();
    assertNoFallback();
    assert.equal(tf.memory().numTensors, numTensors);
  });

  for (const [name, start] of Object.entries(variants)) {
    it(`of a ${name} runs on SIMD kernels alone, and leaks no tensor`, () => {
      const step = start(8);
      step();
      const { numTensors } = tf.memory();
      resetOpReport();
      step();
      assertNoFallback();
      assert.equal(tf.memory().numTensors, numTensors);
    });
  }
});
