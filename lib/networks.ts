import * as tf from "@tensorflow/tfjs";
import { Conv2d, ConvTranspose2d, Dropout, Dropout2d, Linear } from "./layers";
import { Module } from "./module";

/**
 * Tells real images from generated ones. 21,381 weights.
 *
 * images [B, 28, 28, 1], normalised → the probability that each is real [B, 1], in (0, 1)
 *
 * @example new Discriminator().forward(images)
 */
export class Discriminator extends Module<tf.Tensor4D, tf.Tensor2D> {
  readonly conv1 = new Conv2d(1, 10, 5);
  readonly conv2 = new Conv2d(10, 20, 5);
  readonly conv2Drop = new Dropout2d(0.5);
  readonly fc1 = new Linear(320, 50);
  readonly fc1Drop = new Dropout(0.5);
  readonly fc2 = new Linear(50, 1);

  override forward(images: tf.Tensor4D): tf.Tensor2D {
    let x = tf.relu(tf.maxPool(this.conv1.forward(images), 2, 2, "valid")); // [B, 12, 12, 10]
    x = tf.relu(tf.maxPool(this.conv2Drop.forward(this.conv2.forward(x)), 2, 2, "valid")); // [B, 4, 4, 20]
    const flat = x.reshape<tf.Tensor2D>([x.shape[0], -1]); // [B, 320]
    const hidden = this.fc1Drop.forward(tf.relu(this.fc1.forward(flat))); // [B, 50]
    return tf.sigmoid(this.fc2.forward(hidden)); // [B, 1]
  }
}

/** What a {@link Generator} may be given. */
export interface GeneratorOptions {
  /** Size of the noise vector z. Default 100. */
  latentDim?: number;
}

/**
 * Makes images out of noise. 358,529 weights with latentDim 100.
 *
 * z [B, latentDim], standard normal → images [B, 28, 28, 1], normalised
 *
 * @example new Generator({ latentDim: 100 }).forward(randn([6, 100]))
 */
export class Generator extends Module<tf.Tensor2D, tf.Tensor4D> {
  readonly lin1: Linear;
  readonly ct1 = new ConvTranspose2d(64, 32, 4, { stride: 2 });
  readonly ct2 = new ConvTranspose2d(32, 16, 4, { stride: 2 });
  readonly conv = new Conv2d(16, 1, 7);

  constructor({ latentDim = 100 }: GeneratorOptions = {}) {
    super();
    this.lin1 = new Linear(latentDim, 7 * 7 * 64);
  }

  override forward(z: tf.Tensor2D): tf.Tensor4D {
    const flat = tf.relu(this.lin1.forward(z)); // [B, 3136]
    let x = flat.reshape<tf.Tensor4D>([flat.shape[0], 7, 7, 64]);
    x = tf.relu(this.ct1.forward(x)); // [B, 16, 16, 32]
    x = tf.relu(this.ct2.forward(x)); // [B, 34, 34, 16]
    return this.conv.forward(x); // [B, 28, 28, 1]
  }
}
