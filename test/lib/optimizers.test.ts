import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { adam, Trainer, useBackend } from "../../lib";
import { SmallMNIST } from "./small-data";
import { GAN } from "../../lib/gan";

before(() => useBackend());

describe("adam", () => {
  it("moves a weight by the learning rate at first, against its gradient", async () => {
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const optimizer = adam([weight], { lr: 0.1 });
    optimizer.applyGradients({ [weight.name]: tf.tensor1d([3, -0.5]) });
    const [a, b] = await weight.data();
    assert.ok(Math.abs(a! - 0.9) < 1e-6 && Math.abs(b! - 2.1) < 1e-6, `${a}, ${b}`);
  });

  it("leaves a weight as it is that the loss does not depend on", async () => {
    const [used, unused] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(5))];
    const optimizer = adam([used, unused]);
    optimizer.applyGradients({ [used.name]: tf.scalar(1) });
    assert.deepEqual([...(await unused.data())], [5]);
    assert.ok((await used.data())[0]! < 1);
  });

  it("refuses to optimize nothing, and rates that are none", () => {
    const weight = tf.variable(tf.scalar(1));
    assert.throws(() => adam([]), /no parameters to optimize/);
    assert.throws(() => adam([weight], { lr: -1 }), /learning rate must be above 0, got -1/);
    assert.throws(() => adam([weight], { betas: [0.9, 1] }), /betas must be in \[0, 1\), got \[0\.9, 1\]/);
  });
});

describe("a chosen backend", () => {
  it("stays chosen when the trainer is asked to keep to the CPU", async () => {
    await useBackend({ backend: "cpu" });
    const trainer = new Trainer({ maxEpochs: 1, limitTrainBatches: 1, gpus: 0, enableProgressBar: false });
    class QuietGAN extends GAN {
      override async onTrainEpochEnd(): Promise<void> {}
    }
    await trainer.fit(new QuietGAN(), new SmallMNIST());
    assert.equal(trainer.backend?.name, "cpu");
  });
});
