import type * as tf from "@tensorflow/tfjs";

/** One step of preparing a batch of images: [B, H, W, C] → [B, H', W', C']. */
export type Transform = (images: tf.Tensor4D) => tf.Tensor4D;

/**
 * Applies transforms one after the other, as `torchvision.transforms.Compose`.
 *
 * @example const transform = compose(toUnitRange(), normalize(0.5, 0.5)); // bytes → [−1, 1]
 */
export function compose(...transforms: readonly Transform[]): Transform {
  return (images) => transforms.reduce((value, transform) => transform(value), images);
}

/**
 * Bytes in [0, 255] to numbers in [0, 1], as `torchvision.transforms.ToTensor`.
 *
 * @example toUnitRange()(images) // [B, 28, 28, 1], bytes → [0, 1]
 */
export function toUnitRange(): Transform {
  return (images) => images.div(255);
}

/**
 * (x − mean) / std, as `torchvision.transforms.Normalize`.
 *
 * @param std must not be 0
 * @example normalize(0.1307, 0.3081)(images) // [B, 28, 28, 1] → the same shape, mean 0
 */
export function normalize(mean: number, std: number): Transform {
  if (!(std > 0)) throw new RangeError(`normalize: the standard deviation must be above 0, got ${std}`);
  return (images) => images.sub(mean).div(std);
}
