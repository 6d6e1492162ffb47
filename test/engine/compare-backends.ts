import { selectBackend, type BackendName } from "#engine";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { Input, RandomValues } from "./random-values";

/** One call of an op. */
export interface Case {
  /** What is called, with all but the values. */
  text: string;
  inputs: Input[];
  run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** How much of the outputs' magnitude a value may differ. Default 2e-5. */
  tolerance?: number;
}

/** Makes one random case of an op. */
export type CaseMaker = (random: RandomValues) => Case;

interface Output {
  shape: number[];
  dtype: string;
  values: ArrayLike<number>;
}

/** Passes when `simd` answers a case as tfjs's `cpu` backend does, or both refuse it: then false. */
export async function assertAsOnCpu({ text, inputs, run, tolerance = 2e-5 }: Case): Promise<boolean> {
  const described = `${text} on ${inputs.map(({ dtype, shape }) => `${dtype}[${shape.join(",")}]`).join(", ")}`;
  const expected = await outputsOn("cpu", inputs, run);
  const actual = await outputsOn("simd", inputs, run);
  if (expected instanceof Error || actual instanceof Error) {
    const both = expected instanceof Error && actual instanceof Error;
    assert.ok(both, `${described}: cpu ${outcome(expected)}, simd ${outcome(actual)}`);
    return false;
  }
  assert.equal(actual.length, expected.length, `${described}: number of outputs`);
  expected.forEach((output, i) => assertSame(actual[i]!, output, tolerance, `${described}, output ${i}`));
  return true;
}

async function outputsOn(name: BackendName, inputs: Input[], run: Case["run"]): Promise<Output[] | Error> {
  await selectBackend({ backend: name });
  const tensors = inputs.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype));
  let outputs: tf.Tensor[] = [];
  try {
    outputs = tf.tidy(() => [run(...tensors)].flat());
    return await Promise.all(
      outputs.map(async (output) => ({
        shape: output.shape,
        dtype: output.dtype,
        values: await output.data(),
      })),
    );
  } catch (error) {
    return error as Error;
  } finally {
    tf.dispose([...tensors, ...outputs]);
  }
}

function assertSame(actual: Output, expected: Output, tolerance: number, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, `${what}: shape`);
  assert.equal(actual.dtype, expected.dtype, `${what}: dtype`);
  assert.equal(actual.values.length, expected.values.length, `${what}: number of values`);
  const finite = Array.from(expected.values).filter(Number.isFinite);
  // A sum that cancels out has the error of its terms, not of its tiny result.
  const magnitude = finite.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, finite.length);
  const allowed = actual.dtype === "float32" ? tolerance : 0;
  for (let i = 0; i < expected.values.length; i++) {
    const [a, e] = [actual.values[i]!, expected.values[i]!];
    const same =
      a === e ||
      (Number.isNaN(a) && Number.isNaN(e)) ||
      Math.abs(a - e) <= allowed * Math.max(Math.abs(e), magnitude);
    if (!same) assert.fail(`${what}: value ${i} of ${expected.values.length} is ${a}, on cpu ${e}`);
  }
}

function outcome(result: Output[] | Error): string {
  return result instanceof Error ? `throws "${result.message}"` : "answers";
}
