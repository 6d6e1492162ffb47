import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../data-loader";
import { Conv2d, Linear } from "../layers";
import { LightningModule, type StepOutput } from "../lightning-module";
import { adam, type Optimizer } from "../optimizers";

/**
 * Tells ten classes of images apart: a small LeNet (LeCun et al., 1998), trained in seconds. 21,830 weights.
 * It judges generated images, see {@link ImageQuality}.
 */
export class DigitClassifier extends LightningModule {
  readonly conv1 = new Conv2d(1, 10, 5);
  readonly conv2 = new Conv2d(10, 20, 5);
  readonly fc1 = new Linear(320, 50);
  readonly fc2 = new Linear(50, 10);

  /** Images [B, 28, 28, 1], normalised → what it sees in them [B, 50]. */
  features(images: tf.Tensor4D): tf.Tensor2D {
    let x = tf.relu(tf.maxPool(this.conv1.forward(images), 2, 2, "valid"));
    x = tf.relu(tf.maxPool(this.conv2.forward(x), 2, 2, "valid"));
    return tf.relu(this.fc1.forward(x.reshape<tf.Tensor2D>([x.shape[0], -1])));
  }

  /** Features [B, 50] → the probability of each class [B, 10]. */
  probabilities(features: tf.Tensor2D): tf.Tensor2D {
    return tf.softmax(this.fc2.forward(features));
  }

  /** Unused: a classifier makes no images of noise. */
  override forward(): never {
    throw new Error("DigitClassifier: use features(images) and probabilities(features)");
  }

  override trainingStep([images, labels]: Batch): StepOutput {
    const probabilities = this.probabilities(this.features(images));
    const chosen = probabilities.mul(tf.oneHot(labels, 10)).sum(1);
    const loss = chosen.add(1e-7).log().mean().neg() as tf.Scalar;
    return { loss };
  }

  override configureOptimizers(): Optimizer[] {
    return [adam(this.parameters(), { lr: 1e-3 })];
  }
}
