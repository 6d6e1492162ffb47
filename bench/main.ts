import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { findPyTorch, measure, measurePyTorch, type PyTorch, type StepTime } from "./child";
import { median, ms, ratio, table } from "./table";

const HELP = `Measures the training of the tutorial's GAN on the CPU, side by side with PyTorch and tfjs's wasm backend.

usage: npm run bench [-- --quick] [-- --only steps,epoch,rendering,kernels,memory,startup]

--quick     few steps of each, and batch 128 alone: a minute or two instead of a quarter of an hour
--only      some of the parts
--help      this text

Each measurement is a process of its own, one at a time: leave the machine alone meanwhile. PyTorch is measured when
/usr/bin/python3 (or python3) has it: apt install python3-torch libopenblas0-openmp.`;

const batchesOf = (quick: boolean) => (quick ? [128] : [32, 128, 512]);
const EPOCH_BATCHES = 430;

interface Ceiling {
  multiplyAdd: number;
  fused: number | null;
}

interface Kernels {
  stepMs: number;
  kernels: { op: string; ranOn: string; calls: number; ms: number; flops: number }[];
}

const say = (text = "") => console.log(text);

/** One and two threads, or as many as there are. */
const THREADS = availableParallelism() >= 2 ? [1, 2] : [1];
const MOST = THREADS[THREADS.length - 1]!;

async function ceilings(): Promise<Map<number, Ceiling>> {
  const found = new Map<number, Ceiling>();
  for (const threads of THREADS) found.set(threads, await measure<Ceiling>("ceiling.ts", [threads]));
  say("## The ceiling of these cores, measured: multiply-adds on registers alone, GFLOPS\n");
  const rows = [...found].map(([threads, { multiplyAdd, fused }]) => [
    threads,
    multiplyAdd.toFixed(1),
    fused?.toFixed(1) ?? "—",
  ]);
  say(table(["threads", "128-bit multiply + add", "128-bit fused multiply-add"], rows));
  say();
  return found;
}

/** Median step times by `name batch threads`, measured in turns so that all see the same machine. */
async function stepTimes(quick: boolean, torch: PyTorch | undefined): Promise<Map<string, number>> {
  const rounds = quick ? 1 : 3;
  const times = new Map<string, number[]>();
  const note = (key: string, { ms }: StepTime) => times.set(key, [...(times.get(key) ?? []), ms]);
  for (const batch of batchesOf(quick)) {
    const steps = Math.max(6, Math.round((quick ? 10 : 40) * Math.min(2, 128 / batch)));
    for (let round = 0; round < rounds; round++) {
      for (const threads of THREADS) {
        note(`simd ${batch} ${threads}`, await measure<StepTime>("step.ts", ["simd", batch, steps], threads));
        if (torch) note(`torch ${batch} ${threads}`, await measurePyTorch(torch, threads, batch, steps));
      }
      // tfjs's wasm takes seconds a step: a few of them say enough.
      if (round === 0) note(`wasm ${batch} 1`, await measure<StepTime>("step.ts", ["wasm", batch, 2]));
    }
  }
  return new Map([...times].map(([key, found]) => [key, median(found)]));
}

function printSteps(quick: boolean, times: Map<string, number>, torch: PyTorch | undefined): void {
  say("## One training step (generator, then discriminator), ms\n");
  const rows = batchesOf(quick).flatMap((batch) =>
    THREADS.map((threads) => {
      const [simd, torchMs, wasm] = ["simd", "torch", "wasm"].map((name) =>
        times.get(`${name} ${batch} ${threads}`),
      );
      return [batch, threads, ms(simd), ms(torchMs), ms(wasm), ratio(torchMs, simd), ratio(wasm, simd), (batch / simd! * 1e3).toFixed(0)]; // prettier-ignore
    }),
  );
  const pytorch = torch ? `PyTorch ${torch.version}` : "PyTorch (missing)";
  say(
    table(
      ["batch", "threads", "simd", pytorch, "tfjs wasm", "PyTorch / simd", "wasm / simd", "images/s (simd)"],
      rows,
    ),
  );
  if (!torch) say("\nPyTorch is missing: apt install python3-torch libopenblas0-openmp, and run this again.");
  const at = (batch: number, threads: number) => times.get(`simd ${batch} ${threads}`)!;
  if (MOST > 1) say(`\nTwo threads against one at batch 128: ${ratio(at(128, 1), at(128, 2))}.`);
  if (!quick) {
    const growth = at(512, MOST) / at(32, MOST);
    say(`Batch 512 takes ${growth.toFixed(1)} times as long as batch 32, 16 times as small.`);
  }
  say();
}

