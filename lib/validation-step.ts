import * as tf from "@tensorflow/tfjs";
import type { Batch } from "./data-loader";
import type { LightningModule } from "./lightning-module";
import { refusePromise } from "./training-step";

/**
 * What the model's validation step says of one batch, as numbers. Frees all it makes.
 *
 * @throws TypeError if it returns a promise, or anything but numbers and tensors of one number by name
 */
export async function validationNumbers(
  model: LightningModule,
  batch: Batch,
  batchIdx: number,
): Promise<Record<string, number>> {
  const where = `${model.constructor.name}.validationStep(batch, ${batchIdx})`;
  const values = tf.tidy(() => checked(model.validationStep!(batch, batchIdx), where));
  try {
    const numbers: Record<string, number> = {};
    for (const [name, value] of Object.entries(values)) {
      numbers[name] = typeof value === "number" ? value : Number((await value.data())[0]);
    }
    return numbers;
  } finally {
    tf.dispose(values);
  }
}

function checked(output: unknown, where: string): Record<string, tf.Tensor | number> {
  refusePromise(output, where, "validationStep");
  if (typeof output !== "object" || output === null || output instanceof tf.Tensor) {
    throw new TypeError(`${where} returned no numbers by name: return e.g. { valLoss: loss }`);
  }
  for (const [name, value] of Object.entries(output)) {
    if (typeof value === "number" || (value instanceof tf.Tensor && value.size === 1)) continue;
    const got = value instanceof tf.Tensor ? `a tensor of shape [${String(value.shape)}]` : typeof value;
    throw new TypeError(`${where}: ${name} must be one number, got ${got}`);
  }
  return output as Record<string, tf.Tensor | number>;
}
