import { type Readiness } from "./backend";
export function makeWebgpuReady(): Promise<Readiness> {
  return Promise.resolve({
    ready: false,
    reason: "the package webgpu is not installed",
    remedy: "npm install webgpu",
  });
}
