import * as tf from "@tensorflow/tfjs";
import { useBackend } from "./backend";
import type { Batch } from "./data-loader";
import { LightningModule, type StepOutput } from "./lightning-module";
import { binaryCrossEntropy } from "./losses";
import { detach, type Module } from "./module";
import { Discriminator, Generator } from "./networks";
import { adam, type Optimizer } from "./optimizers";
import { plotImages, type PlotImagesOptions } from "./plot-images";
import { randn } from "./random";

/** Options of {@link GAN}. */
export interface GANOptions {
  /** Size of the noise vector z. Default 100. */
  latentDim?: number;
  /** Learning rate of both optimizers. Default 2e-4. */
  lr?: number;
}

/** A network that makes images of noise: z [B, latentDim] → [B, 28, 28, 1]. */
export type ImageNetwork = Module<tf.Tensor2D, tf.Tensor4D>;

/**
 * A generative adversarial network (Goodfellow et al., 2014): the generator learns to make images that the
 * discriminator takes for real, the discriminator to tell them apart.
 *
 * z [B, latentDim], standard normal → images [B, 28, 28, 1], normalised
 *
 * @example
 * const model = new GAN({ latentDim: 100, lr: 2e-4 });
 * await model.plotImages(); // noise
 * await new Trainer({ maxEpochs: 20 }).fit(model, new MNISTDataModule());
 */
export class GAN<G extends ImageNetwork = Generator> extends LightningModule<Required<GANOptions>> {
  readonly generator: G;
  readonly discriminator: Discriminator;
  /** Six fixed noises [6, latentDim]: the same seeds of images after every epoch. */
  readonly validationZ: tf.Tensor2D;

  /** @param generator a network of your own to train in place of {@link Generator} */
  constructor({ latentDim = 100, lr = 2e-4 }: GANOptions = {}, generator?: G) {
    super();
    this.saveHyperparameters({ latentDim, lr });
    // Without one given, G is Generator.
    this.generator = generator ?? (new Generator({ latentDim }) as ImageNetwork as G);
    this.discriminator = new Discriminator();
    this.validationZ = randn([6, latentDim]);
  }

  override forward(z: tf.Tensor2D): tf.Tensor4D {
    return this.generator.forward(z);
  }

  /** How far the discriminator's answers ŷ [B, 1] are from y [B, 1]: binary cross-entropy, a scalar. */
  adversarialLoss(yHat: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
    return binaryCrossEntropy(yHat, y);
  }

  override trainingStep([realImages]: Batch, _batchIdx: number, optimizerIdx: number): StepOutput {
    const z = randn<tf.Rank.R2>([realImages.shape[0], this.hparams.latentDim]);

    if (optimizerIdx === 0) {
      // The generator: maximise log D(G(z)).
      const yHat = this.discriminator.forward(this.forward(z));
      const gLoss = this.adversarialLoss(yHat, tf.onesLike(yHat));
      return { loss: gLoss, progressBar: { gLoss }, log: { gLoss } };
    }

    // The discriminator: maximise log D(x) + log(1 − D(G(z))).
    const yReal = this.discriminator.forward(realImages);
    const realLoss = this.adversarialLoss(yReal, tf.onesLike(yReal));
    const yFake = this.discriminator.forward(detach(this.forward(z)));
    const fakeLoss = this.adversarialLoss(yFake, tf.zerosLike(yFake));
    const dLoss: tf.Scalar = realLoss.add<tf.Scalar>(fakeLoss).div(2);
    return { loss: dLoss, progressBar: { dLoss }, log: { dLoss } };
  }

  override configureOptimizers(): Optimizer[] {
    const { lr } = this.hparams;
    return [adam(this.generator.parameters(), { lr }), adam(this.discriminator.parameters(), { lr })];
  }

  override async onTrainEpochEnd(epoch: number): Promise<void> {
    // One small row an epoch: twenty of them fit on a screen.
    await this.plotImages(`Epoch ${epoch + 1}`, { rows: 1, size: 56 });
  }

  override dispose(): void {
    super.dispose();
    this.validationZ.dispose();
  }

  /** Shows what the generator makes of `validationZ`, as a 2×3 grid. */
  async plotImages(title = "Generated images", options: PlotImagesOptions = {}): Promise<void> {
    await useBackend();
    // Drawn as it is used, whatever mode it is in: without dropout, and batch norm's statistics stay as they are.
    const { training } = this;
    this.eval();
    const images = tf.tidy(() => this.forward(this.validationZ));
    this.train(training);
    try {
      await plotImages(images, { ...options, title });
    } finally {
      images.dispose();
    }
  }
}
