// Selects a backend as the environment says, computes a little, and ends without being told to.
import { availableGpus, selectBackend } from "#engine";
import * as tf from "@tensorflow/tfjs";

async function main(): Promise<void> {
  const lines: string[] = [];
  const choice = await selectBackend({ log: (line) => lines.push(line) });
  const sum = await tf.sum(tf.matMul(tf.ones([300, 200]), tf.ones([200, 300]))).data();
  console.log(
    JSON.stringify({ choice, lines, sum: sum[0], gpus: await availableGpus(), current: tf.getBackend() }),
  );
}

main().catch((error: Error) => console.log(JSON.stringify({ error: error.name, message: error.message })));
