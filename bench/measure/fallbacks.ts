// Trains the variants of the tutorial's networks for a step on simd; prints the ops that ran in plain JavaScript as JSON.
import { opReport, resetOpReport, selectBackend } from "#engine";
import { startTraining } from "../gan-step";
import { variants } from "../variants";

async function main(): Promise<void> {
  await selectBackend({ backend: "simd" });
  const fallen: Record<string, string[]> = {};
  const watch = async (name: string, step: () => void | Promise<void>) => {
    resetOpReport();
    await step();
    fallen[name] = opReport().flatMap(({ op, ranOn, calls }) =>
      ranOn === "fallback" ? [`${op} ×${calls}`] : [],
    );
  };
  const { step } = await startTraining("simd", 32);
  await watch("the tutorial's GAN", step);
  for (const [name, start] of Object.entries(variants)) await watch(name, start(32));
  console.log(JSON.stringify(fallen));
}

void main();
