import * as tf from "@tensorflow/tfjs";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** The one generator behind everything random: weights, noise, dropout, shuffling. */
let generator = xoroshiro128plus(42);

/**
 * Seeds everything random in this library. The same seed gives the same weights, noise, dropout and
 * order of the data, on every backend and with any number of threads.
 *
 * @param seed a whole number in [0, 2³²)
 * @returns the seed, as in PyTorch Lightning
 * @throws RangeError if the seed is not such a number
 * @example seedEverything(42);
 */
export function seedEverything(seed: number): number {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`seedEverything: the seed must be a whole number from 0 to 4294967295, got ${seed}`);
  }
  generator = xoroshiro128plus(seed);
  return seed;
}

/** The generator's state, for {@link setRandomState}: a checkpoint keeps it. */
export function randomState(): readonly number[] {
  return generator.getState();
}

/** Puts the generator back to where {@link randomState} was taken. */
export function setRandomState(state: readonly number[]): void {
  generator = xoroshiro128plusFromState(state);
}

/** A new seed in [0, 2³²), drawn from the seeded generator. */
export function drawSeed(): number {
  return Math.floor(uniformFloat64(generator) * 2 ** 32);
}

/** `count` numbers uniform in [low, high). */
export function uniformValues(count: number, low = 0, high = 1): Float32Array {
  // A plain loop is five times as fast as Float32Array.from: dropout draws some 27,000 numbers a training step.
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = low + (high - low) * uniformFloat64(generator);
  return values;
}

/** `count` numbers from the standard normal distribution (Box and Muller's method). */
export function normalValues(count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    // 1 − u lies in (0, 1], where the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
    const angle = 2 * Math.PI * uniformFloat64(generator);
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/**
 * The numbers 0 … count − 1 in random order (Fisher and Yates' shuffle); `seed` makes it repeatable.
 *
 * @example const order = permutation(60_000, 42); // Uint32Array of length 60000
 */
export function permutation(count: number, seed = drawSeed()): Uint32Array {
  const own = xoroshiro128plus(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniformFloat64(own) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * Noise from the standard normal distribution, as `torch.randn`.
 *
 * @param shape e.g. `[6, 100]`: six latent vectors of size 100
 * @example const z = randn<tf.Rank.R2>([6, 100]); // tf.Tensor2D
 */
export function randn<R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
  return tf.tensor<R>(normalValues(tf.util.sizeFromShape(shape)), shape, "float32");
}
