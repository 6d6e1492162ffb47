import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cell, launch } from "./kernels";
import { median } from "../table";

export interface GuardCost {
  backend: string;
  /** Medians of one training step of the tutorial's GAN, in ms. */
  step: { kernel: number; plain: number };
  /** Medians of one iteration of an empty loop, in ns. */
  iteration: { kernel: number; plain: number };
}

/**
 * The same training steps in the kernel, where every loop, function and await of lib/ is guarded, and in plain Node.js,
 * where nothing is: both processes live side by side and work in turns.
 */
export async function guardCost(rounds: number, batchSize: number, backend: string): Promise<GuardCost> {
  const args = ["--import", "tsx", join(__dirname, "plain-steps.ts"), backend, String(batchSize)];
  const plain = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: plain.stdout });
  const answer = async () => JSON.parse(((await once(lines, "line")) as [string])[0]) as number[];
  const kernel = await launch("ours");
  const ask = async (code: string) =>
    JSON.parse((await cell(kernel, code)).trim().split("\n").at(-1)!) as number[];
  try {
    const name = String(await answer());
    await cell(
      kernel,
      `import { startTraining } from "../bench/gan-step"; import { spin, timesOf } from "../bench/kernel/work";
      const { step } = await startTraining(${JSON.stringify(backend)}, ${batchSize}); await timesOf(step, 3);`,
    );
    const steps = { kernel: [] as number[], plain: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      steps.kernel.push(...(await ask("console.log(JSON.stringify(await timesOf(step, 10)))")));
      plain.stdin.write("10\n");
      steps.plain.push(...(await answer()));
      process.stderr.write(".");
    }
    const inKernel = await ask("console.log(JSON.stringify(spin()))");
    plain.stdin.write("spin\n");
    const inPlain = await answer();
    process.stderr.write("\n");
    return {
      backend: name,
      step: { kernel: median(steps.kernel), plain: median(steps.plain) },
      iteration: { kernel: median(inKernel), plain: median(inPlain) },
    };
  } finally {
    plain.kill();
    await kernel.close();
  }
}
