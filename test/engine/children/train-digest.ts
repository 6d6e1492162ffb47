// Trains the GAN for some steps from a seed; prints the losses and a digest of all weights as one line of JSON.
// usage: train-digest.ts SEED
import { selectBackend } from "#engine";
import * as tf from "@tensorflow/tfjs";
import { createHash } from "node:crypto";
import { GAN } from "../../../lib/gan";
import { normalValues, seedEverything } from "../../../lib/random";
import { optimizerStep } from "../../../lib/training-step";

async function main(): Promise<void> {
  const { threads } = await selectBackend({ backend: "simd" });
  seedEverything(Number(process.argv[2]));
  const model = new GAN();
  const optimizers = model.configureOptimizers();
  const losses: number[] = [];
  // The tutorial's batch, its last and short one, and a single image.
  for (const [step, size] of [128, 88, 128, 1].entries()) {
    const images = tf.tensor4d(normalValues(size * 784), [size, 28, 28, 1]);
    for (const [i, optimizer] of optimizers.entries()) {
      losses.push((await optimizerStep(model, optimizer, [images, tf.zeros([size])], step, i)).loss);
    }
  }
  const digest = createHash("sha256");
  for (const weight of model.stateDict().values())
    digest.update(new Uint8Array((await weight.data()).slice().buffer));
  console.log(JSON.stringify({ threads, losses, weights: digest.digest("hex") }));
}

void main();
