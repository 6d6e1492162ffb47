import { type Readiness } from "./backend";
export function makeTensorflowReady(): Promise<Readiness> {
  return Promise.resolve({
    ready: false,
    reason: "@tensorflow/tfjs-node-gpu is not installed",
    remedy: "npm install @tensorflow/tfjs-node-gpu",
  });
}
