import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { readSafetensors } from "./safetensors";

/**
 * PyTorch's own numbers for the tutorial's GAN: five steps at batch 16 without dropout. Its layouts are
 * PyTorch's (channels before height and width, filters [out, in, kH, kW]); this turns them into tfjs's.
 */
const stored = readSafetensors(join(__dirname, "gan-5-steps.safetensors"));

export const STEPS = 5;
export const BATCH = 16;

function tensor(name: string): tf.Tensor {
  const found = stored.get(name);
  if (!found) throw new RangeError(`the golden file has no tensor ${name}`);
  return tf.tensor(found.values, found.shape);
}

/** The values of a loss or a score, in order. */
export function numbers(name: string): number[] {
  return Array.from(stored.get(name)!.values);
}

/** `real` (as [16, 28, 28, 1]), `z_generator` or `z_discriminator` (as [16, 100]) of one step. */
export function batchOf<T extends tf.Tensor>(name: string, step: number): T {
  return tf.tidy(() => {
    const all = tensor(name);
    // One channel: the order of the values is the same in both layouts.
    return (name === "real" ? all.reshape([STEPS, BATCH, 28, 28, 1]) : all).gather(step) as T;
  });
}

/** Images [N, 1, H, W] as [N, H, W, 1]. */
export function images(name: string): tf.Tensor {
  return tf.tidy(() => tensor(name).transpose([0, 2, 3, 1]));
}

/**
 * A weight or its gradient, in tfjs's layout.
 *
 * @param kind "init", "grad" or "final"
 * @param path e.g. "generator.ct1.weight"
 */
export function weight(kind: string, path: string): tf.Tensor {
  return tf.tidy(() => {
    const value = tensor(`${kind}.${path}`);
    // Between a flat vector and an image PyTorch counts channels first, tfjs channels last.
    if (path === "generator.lin1.weight")
      return value.reshape([64, 7, 7, 100]).transpose([3, 1, 2, 0]).reshape([100, 3136]);
    if (path === "generator.lin1.bias") return value.reshape([64, 7, 7]).transpose([1, 2, 0]).reshape([3136]);
    if (path === "discriminator.fc1.weight")
      return value.reshape([50, 20, 4, 4]).transpose([2, 3, 1, 0]).reshape([320, 50]);
    if (value.rank === 4) return value.transpose([2, 3, 1, 0]); // both [out, in, kH, kW] and transposed [in, out, kH, kW]
    return value.rank === 2 ? value.transpose() : value.clone();
  });
}
