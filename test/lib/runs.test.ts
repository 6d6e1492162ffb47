import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  animationToGif,
  GAN,
  Generator,
  ImageQuality,
  MNISTDataModule,
  plotImagesByEpoch,
  randn,
  Runs,
  seedEverything,
  Trainer,
} from "../../lib";
import { useBackend } from "../../lib";
import { htmlOf, inCell } from "./shown-outputs";
import { SmallMNIST } from "./small-data";

class Brighter extends Generator {
  override forward(z: tf.Tensor2D): tf.Tensor4D {
    return super.forward(z).add(1);
  }
}

const runs = new Runs();
let trainer: Trainer;
before(async () => {
  await useBackend();
  for (const [name, model] of [
    ["original", new GAN({ latentDim: 10 })],
    ["<brighter>", new GAN({ latentDim: 10, lr: 1e-3 }, new Brighter({ latentDim: 10 }))],
  ] as const) {
    await inCell(async () => {
      trainer = new Trainer({ maxEpochs: 2, limitTrainBatches: 2 });
      await trainer.fit(model, new SmallMNIST());
    });
    runs.add(name, model, trainer, { quality: 12.34 });
  }
});

describe("runs", () => {
  it("are a table of what was trained, how, and what came out", () => {
    const lines = runs.toString().split("\n");
    assert.match(lines[0]!, /name +parameters +weights +epochs +steps +time +gLoss +dLoss +quality/);
    assert.match(
      lines[2]!,
      /<brighter> +latentDim: 10, lr: 0.001 +[\d,]+ +2 +4 +[\d.]+ s +[\d.]+ +[\d.]+ +12.3/,
    );
    const shown = runs[Symbol.for("Jupyter.display") as never] as unknown as () => Record<string, string>;
    assert.match(shown.call(runs)["text/html"]!, /&lt;brighter&gt;/);
  });

  it("replace a run of the same name", () => {
    const [original] = runs;
    const model = new GAN({ latentDim: 7 });
    runs.add("original", model, trainer);
    assert.deepEqual(
      [...runs].map(({ name }) => name),
      ["original", "<brighter>"],
    );
    assert.equal([...runs][0]!.hparams["latentDim"], 7);
    assert.equal(original!.hparams["latentDim"], 10);
  });

  it("show their images by epoch with a slider that needs no kernel", async () => {
    const [slider] = await inCell(() => plotImagesByEpoch(...runs));
    assert.match(htmlOf(slider!), /<input type="range" min="0" max="2" value="2"/);
    assert.equal(htmlOf(slider!).match(/src="data:image\/png/g)!.length, 2);
    assert.ok(slider!.bundle["image/png"]);
  });

  it("become an animation: a frame before training and one an epoch", async () => {
    const { gif, png } = await animationToGif(trainer.history.images);
    assert.equal(gif.subarray(0, 6).toString(), "GIF89a");
    // Graphic control extensions, one a frame.
    assert.equal(gif.toString("latin1").split("\x21\xf9\x04").length - 1, 3);
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    await assert.rejects(animationToGif([]), /validationZ/);
  });
});

describe("ImageQuality", () => {
  it("finds real digits better than noise, and leaves the seed of everything else alone", async () => {
    const dm = new MNISTDataModule();
    seedEverything(5);
    const expected = await randn([3]).data();
    seedEverything(5);
    const judge = await ImageQuality.train(dm, { batches: 40 });
    const [digits] = [...dm.valDataLoader()][0]!;
    const ofDigits = { eval: () => undefined, forward: (z: tf.Tensor2D) => digits.slice(0, z.shape[0]) };
    const ofNoise = {
      eval: () => undefined,
      forward: (z: tf.Tensor2D) => randn<tf.Rank.R4>([z.shape[0], 28, 28, 1]),
    };
    const [real, noise] = [
      await judge.measure(ofDigits, { count: 100 }),
      await judge.measure(ofNoise, { count: 100 }),
    ];
    assert.ok(judge.accuracy > 0.6, `accuracy ${judge.accuracy}`);
    assert.ok(real.frechetDistance * 3 < noise.frechetDistance, JSON.stringify({ real, noise }));
    assert.ok(real.classes >= 8 && noise.classes <= 5, JSON.stringify({ real, noise }));
    assert.deepEqual(await randn([3]).data(), expected);
  });
});
