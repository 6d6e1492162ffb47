// Times one epoch of the tutorial, 430 batches, through the trainer; prints it as JSON.
// usage: epoch.ts BACKEND BATCHES
import { selectBackend } from "#engine";
import { GAN } from "../../lib/gan";
import { MNISTDataModule } from "../../lib/mnist";
import { seedEverything } from "../../lib/random";
import { Trainer } from "../../lib/trainer";

/** The epoch's picture is drawn after it, and not counted. */
class UndrawnGAN extends GAN {
  override async onTrainEpochEnd(): Promise<void> {}
}

async function main(): Promise<void> {
  await selectBackend({ backend: process.argv[2]! });
  seedEverything(42);
  const trainer = new Trainer({
    maxEpochs: 1,
    limitTrainBatches: Number(process.argv[3]),
    enableProgressBar: false,
  });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 20);
  await trainer.fit(new UndrawnGAN(), new MNISTDataModule());
  clearInterval(timer);
  const { epochs } = trainer.history;
  console.log(JSON.stringify({ seconds: epochs[0]!.seconds, batches: trainer.numTrainBatches, ticks }));
}

void main();
