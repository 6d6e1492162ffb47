import { cell, kernelNames, launch, residentMemory, timed, type KernelName } from "./kernels";
import { median } from "../table";

/** What is measured, and how much of tslab's figure ours may be; or of a fixed limit in ms. */
export const rows = {
  "first reply (kernel_info), ms": { ratio: 0.25 },
  "first cell done, ms": { ratio: 1 },
  "1 + 1, ms": { limit: 10 },
  "completion of Math.sq, ms": { limit: 10 },
  'first import of "@tensorflow/tfjs", ms': { ratio: 1 },
  "memory after 1 + 1, MB": { ratio: 1 },
  "memory after the import, MB": { ratio: 1 },
} as const satisfies Record<string, { ratio?: number; limit?: number }>;

export type Row = keyof typeof rows;
export type Figures = Record<Row, number>;

/** All figures of one kernel, from its start to its end. */
async function once(name: KernelName): Promise<Figures> {
  const began = performance.now();
  const kernel = await launch(name);
  try {
    await kernel.submit("shell", "kernel_info_request", {}).replied();
    const firstReply = performance.now() - began;
    await cell(kernel, "1 + 1");
    const firstCell = performance.now() - began;
    const small: number[] = [];
    for (let i = 0; i < 30; i++) small.push(await timed(() => cell(kernel, "1 + 1")));
    const completions: number[] = [];
    for (let i = 0; i < 30; i++) {
      // Another text each time: nothing can be answered from a cache of answers.
      const code = `const x${i} = ${i}; Math.sq`;
      const request = { code, cursor_pos: code.length };
      completions.push(await timed(() => kernel.submit("shell", "complete_request", request).replied()));
    }
    const small_memory = residentMemory(kernel.process.pid);
    const tfjs = await timed(() => cell(kernel, 'import * as tf from "@tensorflow/tfjs";'));
    return {
      "first reply (kernel_info), ms": firstReply,
      "first cell done, ms": firstCell,
      "1 + 1, ms": median(small),
      "completion of Math.sq, ms": median(completions),
      'first import of "@tensorflow/tfjs", ms': tfjs,
      "memory after 1 + 1, MB": small_memory,
      "memory after the import, MB": residentMemory(kernel.process.pid),
    };
  } finally {
    await kernel.close();
  }
}

/** Medians over `repetitions` starts of each kernel, in turns, so that both see the same machine. */
export async function sideBySide(repetitions: number): Promise<Record<KernelName, Figures>> {
  const all: Record<KernelName, Figures[]> = { ours: [], tslab: [] };
  // The first start of each reads its files from the disk: it does not count.
  for (let i = -1; i < repetitions; i++) {
    for (const name of i % 2 === 0 ? kernelNames : [...kernelNames].reverse()) {
      const figures = await once(name);
      if (i >= 0) all[name].push(figures);
      process.stderr.write(".");
    }
  }
  process.stderr.write("\n");
  const medians = (list: Figures[]) =>
    Object.fromEntries(
      Object.keys(rows).map((row) => [row, median(list.map((figures) => figures[row as Row]))]),
    ) as Figures;
  return { ours: medians(all.ours), tslab: medians(all.tslab) };
}
