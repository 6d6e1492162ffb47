import * as tf from "@tensorflow/tfjs";

/**
 * Binary cross-entropy, −mean(y log ŷ + (1 − y) log(1 − ŷ)), as `torch.nn.functional.binary_cross_entropy`.
 *
 * @param yHat probabilities in [0, 1], any shape
 * @param y targets in [0, 1], the same shape
 * @returns a scalar; each logarithm is at least −100, as in PyTorch, so that 0 and 1 give a finite loss
 * @example const loss = binaryCrossEntropy(yHat, tf.onesLike(yHat)); // yHat [B, 1] → a scalar
 */
export function binaryCrossEntropy(yHat: tf.Tensor, y: tf.Tensor): tf.Scalar {
  if (!tf.util.arraysEqual(yHat.shape, y.shape)) {
    throw new RangeError(
      `binaryCrossEntropy: predictions and targets must have one shape, got [${yHat.shape.join(", ")}] and [${y.shape.join(", ")}]`,
    );
  }
  return bce(yHat, y);
}

// The gradient is PyTorch's own formula, (ŷ − y) / max(ŷ (1 − ŷ), 1e-12): finite where a logarithm is clamped.
const bce = tf.customGrad((...inputs: unknown[]) => {
  const [yHat, y, save] = inputs as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
  save([yHat, y]);
  const logOf = (x: tf.Tensor) => tf.maximum(x.log(), -100);
  const value = y
    .mul(logOf(yHat))
    .add(tf.sub(1, y).mul(logOf(tf.sub(1, yHat))))
    .mean()
    .neg();
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [p, target] = saved as [tf.Tensor, tf.Tensor];
    const slope = p.sub(target).div(tf.maximum(p.mul(tf.sub(1, p)), 1e-12));
    return [slope.mul(dy.div(p.size)), tf.zerosLike(target)];
  };
  return { value, gradFunc };
}) as (yHat: tf.Tensor, y: tf.Tensor) => tf.Scalar;
