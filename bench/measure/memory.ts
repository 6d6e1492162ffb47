// Trains for many steps at batch 128; prints the process's resident memory along the way as JSON.
// usage: memory.ts BACKEND STEPS
import * as tf from "@tensorflow/tfjs";
import { startTraining } from "../gan-step";

async function main(): Promise<void> {
  const [backend, steps] = [process.argv[2]!, Number(process.argv[3])];
  const { step } = await startTraining(backend, 128);
  const samples: { step: number; residentMiB: number; tensors: number }[] = [];
  for (let i = 1; i <= steps; i++) {
    await step();
    if (i === 10 || i % Math.ceil(steps / 10) === 0) {
      const residentMiB = Math.round(process.memoryUsage.rss() / 2 ** 20);
      samples.push({ step: i, residentMiB, tensors: tf.memory().numTensors });
    }
  }
  console.log(JSON.stringify(samples));
}

void main();
