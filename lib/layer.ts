import * as tf from "@tensorflow/tfjs";
import { Module } from "./module";
import { uniformValues } from "./random";

/**
 * Raised when data does not fit a layer: the message names the layer and both shapes.
 *
 * @example new Linear(320, 50).forward(tf.zeros([8, 300])) // ShapeError: Linear(320 → 50) expects …
 */
export class ShapeError extends RangeError {
  override readonly name = "ShapeError";

  constructor(
    readonly layer: Module<never, unknown>,
    readonly expected: string,
    readonly actual: readonly number[],
  ) {
    super(`${String(layer)} expects input of shape ${expected}, got [${actual.join(", ")}]`);
  }
}

/**
 * A weight initialised as PyTorch's default: uniform in ±1/√fanIn.
 *
 * @param fanIn how many inputs each output sums (source: `torch.nn.Linear.reset_parameters`)
 */
export function uniformWeight<R extends tf.Rank>(shape: tf.ShapeMap[R], fanIn: number): tf.Variable<R> {
  const bound = 1 / Math.sqrt(fanIn);
  const values = uniformValues(tf.util.sizeFromShape(shape), -bound, bound);
  return variable(tf.tensor<R>(values, shape));
}

/** Makes a variable of a tensor and frees the tensor. */
export function variable<R extends tf.Rank>(initial: tf.Tensor<R>, trainable = true): tf.Variable<R> {
  const made = tf.variable(initial, trainable);
  initial.dispose();
  return made;
}

/** Checks a layer's sizes when it is made, so that a mistake shows there and not in the first step. */
export function checkSizes(layer: string, sizes: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`${layer}: ${name} must be a whole number of at least 1, got ${size}`);
    }
  }
}
