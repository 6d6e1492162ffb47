// Times what a notebook shows while it trains: the live view after each batch, and each epoch's picture. The bundles are
// made and turned to JSON as for the wire; sending and drawing them is other threads' and the browser's work.
// usage: rendering.ts BACKEND BATCHES
import { selectBackend } from "#engine";
import type { Callback } from "../../lib/callbacks/callback";
import { LiveView } from "../../lib/callbacks/live-view";
import { TrainingHints } from "../../lib/callbacks/training-hints";
import type { MimeBundle, NotebookKernel } from "../../lib/display";
import { GAN } from "../../lib/gan";
import { MNISTDataModule } from "../../lib/mnist";
import { seedEverything } from "../../lib/random";
import { Trainer } from "../../lib/trainer";

let drawingMs = 0;
let outputs = 0;
let bytes = 0;

async function timed<T>(work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    drawingMs += performance.now() - start;
  }
}

class TimedGAN extends GAN {
  override onTrainEpochEnd(epoch: number): Promise<void> {
    return timed(() => super.onTrainEpochEnd(epoch));
  }
}

function timedCallback(callback: Callback): Callback {
  return {
    onTrainStart: (...args) => timed(() => callback.onTrainStart?.(...args)),
    onTrainBatchEnd: (...args) => timed(() => callback.onTrainBatchEnd?.(...args)),
    onTrainEpochEnd: (...args) => timed(() => callback.onTrainEpochEnd?.(...args)),
    onTrainEnd: (...args) => timed(() => callback.onTrainEnd?.(...args)),
  };
}

const kernel: NotebookKernel = {
  display(bundle: MimeBundle) {
    outputs++;
    bytes += JSON.stringify(bundle).length;
  },
  signal: new AbortController().signal,
  cell: { id: undefined, executionCount: 1, code: "" },
};

async function main(): Promise<void> {
  await selectBackend({ backend: process.argv[2]! });
  seedEverything(42);
  Object.assign(globalThis, { [Symbol.for("tslab.kernel")]: kernel });
  const trainer = new Trainer({
    maxEpochs: 1,
    limitTrainBatches: Number(process.argv[3]),
    enableProgressBar: false,
    callbacks: [new LiveView(), new TrainingHints()].map(timedCallback),
  });
  const start = performance.now();
  await trainer.fit(new TimedGAN(), new MNISTDataModule());
  const totalMs = performance.now() - start;
  console.log(JSON.stringify({ totalMs, drawingMs, outputs, bytes }));
}

void main();
