export { setThread } from "./thread";
export { runJob, awaitJob, runAlone, work } from "./schedule";
export { hasFusedMultiplyAdd } from "./lanes";
