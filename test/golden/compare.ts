import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";

/** Passes when no value differs by more than `tolerance`. */
export async function assertClose(
  actual: tf.Tensor,
  expected: tf.Tensor,
  tolerance: number,
  what: string,
): Promise<void> {
  const worst = (await differences(actual, expected, what)).reduce(worse, 0);
  assert.ok(worst <= tolerance, `${what}: differs by ${worst}, allowed ${tolerance}`);
}

/** Passes when the difference is at most `tolerance` of the expected values, both as Euclidean norms. */
export async function assertRelative(
  actual: tf.Tensor,
  expected: tf.Tensor,
  tolerance: number,
  what: string,
): Promise<void> {
  const norm = (values: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
    return Math.sqrt(sum);
  };
  const relative = norm(await differences(actual, expected, what)) / norm(await expected.data());
  assert.ok(relative <= tolerance, `${what}: differs by ${relative} of its norm, allowed ${tolerance}`);
}

async function differences(actual: tf.Tensor, expected: tf.Tensor, what: string): Promise<Float64Array> {
  assert.deepEqual(actual.shape, expected.shape, `${what}: shape`);
  const [a, e] = await Promise.all([actual.data(), expected.data()]);
  return Float64Array.from(a as Float32Array, (value, i) => Math.abs(value - e[i]!));
}

/** NaN is worse than every number. */
function worse(a: number, b: number): number {
  return Number.isNaN(b) || b > a ? b : a;
}
