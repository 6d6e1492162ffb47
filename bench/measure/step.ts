// Times training steps; prints their median in milliseconds as JSON.
// usage: step.ts BACKEND BATCH STEPS
import { startTraining } from "../gan-step";
import { median } from "../table";

async function main(): Promise<void> {
  const [backend, batch, steps] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])];
  const { step } = await startTraining(backend, batch);
  for (let i = 0; i < Math.min(5, Math.ceil(steps / 3)); i++) await step();
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  console.log(JSON.stringify({ ms: median(times), bestMs: Math.min(...times) }));
}

void main();
