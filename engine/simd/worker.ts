// One helper thread: waits in the kernels' own loop for chunks of work, until the process ends.
import { workerData } from "node:worker_threads";
import { instantiate } from "./wasm-module";

/** What a worker is started with. */
export interface WorkerStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: number;
  index: number;
  scratch: number;
}

const start = workerData as WorkerStart;
const kernels = instantiate(start.module, start.memory);
kernels.setThread(start.index, start.scratch);
kernels.work(start.control);
