import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  Discriminator,
  GAN,
  loadCheckpoint,
  ModelCheckpoint,
  saveCheckpoint,
  seedEverything,
  Trainer,
} from "../../lib";
import { SmallMNIST } from "./small-data";

const folder = () => mkdtemp(join(tmpdir(), "tslab-gan-checkpoint-"));

describe("checkpoints", () => {
  it("give a network back exactly, with what was noted beside it", async () => {
    const path = join(await folder(), "below", "gan.safetensors");
    seedEverything(1);
    const [saved, loaded] = [new GAN(), new GAN()];
    await saveCheckpoint(path, saved, { epoch: "3", note: "größer" });
    assert.deepEqual(await loadCheckpoint(path, loaded), { epoch: "3", note: "größer" });
    for (const [name, weight] of saved.stateDict()) {
      assert.deepEqual(await loaded.stateDict().get(name)!.data(), await weight.data(), name);
    }
  });

  it("are refused, and change nothing, when cut short or of another architecture", async () => {
    const place = await folder();
    const path = join(place, "gan.safetensors");
    await saveCheckpoint(path, new GAN());
    await writeFile(join(place, "cut"), (await readFile(path)).subarray(0, 1_000_000));
    const model = new GAN();
    const before = await model.generator.lin1.weight.data();
    await assert.rejects(loadCheckpoint(join(place, "cut"), model), /cut: not a whole safetensors file/);
    await assert.rejects(
      loadCheckpoint(path, new GAN({ latentDim: 64 })),
      /lin1.weight has shape \[100, 3136\], the network's is \[64, 3136\]/,
    );
    await assert.rejects(loadCheckpoint(path, new Discriminator()), /has no weight named conv1.weight/);
    assert.deepEqual(await model.generator.lin1.weight.data(), before);
  });

  it("are written after each epoch, and leak nothing", async () => {
    const dirpath = await folder();
    class QuietGAN extends GAN {
      override async onTrainEpochEnd(): Promise<void> {}
    }
    const model = new QuietGAN();
    const tensors = tf.memory().numTensors;
    const callbacks = [new ModelCheckpoint({ dirpath, filename: "gan-{epoch}" })];
    await new Trainer({ maxEpochs: 2, limitTrainBatches: 1, enableProgressBar: false, callbacks }).fit(
      model,
      new SmallMNIST(),
    );
    assert.deepEqual(await readdir(dirpath), ["gan-0.safetensors", "gan-1.safetensors"]);
    assert.equal(tf.memory().numTensors, tensors);
  });
});
