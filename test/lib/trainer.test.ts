import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  DataLoader,
  detach,
  GAN,
  randn,
  seedEverything,
  Trainer,
  useBackend,
  type Callback,
  type StepOutput,
  type TrainerOptions,
} from "../../lib";
import { SmallMNIST } from "./small-data";

const quiet = { enableProgressBar: false };
/** The tutorial's GAN without pictures. */
class QuietGAN extends GAN {
  override async onTrainEpochEnd(): Promise<void> {}
}

class TwoValidationBatches extends SmallMNIST {
  override valDataLoader(): DataLoader {
    const { dataset } = this.trainDataLoader();
    const indices = dataset.indices.slice(0, 16);
    return new DataLoader({ ...dataset, indices }, { batchSize: 8, transform: (images) => images });
  }
}

async function train(seed: number, options: TrainerOptions = {}): Promise<Trainer> {
  seedEverything(seed);
  const trainer = new Trainer({ ...quiet, maxEpochs: 1, limitTrainBatches: 3, ...options });
  const model = new QuietGAN();
  await trainer.fit(model, new SmallMNIST());
  model.dispose();
  return trainer;
}
const losses = (trainer: Trainer) => trainer.history.steps.map(({ values }) => values);

before(() => useBackend());

describe("Trainer", () => {
  it("gives the same losses for the same seed, and others for another", async () => {
    const [first, second, other] = [await train(42), await train(42), await train(43)];
    assert.equal(losses(first).length, 3);
    assert.deepEqual(losses(first), losses(second));
    assert.notDeepEqual(losses(first), losses(other));
  });

  it("leaks nothing: the number of tensors is constant from the second step on", async () => {
    const counts: number[] = [];
    const counter: Callback = { onTrainBatchEnd: () => void counts.push(tf.memory().numTensors) };
    await train(42, { limitTrainBatches: 5, callbacks: [counter] });
    assert.deepEqual(new Set(counts.slice(1)).size, 1, counts.join(" "));
  });

  it("frees model, optimizers and batches", async () => {
    await train(1);
    const before = tf.memory().numTensors;
    await train(1);
    assert.equal(tf.memory().numTensors - before, 0);
  });

  it("calls the hooks in Lightning's order and awaits each", async () => {
    const order: string[] = [];
    const say = (name: string) => async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      order.push(name);
    };
    class Watched extends QuietGAN {
      override onFitStart = say("onFitStart");
      override onTrainStart = say("onTrainStart");
      override onTrainEpochStart = say("onTrainEpochStart");
      override onTrainBatchStart = say("onTrainBatchStart");
      override onTrainBatchEnd = say("onTrainBatchEnd");
      override onTrainEpochEnd = say("onTrainEpochEnd");
      override onTrainEnd = say("onTrainEnd");
      override onFitEnd = say("onFitEnd");
      override trainingStep(...args: Parameters<GAN["trainingStep"]>): StepOutput {
        order.push(`trainingStep ${args[1]} ${args[2]}`);
        return super.trainingStep(...args);
      }
    }
    await new Trainer({ ...quiet, maxEpochs: 2, limitTrainBatches: 1 }).fit(new Watched(), new SmallMNIST());
    const epoch = [
      ...["onTrainEpochStart", "onTrainBatchStart", "trainingStep 0 0", "trainingStep 0 1"],
      ...["onTrainBatchEnd", "onTrainEpochEnd"],
    ];
    assert.deepEqual(order, ["onFitStart", "onTrainStart", ...epoch, ...epoch, "onTrainEnd", "onFitEnd"]);
  });

  it("stops at the next batch, goes on where it stopped, and gives the losses of an unbroken run", async () => {
    const whole = await train(5, { maxEpochs: 2 });
    seedEverything(5);
    const model = new QuietGAN();
    const stop = new AbortController();
    const options = { ...quiet, maxEpochs: 2, limitTrainBatches: 3 };
    const stopAtFourth: Callback = {
      onTrainBatchEnd: (trainer) => {
        if (trainer.history.steps.length === 4) stop.abort(new Error("stop button"));
      },
    };
    const first = new Trainer({ ...options, callbacks: [stopAtFourth] });
    await assert.rejects(first.fit(model, new SmallMNIST(), { signal: stop.signal }), /stop button/);
    assert.deepEqual([first.interrupted, first.currentEpoch, first.batchIdx], [true, 1, 1]);
    const second = new Trainer(options);
    await second.fit(model, new SmallMNIST());
    assert.deepEqual(losses(second), losses(whole));
  });

  it("starts again with resume: false", async () => {
    const model = new QuietGAN();
    const stop = new AbortController();
    const stopAtThird = {
      onTrainBatchEnd: (trainer: Trainer) =>
        void (trainer.history.steps.length === 3 && stop.abort(new Error("stop button"))),
    };
    const options = { ...quiet, maxEpochs: 2, limitTrainBatches: 2 };
    const first = new Trainer({ ...options, callbacks: [stopAtThird] });
    await assert.rejects(first.fit(model, new SmallMNIST(), { signal: stop.signal }), /stop button/);
    let steps = 0;
    const count = { onTrainBatchEnd: () => void steps++ };
    const second = new Trainer({ ...options, callbacks: [count] });
    await second.fit(model, new SmallMNIST(), { resume: false });
    assert.equal(steps, 4);
    assert.equal(second.history.steps.length, 4);
    assert.notDeepEqual(second.history.steps[0], first.history.steps[0]);
  });

  for (const [options, message] of [
    [{ maxEpochs: -1 }, /maxEpochs must be a whole number of at least 1, got -1/],
    [{ maxEpochs: 1.5 }, /maxEpochs .* got 1.5/],
    [{ limitTrainBatches: 0 }, /limitTrainBatches must be .* got 0/],
    [{ gpus: -2 }, /gpus must be .* got -2/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => assert.throws(() => new Trainer(options), message));
  }

  const failing: [string, unknown, RegExp][] = [
    ["no loss", () => ({ log: {} }), /Bad\.trainingStep\(batch, 0, 0\) returned no loss: return \{ loss \}/],
    [
      "a promise",
      () => Promise.resolve({ loss: tf.scalar(1) }),
      /returned a promise: trainingStep must be synchronous/,
    ],
    ["a loss that is no scalar", () => ({ loss: tf.ones([2]) }), /the loss must be one number, got .* \[2\]/],
    [
      "a loss that does not depend on the weights",
      () => ({ loss: tf.scalar(1) }),
      /the loss does not depend on any weight of optimizer 0/,
    ],
    [
      "a loss that depends on the weights by way of detach alone",
      function (this: GAN) {
        return { loss: detach(this.forward(randn([2, 100]))).mean() };
      },
      /the loss does not depend on any weight of optimizer 0.*without detach/,
    ],
  ];
  for (const [what, step, message] of failing) {
    it(`refuses a training step that returns ${what}, and leaks nothing`, async () => {
      class Bad extends QuietGAN {
        override trainingStep = step as GAN["trainingStep"];
      }
      const model = new Bad();
      const weights = await model.generator.lin1.weight.data();
      const fit = () =>
        new Trainer({ ...quiet, maxEpochs: 1, limitTrainBatches: 1 }).fit(model, new SmallMNIST(), {
          resume: false,
        });
      await assert.rejects(fit(), message);
      const before = tf.memory().numTensors;
      await assert.rejects(fit(), message);
      assert.equal(tf.memory().numTensors, before);
      assert.deepEqual(await model.generator.lin1.weight.data(), weights);
    });
  }

  const validations: [string, unknown, RegExp | Record<string, number>][] = [
    ["numbers and scalars", () => ({ valLoss: tf.scalar(3), one: 1 }), { valLoss: 3, one: 1 }],
    [
      "a promise",
      () => Promise.resolve({ valLoss: tf.scalar(1) }),
      /Validated\.validationStep\(batch, 0\) returned a promise: .* must be synchronous/,
    ],
    ["a tensor", () => tf.scalar(1), /returned no numbers by name: return e\.g\. \{ valLoss: loss \}/],
    ["nothing", () => undefined, /returned no numbers by name/],
    ["many numbers", () => ({ valLoss: tf.ones([2]) }), /valLoss must be one number, got .* \[2\]/],
  ];
  for (const [what, validationStep, expected] of validations) {
    it(`${expected instanceof RegExp ? "refuses" : "keeps the means of"} a validation step that returns ${what}, and leaks nothing`, async () => {
      class Validated extends QuietGAN {
        override validationStep = validationStep as () => Record<string, number>;
      }
      const model = new Validated();
      const trainer = new Trainer({ ...quiet, maxEpochs: 1, limitTrainBatches: 1 });
      const fit = () => trainer.fit(model, new TwoValidationBatches(), { resume: false });
      const outcome = () => (expected instanceof RegExp ? assert.rejects(fit(), expected) : fit());
      await outcome();
      const before = tf.memory().numTensors;
      await outcome();
      assert.equal(tf.memory().numTensors, before);
      if (expected instanceof RegExp) return;
      const { valLoss, one } = trainer.history.epochs.at(-1)!.values;
      assert.deepEqual({ valLoss, one }, expected);
    });
  }

  it("stops at a loss that is not a number, before the weights are touched", async () => {
    class Exploding extends QuietGAN {
      override trainingStep(...args: Parameters<GAN["trainingStep"]>): StepOutput {
        const output = super.trainingStep(...args);
        return args[1] < 2 ? output : { loss: output.loss.mul(NaN) };
      }
    }
    const model = new Exploding();
    const trainer = new Trainer({ ...quiet, maxEpochs: 1, limitTrainBatches: 5 });
    await assert.rejects(
      trainer.fit(model, new SmallMNIST()),
      /the loss is NaN.*This step was not taken.*learning rate/,
    );
    assert.equal(trainer.history.steps.length, 2);
    for (const weight of model.parameters()) assert.ok((await weight.data()).every(Number.isFinite));
  });

  it("names the layer and both shapes when shapes do not fit", async () => {
    class Wrong extends QuietGAN {
      override forward(z: tf.Tensor2D): tf.Tensor4D {
        return super.forward(z).slice([0, 0, 0, 0], [-1, 20, 28, 1]);
      }
    }
    await assert.rejects(
      new Trainer({ ...quiet, maxEpochs: 1 }).fit(new Wrong(), new SmallMNIST()),
      /discriminator\.fc1: Linear\(320 → 50\) expects input of shape \[batch, 320\], got \[8, 160\]/,
    );
  });
});
