// Runs in plain Node.js what guard-cost.ts runs in the kernel. Each line on stdin is the number of training steps to
// run; the answer is a line with their times in ms, as JSON.
import { createInterface } from "node:readline";
import { startTraining } from "../gan-step";
import { spin, timesOf } from "./work";

async function main(): Promise<void> {
  const { step, choice } = await startTraining(process.argv[2]!, Number(process.argv[3]));
  await timesOf(step, 3);
  console.log(JSON.stringify(choice.name));
  for await (const line of createInterface({ input: process.stdin })) {
    const times = line === "spin" ? spin() : await timesOf(step, Number(line));
    console.log(JSON.stringify(times));
  }
}

void main();
