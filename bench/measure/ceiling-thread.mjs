/* global WebAssembly */
// One thread of ceiling.ts: runs the loop that it is given, and answers with its best GFLOPS.
import { performance } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";

const { module, rounds, flopsARound } = workerData;
const { run } = new WebAssembly.Instance(module, { env: { abort() {} } }).exports;
run(1_000_000); // until the optimising compiler has taken over
let best = Infinity;
for (let i = 0; i < 10; i++) {
  const start = performance.now();
  run(rounds);
  best = Math.min(best, performance.now() - start);
}
parentPort.postMessage((rounds * flopsARound) / best / 1e6);
