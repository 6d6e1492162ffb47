import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { adam, LightningModule, Linear, Trainer, useBackend, type StepOutput } from "../../lib";
import { inCell, textOf } from "./shown-outputs";
import { SmallMNIST } from "./small-data";

before(() => useBackend());

/** A game that has gone wrong: the discriminator's loss is what it is told, all noises give what they are told. */
class Broken extends LightningModule {
  readonly weight = new Linear(1, 1);
  readonly validationZ = tf.zeros<tf.Rank.R2>([3, 1]);

  constructor(
    private readonly dLoss: number,
    private readonly images: () => tf.Tensor4D,
  ) {
    super();
  }
  override forward(): tf.Tensor4D {
    return this.images();
  }
  override trainingStep(): StepOutput {
    const loss = this.weight
      .forward(tf.ones([1, 1]))
      .square()
      .mean<tf.Scalar>();
    return { loss, log: { dLoss: this.dLoss } };
  }
  override configureOptimizers() {
    return [adam(this.parameters())];
  }
}

const different = () => tf.randomUniform<tf.Rank.R4>([3, 28, 28, 1]);
const alike = () => tf.tile(tf.linspace(0, 1, 28 * 28).reshape<tf.Tensor4D>([1, 28, 28, 1]), [3, 1, 1, 1]);

async function hints(model: LightningModule, maxEpochs: number, limitTrainBatches = 50): Promise<string[]> {
  const trainer = new Trainer({ maxEpochs, limitTrainBatches });
  const shown = await inCell(() => trainer.fit(model, new SmallMNIST()));
  return shown.map(textOf).filter((text) => text.startsWith("Hint"));
}

describe("hints", () => {
  it("tell once that the discriminator has won, after two epochs", async () => {
    const found = await hints(new Broken(0.001, different), 3);
    assert.equal(found.length, 1);
    assert.match(found[0]!, /dLoss has been about zero for two epochs .*Try a smaller learning rate/);
  });

  it("tell of mode collapse when all images are alike for two epochs", async () => {
    const found = await hints(new Broken(0.6, alike), 3);
    assert.equal(found.length, 1);
    assert.match(found[0]!, /mode collapse.*Try/);
  });

  it("are silent for a healthy game, after one epoch, and for runs too short to tell", async () => {
    assert.deepEqual(await hints(new Broken(0.6, different), 2), []);
    assert.deepEqual(await hints(new Broken(0.001, alike), 1), []);
    assert.deepEqual(await hints(new Broken(0.001, alike), 3, 2), []);
  });
});