async function printKernels(quick: boolean, ceiling: Ceiling): Promise<void> {
  const { stepMs, kernels } = await measure<Kernels>("kernels.ts", [128, quick ? 5 : 30], MOST);
  const most = Math.max(ceiling.multiplyAdd, ceiling.fused ?? 0);
  say(`## Where the time of a step goes (batch 128, ${MOST} threads, each op timed)\n`);
  const timed = kernels.reduce((sum, kernel) => sum + kernel.ms, 0);
  const gflops = (flops: number, time: number) => (flops > 0 ? (flops / time / 1e6).toFixed(1) : "—");
  const share = (flops: number, time: number) =>
    flops > 0 ? `${(flops / time / 1e4 / most).toFixed(0)} %` : "—";
  const rows = kernels
    .filter((kernel) => kernel.ms >= 0.05)
    .map(({ op, ranOn, calls, ms: time, flops }) => [
      op,
      ranOn,
      calls,
      time.toFixed(2),
      gflops(flops, time),
      share(flops, time),
    ]);
  const flops = kernels.reduce((sum, kernel) => sum + kernel.flops, 0);
  rows.push(["outside of kernels (tape, JavaScript)", "", "", (stepMs - timed).toFixed(2), "—", "—"]);
  rows.push(["the whole step", "", "", stepMs.toFixed(2), gflops(flops, stepMs), share(flops, stepMs)]);
  say(table(["op", "ran on", "calls", "ms", "GFLOPS", "share of the ceiling"], rows));
  const atCeiling = (rate: number) => `${(flops / rate / 1e6).toFixed(0)} ms`;
  say(`\nThe step's ${(flops / 1e9).toFixed(2)} GFLOP take ${atCeiling(ceiling.multiplyAdd)} at the ceiling of multiply + add` +
    (ceiling.fused ? `, ${atCeiling(ceiling.fused)} at that of fused multiply-add.\n` : ".\n")); // prettier-ignore
  const fallen = await measure<Record<string, string[]>>("fallbacks.ts", []);
  say("Ops that fell back to plain JavaScript in a training step:\n");
  for (const [network, ops] of Object.entries(fallen)) say(`- ${network}: ${ops.join(", ") || "none"}`);
  say();
}

async function printEpoch(quick: boolean, stepMs: number | undefined): Promise<void> {
  const batches = quick ? 40 : EPOCH_BATCHES;
  const { seconds, ticks } = await measure<{ seconds: number; ticks: number }>(
    "epoch.ts",
    ["simd", batches],
    MOST,
  );
  const step = stepMs ?? (await measure<StepTime>("step.ts", ["simd", 128, 20], MOST)).ms;
  say(
    `## An epoch\n\n${batches} batches through the trainer, data loading included: ${seconds.toFixed(1)} s, which is`,
  );
  say(
    `${ratio(seconds * 1e3, batches * step)} of ${batches} steps of ${ms(step)} ms. Meanwhile a timer of 20 ms fired ${ticks} times.\n`,
  );
}

async function printRendering(quick: boolean): Promise<void> {
  const { totalMs, drawingMs, outputs, bytes } = await measure<Record<string, number>>(
    "rendering.ts",
    ["simd", quick ? 40 : EPOCH_BATCHES],
    MOST,
  );
  const share = (drawingMs! / (totalMs! - drawingMs!)) * 100;
  say("## What is shown while training\n");
  say(
    `Live view and epoch's picture: ${outputs} outputs of ${(bytes! / outputs! / 1024).toFixed(0)} KiB, which add ` +
      `${share.toFixed(2)} % to the training time of an epoch (${ms(drawingMs)} of ${ms(totalMs)} ms).\n`,
  );
}

async function printMemory(quick: boolean): Promise<void> {
  const steps = quick ? 50 : 1000;
  const samples = await measure<{ step: number; residentMiB: number; tensors: number }[]>(
    "memory.ts",
    ["simd", steps],
    MOST,
  );
  say(`## Resident memory over ${steps} steps (batch 128)\n`);
  say(
    table(
      ["step", "resident MiB", "tensors"],
      samples.map(({ step, residentMiB, tensors }) => [step, residentMiB, tensors]),
    ),
  );
  say();
}

async function printStartup(): Promise<void> {
  const rows: string[][] = [];
  for (const backend of ["simd", "wasm", "cpu"]) {
    const { loadMs, startMs } = await measure<{ loadMs: number; startMs: number }>(
      "startup.ts",
      [backend],
      MOST,
    );
    rows.push([backend, ms(loadMs), ms(startMs)]);
  }
  say("## Start-up, ms\n");
  say(table(["backend", "load the engine", "start it, up to a first product"], rows));
  say();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      only: { type: "string" },
    },
  });
  if (values.help) return say(HELP);
  const parts = ["steps", "epoch", "rendering", "kernels", "memory", "startup"];
  const wanted = values.only?.split(",") ?? parts;
  const unknown = wanted.filter((part) => !parts.includes(part));
  if (unknown.length > 0)
    throw new RangeError(`npm run bench: no part ${unknown.join(", ")}; there are ${parts.join(", ")}`);
  const { quick } = values;
  const torch = wanted.includes("steps") ? findPyTorch() : undefined;

  say(
    `# Bench\n\n${cpus()[0]?.model.trim() ?? "CPU"}, ${availableParallelism()} cores; Node ${process.version}; ${new Date().toISOString().slice(0, 10)}.\n`,
  );
  const ceiling = await ceilings();
  let stepMs: number | undefined;
  if (wanted.includes("steps")) {
    const times = await stepTimes(quick, torch);
    stepMs = times.get(`simd 128 ${MOST}`);
    printSteps(quick, times, torch);
  }
  if (wanted.includes("epoch")) await printEpoch(quick, stepMs);
  if (wanted.includes("rendering")) await printRendering(quick);
  if (wanted.includes("kernels")) await printKernels(quick, ceiling.get(MOST)!);
  if (wanted.includes("memory")) await printMemory(quick);
  if (wanted.includes("startup")) await printStartup();
}

main().catch((error: unknown) => {
  console.error(error instanceof RangeError ? error.message : error);
  process.exitCode = 1;
});
