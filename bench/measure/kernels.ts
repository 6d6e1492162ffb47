// Times the kernels of training steps on simd, one by one; prints them as JSON, a step's worth each.
// usage: kernels.ts BATCH STEPS
import { opReport, resetOpReport } from "#engine";
import { startTraining } from "../gan-step";

async function main(): Promise<void> {
  const [batch, steps] = [Number(process.argv[2]), Number(process.argv[3])];
  const { step } = await startTraining("simd", batch);
  for (let i = 0; i < 5; i++) await step();
  resetOpReport({ timing: true });
  const start = performance.now();
  for (let i = 0; i < steps; i++) await step();
  const stepMs = (performance.now() - start) / steps;
  const kernels = opReport().map(({ op, ranOn, calls, ms, flops }) => ({
    ...{ op, ranOn, calls: calls / steps, ms: ms / steps, flops: flops / steps },
  }));
  console.log(JSON.stringify({ stepMs, kernels }));
}

void main();
