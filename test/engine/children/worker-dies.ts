// Kills the simd backend's helper threads and goes on computing; prints what happened as JSON.
// usage: worker-dies.ts idle|working
import * as workerThreads from "node:worker_threads";

// All threads that are started from here on, so that this script can end them as a crash would.
const workers: workerThreads.Worker[] = [];
const required = require("node:worker_threads") as { Worker: typeof workerThreads.Worker }; // eslint-disable-line @typescript-eslint/no-require-imports
required.Worker = class extends workerThreads.Worker {
  constructor(...args: ConstructorParameters<typeof workerThreads.Worker>) {
    super(...args);
    workers.push(this);
  }
};

async function main(): Promise<void> {
  const { selectBackend } = await import("#engine");
  const tf = await import("@tensorflow/tfjs");
  const warnings: string[] = [];
  process.on("warning", ({ message }) => warnings.push(message));
  const { threads } = await selectBackend({ backend: "simd", threads: 3 });
  const a = tf.ones([700, 700]);
  const product = async () => (await tf.tidy(() => tf.max(tf.sub(tf.matMul(a, a), 700).abs())).data())[0];

  const errors: string[] = [];
  const wrong: number[] = [];
  const compute = async () => {
    try {
      const difference = await product();
      if (difference !== 0) wrong.push(difference!);
    } catch (error) {
      errors.push((error as Error).message);
    }
  };
  await compute();
  const killed = workers.length;
  if (process.argv[2] === "idle") {
    await Promise.all(workers.map((worker) => worker.terminate()));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await compute();
  } else {
    // The main thread does not wait for their end: they are in the midst of the next product.
    const ends = workers.map((worker) => worker.terminate());
    await compute();
    await Promise.all(ends);
  }
  for (let i = 0; i < 3; i++) await compute();
  console.log(JSON.stringify({ threads, killed, errors, wrong, warnings }));
}

void main();
