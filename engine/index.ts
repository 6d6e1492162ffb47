/** What makes it fast: picks the TensorFlow.js backend, and brings the project's own one for the CPU. */
export { adamStep, type AdamRates, type AdamResult } from "./adam";
export { BACKEND_NAMES, type BackendName } from "./backend";
export {
  availableGpus,
  GPU_BACKENDS,
  selectBackend,
  type BackendChoice,
  type BackendOptions,
} from "./select";
export { heapInfo, opReport, resetOpReport, type OpUse } from "./simd";
