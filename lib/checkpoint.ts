import * as tf from "@tensorflow/tfjs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { writeAtomically } from "./dataset-files";
import type { Module } from "./module";
import { decodeSafetensors, encodeSafetensors, type NamedValues } from "./safetensors";

/**
 * Saves a network's weights as a safetensors file. The file is replaced in one piece: a full disk or a killed
 * kernel leaves the checkpoint that was there before.
 *
 * @param metadata short texts to keep beside the weights, e.g. `{ epoch: "3" }`
 * @example await saveCheckpoint("checkpoints/gan.safetensors", model);
 */
export async function saveCheckpoint(
  path: string,
  model: Module<never, unknown>,
  metadata: Record<string, string> = {},
): Promise<void> {
  const tensors: NamedValues = new Map();
  for (const [name, weight] of model.stateDict()) {
    tensors.set(name, { shape: weight.shape, values: Float32Array.from(await weight.data()) });
  }
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, encodeSafetensors(tensors, metadata));
}

/**
 * Puts a checkpoint's weights into a network of the same architecture. All is checked before any weight moves.
 *
 * @returns the metadata that was saved with it
 * @throws RangeError naming the weight that is missing, left over or of another shape
 * @example await loadCheckpoint("checkpoints/gan.safetensors", new GAN());
 */
export async function loadCheckpoint(
  path: string,
  model: Module<never, unknown>,
): Promise<Record<string, string>> {
  const { tensors, metadata } = decodeSafetensors(await readFile(path), path);
  const weights = model.stateDict();
  for (const [name, weight] of weights) {
    const saved = tensors.get(name);
    if (saved === undefined)
      throw new RangeError(`${path}: has no weight named ${name}: it is of another architecture`);
    if (!tf.util.arraysEqual(saved.shape as number[], weight.shape)) {
      throw new RangeError(
        `${path}: ${name} has shape [${saved.shape.join(", ")}], the network's is [${weight.shape.join(", ")}]`,
      );
    }
  }
  const left = [...tensors.keys()].filter((name) => !weights.has(name));
  if (left.length > 0) throw new RangeError(`${path}: the network has no weight named ${left.join(", ")}`);
  for (const [name, weight] of weights) {
    const { shape, values } = tensors.get(name)!;
    tf.tidy(() => weight.assign(tf.tensor(values, shape as number[])));
  }
  return metadata;
}
