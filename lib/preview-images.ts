import * as tf from "@tensorflow/tfjs";
import { greyImages, type GreyImages } from "./grey-images";
import type { LightningModule } from "./lightning-module";

/**
 * What a model now makes of its fixed noise, without dropout; undefined for a model without a field
 * `validationZ` [N, latentDim] that its `forward` turns into images [N, H, W, 1]. Draws no random number.
 */
export async function previewImages(model: LightningModule): Promise<GreyImages | undefined> {
  const { validationZ } = model as { validationZ?: unknown };
  if (!(validationZ instanceof tf.Tensor) || validationZ.rank !== 2) return undefined;
  model.eval();
  const images = tf.tidy(() => model.forward(validationZ as tf.Tensor2D));
  try {
    return images.rank === 4 && images.shape[3] === 1 ? await greyImages(images) : undefined;
  } finally {
    images.dispose();
  }
}
