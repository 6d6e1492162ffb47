import * as tf from "@tensorflow/tfjs-core";

/** Adam's settings in one step. */
export interface AdamRates {
  /** Learning rate. */
  lr: number;
  /** Decay of the first and the second moment. */
  beta1: number;
  beta2: number;
  /** Added to the root of the second moment. */
  eps: number;
  /** The number of this step, from 1. */
  step: number;
}

/** The weights after a step, and both moments. */
export type AdamResult = [value: tf.Tensor, m: tf.Tensor, v: tf.Tensor];

/**
 * One step of Adam (Kingma and Ba, 2015) for one tensor of weights, all four of one shape, as PyTorch computes it:
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², value ← value − lr · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + eps).
 * One kernel on the backend `simd`; tfjs' ops on all others, where it takes twenty.
 */
export function adamStep(
  value: tf.Tensor,
  gradient: tf.Tensor,
  m: tf.Tensor,
  v: tf.Tensor,
  rates: AdamRates,
): AdamResult {
  const inputs = { value, gradient, m, v };
  const floats = Object.values(inputs).every(({ dtype }) => dtype === "float32");
  if (floats && tf.getKernel("AdamStep", tf.getBackend())) {
    return tf.engine().runKernel("AdamStep", inputs, { ...rates });
  }
  const { lr, beta1, beta2, eps, step } = rates;
  return tf.tidy((): AdamResult => {
    const newM = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
    const newV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const root = tf.add(tf.sqrt(tf.div(newV, 1 - beta2 ** step)), eps);
    const change = tf.mul(tf.div(tf.div(newM, 1 - beta1 ** step), root), lr);
    return [tf.sub(value, change), newM, newV];
  });
}
