import { selectBackend, type BackendChoice } from "#engine";
import * as tf from "@tensorflow/tfjs";
import { GAN } from "../lib/gan";
import { MNISTDataModule } from "../lib/mnist";
import { seedEverything } from "../lib/random";
import { optimizerStep } from "../lib/training-step";

export interface Training {
  choice: BackendChoice;
  /** One update of the generator, then one of the discriminator, on the next batch of real images. */
  step: () => Promise<void>;
}

/** The tutorial's GAN on MNIST, ready to be trained step by step on one backend. */
export async function startTraining(backend: string, batchSize: number): Promise<Training> {
  const choice = await selectBackend({ backend });
  seedEverything(42);
  const data = new MNISTDataModule({ batchSize });
  await data.prepareData();
  await data.setup("fit");
  const loader = data.trainDataLoader();
  const model = new GAN();
  const optimizers = model.configureOptimizers();
  let batches = loader.batches();
  let index = 0;
  const step = async (): Promise<void> => {
    let next = batches.next();
    // The last batch of an epoch is short: it would make the median too good.
    if (next.done || next.value[0].shape[0] < batchSize) {
      if (!next.done) tf.dispose(next.value);
      batches = loader.batches();
      next = batches.next();
    }
    const batch = next.value!;
    for (const [i, optimizer] of optimizers.entries()) await optimizerStep(model, optimizer, batch, index, i);
    index++;
    tf.dispose(batch);
  };
  return { choice, step };
}
