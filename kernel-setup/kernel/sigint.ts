/**
 * The thread that hears SIGINT. Node delivers signals through the main thread's event loop, which a synchronous loop
 * in a cell keeps from turning. But the signal ends a vm script with `breakOnSigint` in whatever thread it runs: so
 * this thread waits inside such a script, and reports each signal.
 */
import vm from "node:vm";
import { parentPort } from "node:worker_threads";

const never = new Int32Array(new SharedArrayBuffer(4));
const options = { breakOnSigint: true };

function waitForSignals(): never {
  for (;;) {
    try {
      vm.runInThisContext("$$waitForever()", options);
    } catch {
      parentPort?.postMessage("SIGINT");
    }
  }
}

Object.assign(globalThis, {
  $$waitForever: () => Atomics.wait(never, 0, 0),
  $$waitForSignals: waitForSignals,
});
// Twice nested, because a signal ends only the innermost script: the outer one keeps the signal's handler in place
// while the inner one starts again. Without it, a signal in that moment would end the process.
vm.runInThisContext("$$waitForSignals()", options);
