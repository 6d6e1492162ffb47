import * as tf from "@tensorflow/tfjs";
import { BatchNorm2d, Conv2d, ConvTranspose2d, Dropout, Linear } from "../lib/layers";
import { binaryCrossEntropy } from "../lib/losses";
import { detach, Module } from "../lib/module";
import { adam } from "../lib/optimizers";
import { randn } from "../lib/random";

/** What learners turn the tutorial's GAN into; one call of a step trains it on one made-up batch. */
export const variants: Record<string, (batchSize: number) => () => void> = {
  "DCGAN-like": dcgan,
  "LeNet classifier": lenet,
};

/** Deep convolutional GAN (Radford et al., 2015), for 28×28 images. */
class DCGenerator extends Module<tf.Tensor2D, tf.Tensor4D> {
  readonly lin = new Linear(100, 7 * 7 * 64);
  readonly norm1 = new BatchNorm2d(64);
  readonly ct1 = new ConvTranspose2d(64, 32, 4, { stride: 2, padding: 1 });
  readonly norm2 = new BatchNorm2d(32);
  readonly ct2 = new ConvTranspose2d(32, 1, 4, { stride: 2, padding: 1 });

  override forward(z: tf.Tensor2D): tf.Tensor4D {
    let x = this.lin.forward(z).reshape<tf.Tensor4D>([-1, 7, 7, 64]);
    x = tf.relu(this.norm1.forward(x));
    x = tf.relu(this.norm2.forward(this.ct1.forward(x)));
    return tf.tanh(this.ct2.forward(x));
  }
}

class DCDiscriminator extends Module<tf.Tensor4D, tf.Tensor2D> {
  readonly conv1 = new Conv2d(1, 32, 4, { stride: 2, padding: 1 });
  readonly conv2 = new Conv2d(32, 64, 4, { stride: 2, padding: 1 });
  readonly norm = new BatchNorm2d(64);
  readonly lin = new Linear(3 * 3 * 64, 1);

  override forward(images: tf.Tensor4D): tf.Tensor2D {
    let x: tf.Tensor4D = tf.leakyRelu(this.conv1.forward(images), 0.2);
    x = tf.leakyRelu(this.norm.forward(this.conv2.forward(x)), 0.2);
    x = tf.avgPool(x, 2, 2, "valid");
    return tf.sigmoid(this.lin.forward(x.reshape<tf.Tensor2D>([x.shape[0], -1])));
  }
}

function dcgan(batchSize: number): () => void {
  const [generator, discriminator] = [new DCGenerator(), new DCDiscriminator()];
  const optimizers = [
    adam(generator.parameters(), { betas: [0.5, 0.999] }),
    adam(discriminator.parameters()),
  ] as const;
  const z = randn<tf.Rank.R2>([batchSize, 100]);
  const real = randn<tf.Rank.R4>([batchSize, 28, 28, 1]);
  const score = (images: tf.Tensor4D, label: number) => {
    const yHat = discriminator.forward(images);
    return binaryCrossEntropy(yHat, tf.fill(yHat.shape, label));
  };
  return () => {
    train(optimizers[0], () => score(generator.forward(z), 1));
    train(optimizers[1], () => score(real, 1).add(score(detach(generator.forward(z)), 0)));
  };
}

/** LeNet-5 (LeCun et al., 1998), with ReLU and dropout. */
class LeNet extends Module<tf.Tensor4D, tf.Tensor2D> {
  readonly conv1 = new Conv2d(1, 6, 5, { padding: 2 });
  readonly conv2 = new Conv2d(6, 16, 5);
  readonly fc1 = new Linear(400, 120);
  readonly drop = new Dropout(0.5);
  readonly fc2 = new Linear(120, 84);
  readonly fc3 = new Linear(84, 10);

  override forward(images: tf.Tensor4D): tf.Tensor2D {
    let x: tf.Tensor4D = tf.avgPool(tf.relu(this.conv1.forward(images)), 2, 2, "valid");
    x = tf.maxPool(tf.relu(this.conv2.forward(x)), 2, 2, "valid");
    const flat = x.reshape<tf.Tensor2D>([x.shape[0], -1]);
    const hidden = this.drop.forward(tf.relu(this.fc1.forward(flat)));
    return this.fc3.forward(tf.relu(this.fc2.forward(hidden)));
  }
}

function lenet(batchSize: number): () => void {
  const network = new LeNet();
  const optimizer = adam(network.parameters());
  const images = randn<tf.Rank.R4>([batchSize, 28, 28, 1]);
  const labels = tf.tensor1d(Int32Array.from({ length: batchSize }, (_, i) => i % 10));
  return () =>
    train(optimizer, () => tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 10), network.forward(images)));
}

function train(optimizer: ReturnType<typeof adam>, loss: () => tf.Tensor): void {
  const { value, grads } = tf.variableGrads(() => loss().asScalar(), [...optimizer.parameters]);
  optimizer.applyGradients(grads);
  tf.dispose([value, grads]);
}
