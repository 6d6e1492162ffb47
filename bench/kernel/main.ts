import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { ms, ratio, table } from "../table";
import { guardCost } from "./guard-cost";
import { rows, sideBySide, type Row } from "./side-by-side";

const HELP = `Measures the TypeScript kernel side by side with stock tslab, and what its loop guards cost.

usage: npm run bench:kernel [-- --repetitions 7] [-- --rounds 6] [-- --batch 128] [-- --backend simd] [-- --check]

--repetitions  starts of each kernel, in turns; the figures are medians (default 7)
--rounds       rounds of 10 training steps in the kernel and 10 in plain Node.js (default 6, 0 leaves them out)
--batch        images a training step (default 128)
--backend      the engine's backend for the training steps (default simd)
--check        exit with 1 if a figure misses its goal
--help         this text

Leave the machine alone meanwhile: it takes a few minutes.`;

const { values } = parseArgs({
  options: {
    repetitions: { type: "string", default: "7" },
    rounds: { type: "string", default: "6" },
    batch: { type: "string", default: "128" },
    backend: { type: "string", default: "simd" },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** The goal of the guards: what they may add to a training step. */
const GUARDS = 1.05;

function whole(name: "repetitions" | "rounds" | "batch", least: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= least) return value;
  throw new RangeError(`--${name} ${values[name]}: must be a whole number of at least ${least}`);
}

function goalOf(row: Row): { ratio?: number; limit?: number } {
  return rows[row];
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  const [repetitions, rounds, batch] = [whole("repetitions", 1), whole("rounds", 0), whole("batch", 1)];
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node.js ${process.version}\n`);

  const { ours, tslab } = await sideBySide(repetitions);
  let missed = 0;
  const lines = (Object.keys(rows) as Row[]).map((row) => {
    const { ratio: share, limit } = goalOf(row);
    const met = limit === undefined ? ours[row] <= share! * tslab[row] : ours[row] <= limit;
    if (!met) missed++;
    const goal = limit === undefined ? `≤ ${share}×` : `≤ ${limit}`;
    return [row, ms(ours[row]), ms(tslab[row]), ratio(ours[row], tslab[row]), goal, met ? "yes" : "no"];
  });
  console.log(table([`medians of ${repetitions}`, "tslab-gan", "tslab", "ratio", "goal", "met"], lines));

  if (rounds > 0) {
    const { backend, step, iteration } = await guardCost(rounds, batch, values.backend);
    const met = step.kernel <= GUARDS * step.plain;
    if (!met) missed++;
    const cost = [
      [`training step, batch ${batch}, ${backend}, ms`, step, `≤ ${GUARDS}×`, met ? "yes" : "no"] as const,
      ["empty loop, ns an iteration", iteration, "—", "—"] as const,
    ].map(([what, { kernel, plain }, goal, reached]) => [
      what,
      ms(kernel),
      ms(plain),
      ratio(kernel, plain),
      goal,
      reached,
    ]);
    console.log(`\n${table(["medians", "in the kernel", "plain Node.js", "ratio", "goal", "met"], cost)}`);
  }
  if (values.check && missed > 0) process.exitCode = 1;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof RangeError ? error.message : error);
    process.exit(1);
  },
);
