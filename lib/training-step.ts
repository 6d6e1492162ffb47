import * as tf from "@tensorflow/tfjs";
import type { Batch } from "./data-loader";
import { ShapeError } from "./layer";
import type { LightningModule, StepOutput } from "./lightning-module";
import type { Module } from "./module";
import type { Optimizer } from "./optimizers";

/** The numbers of one step, by name. */
export interface StepNumbers {
  loss: number;
  progressBar: Record<string, number>;
  log: Record<string, number>;
}

/**
 * One step of one optimizer: the loss, its gradients for this optimizer's weights alone, and the update.
 * Frees all it makes. A loss that is not a finite number changes nothing.
 *
 * @throws TypeError if the training step returns no loss, or a promise
 * @throws RangeError if the loss is not finite, or shapes do not fit
 */
export async function optimizerStep(
  model: LightningModule,
  optimizer: Optimizer,
  batch: Batch,
  batchIdx: number,
  optimizerIdx: number,
): Promise<StepNumbers> {
  const where = `${model.constructor.name}.trainingStep(batch, ${batchIdx}, ${optimizerIdx})`;
  let output: StepOutput | undefined;
  let gradients: tf.NamedTensorMap = {};
  const kept = new Set<tf.Tensor>();
  try {
    const lossOf = (): tf.Scalar => {
      output = checkOutput(model.trainingStep(batch, batchIdx, optimizerIdx), where);
      for (const value of [output.loss, ...Object.values({ ...output.progressBar, ...output.log })]) {
        if (value instanceof tf.Tensor) kept.add(tf.keep(value));
      }
      return output.loss;
    };
    gradients = gradientsOf(lossOf, optimizer, `${where}: the loss`, optimizerIdx);
    const numbers = await readNumbers(output!);
    if (!Number.isFinite(numbers.loss)) {
      throw new RangeError(
        `${where}: the loss is ${numbers.loss}. This step was not taken: the weights of optimizer ${optimizerIdx} are those of the step before. ` +
          `Try a smaller learning rate, and look for log(0), a division by zero or unnormalised data.`,
      );
    }
    optimizer.applyGradients(gradients);
    return numbers;
  } catch (error) {
    throw named(error, model);
  } finally {
    tf.dispose(gradients);
    tf.dispose([...kept]);
  }
}

function gradientsOf(lossOf: () => tf.Scalar, { parameters }: Optimizer, loss: string, optimizerIdx: number) {
  try {
    return tf.variableGrads(lossOf, [...parameters]).grads;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("Cannot find a connection")) throw error;
    throw new TypeError(
      `${loss} does not depend on any weight of optimizer ${optimizerIdx}. ` +
        `Compute it from the networks' outputs with tensor operations, without detach or dataSync in between.`,
      { cause: error },
    );
  }
}

/** @throws TypeError if a step of a model returned a promise: it cannot wait, its tensors would be freed under its hands */
export function refusePromise(output: unknown, where: string, method: string): void {
  if (!(output instanceof Promise)) return;
  output.catch(() => undefined);
  throw new TypeError(
    `${where} returned a promise: ${method} must be synchronous, so remove "async" and "await"`,
  );
}

function checkOutput(output: unknown, where: string): StepOutput {
  refusePromise(output, where, "trainingStep");
  const loss = (output as Partial<StepOutput> | undefined)?.loss;
  if (!(loss instanceof tf.Tensor)) {
    throw new TypeError(`${where} returned no loss: return { loss } with the tensor to minimise`);
  }
  if (loss.size !== 1) {
    throw new TypeError(
      `${where}: the loss must be one number, got a tensor of shape [${loss.shape.join(", ")}]`,
    );
  }
  return output as StepOutput;
}

async function readNumbers({ loss, progressBar = {}, log = {} }: StepOutput): Promise<StepNumbers> {
  // One reading a tensor: on a GPU each waits for the device.
  const read = new Map<tf.Tensor, Promise<number>>();
  const numberOf = (value: tf.Tensor | number): number | Promise<number> => {
    if (typeof value === "number") return value;
    const reading = read.get(value) ?? value.data().then((data) => Number(data[0]));
    read.set(value, reading);
    return reading;
  };
  const all = async (values: Record<string, tf.Scalar | number>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(values).map(async ([name, value]) => [name, await numberOf(value)] as const),
      ),
    );
  return { loss: await numberOf(loss), progressBar: await all(progressBar), log: await all(log) };
}

/** Says which layer of the model did not fit: `discriminator.fc1: Linear(320 → 50) expects …` */
function named(error: unknown, model: LightningModule): unknown {
  if (error instanceof ShapeError) {
    const path = pathTo(error.layer, model, "");
    if (path !== undefined && !error.message.startsWith(path)) error.message = `${path}: ${error.message}`;
  }
  return error;
}

function pathTo(layer: object, inside: Module<never, unknown>, prefix: string): string | undefined {
  for (const [name, child] of inside.children()) {
    if (child === layer) return prefix + name;
    const deeper = pathTo(layer, child, `${prefix}${name}.`);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
