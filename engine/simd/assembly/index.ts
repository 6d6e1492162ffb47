export { setThread } from "./thread";
export { completed, enqueue, help, runAlone, work } from "./schedule";
export { hasFusedMultiplyAdd } from "./lanes";
