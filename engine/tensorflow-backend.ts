import * as tf from "@tensorflow/tfjs-core";
import { createRequire } from "node:module";
import type { Readiness, ReadyOptions } from "./backend";
import { mayHaveGpu } from "./gpu-device-files";
import { whyNotLoaded } from "./optional-package";

const PACKAGE = "@tensorflow/tfjs-node-gpu";

/** TensorFlow's own C library on CUDA: registers itself as "tensorflow" when its package is loaded. */
export async function makeTensorflowReady({ asked }: ReadyOptions): Promise<Readiness> {
  try {
    require.resolve(PACKAGE);
  } catch (error) {
    return whyNotLoaded(PACKAGE, error);
  }
  if (!asked && !mayHaveGpu("nvidia")) {
    return { ready: false, reason: "no NVIDIA GPU on this machine", remedy: "use the simd backend" };
  }
  addUtilFunctionsRemovedFromNode();
  const current = tf.getBackend();
  try {
    await import(PACKAGE); // Makes itself the current backend.
    const backend = tf.findBackend("tensorflow") as tf.KernelBackend & { isUsingGpuDevice: boolean };
    const onGpu = backend.isUsingGpuDevice;
    return {
      ready: true,
      device: onGpu ? "CUDA GPU" : "CPU, through TensorFlow",
      onGpu,
      threads: 1,
      reason: "TensorFlow on a CUDA GPU",
      ...(!onGpu && { onlyIfAsked: `${PACKAGE} loads, but sees no GPU` }),
    };
  } catch (error) {
    return whyNotLoaded(PACKAGE, error);
  } finally {
    if (current && tf.getBackend() !== current) await tf.setBackend(current);
  }
}

/** tfjs-node 4.22 calls two functions that Node 23 removed from node:util. */
function addUtilFunctionsRemovedFromNode(): void {
  const util = createRequire(__filename)("node:util") as Record<string, unknown>;
  util["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
  util["isArray"] ??= (value: unknown) => Array.isArray(value);
}
