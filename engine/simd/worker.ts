// One helper thread: waits in the kernels' own loop for chunks of work, until the process ends.
import { parentPort, workerData } from "node:worker_threads";
import { instantiate } from "./wasm-module";

/** What a worker is started with. */
export interface WorkerStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: number;
  index: number;
  scratch: number;
}

const { module, memory, control, index, scratch } = workerData as WorkerStart;
const kernels = instantiate(module, memory);
kernels.setThread(index, scratch);
parentPort?.postMessage("ready");
kernels.work(control);
