import * as tf from "@tensorflow/tfjs";
import type { LightningDataModule } from "../data-module";
import type { ImageGenerator } from "../latent";
import { randn, randomState, seedEverything, setRandomState } from "../random";
import { Trainer } from "../trainer";
import { DigitClassifier } from "./digit-classifier";
import { fitGaussian, frechetDistance, type Gaussian } from "./frechet-distance";

const FEATURES = 50;
const BATCH = 100;

/** What {@link ImageQuality.measure} found. */
export interface QualityReport {
  /** From the features of real images to those of generated ones; 0 is best, lower is better. */
  readonly frechetDistance: number;
  /** Mean of the judge's highest probability, in [0.1, 1]: how clearly the images are some digit. */
  readonly confidence: number;
  /** How many of the ten classes make up at least 2 % of the images: few means mode collapse. */
  readonly classes: number;
}

/**
 * Judges generated images by the eyes of a small classifier that was trained on the real ones: the Fréchet
 * distance between what it sees in both. As FID, but with a LeNet for MNIST instead of Inception: compare its
 * numbers with each other, never with published FIDs. Source: Heusel et al., 2017, arXiv:1706.08500.
 *
 * @example
 * const judge = await ImageQuality.train(dm); // a few seconds, once
 * const { frechetDistance } = await judge.measure(model, { latentDim: 100 });
 */
export class ImageQuality {
  private constructor(
    private readonly classifier: DigitClassifier,
    /** The share of unseen real images that the judge names rightly, in [0, 1]. */
    readonly accuracy: number,
    private readonly real: Gaussian,
  ) {}

  /**
   * Trains the judge on the training data and tries it on the validation data. Always the same judge for the
   * same data: the seed of everything else is left alone.
   */
  static async train(
    dataModule: LightningDataModule,
    { batches = 200 }: { batches?: number } = {},
  ): Promise<ImageQuality> {
    const state = randomState();
    try {
      seedEverything(1);
      const classifier = new DigitClassifier();
      const trainer = new Trainer({ maxEpochs: 1, limitTrainBatches: batches, enableProgressBar: false });
      await trainer.fit(classifier, dataModule);
      classifier.eval();
      const features: Float32Array[] = [];
      let [right, count] = [0, 0];
      for (const [images, labels] of dataModule.valDataLoader?.() ?? dataModule.trainDataLoader()) {
        const seen = tf.tidy(() => classifier.features(images));
        const hits = tf.tidy(() => classifier.probabilities(seen).argMax(1).equal(labels).sum());
        features.push((await seen.data()) as Float32Array);
        right += Number((await hits.data())[0]);
        count += labels.size;
        tf.dispose([images, labels, seen, hits]);
      }
      return new ImageQuality(classifier, right / count, fitGaussian(joined(features), FEATURES));
    } finally {
      setRandomState(state);
    }
  }

  /** Judges `count` images that a model makes of fixed noises: the same ones for every model. */
  async measure(
    model: ImageGenerator,
    { latentDim = 100, count = 1000 }: { latentDim?: number; count?: number } = {},
  ): Promise<QualityReport> {
    if (!Number.isInteger(count) || count < 2) {
      throw new RangeError(`ImageQuality.measure: count must be a whole number of at least 2, got ${count}`);
    }
    const state = randomState();
    try {
      seedEverything(2);
      model.eval();
      const features: Float32Array[] = [];
      const perClass = new Array<number>(10).fill(0);
      let sure = 0;
      for (let done = 0; done < count; done += BATCH) {
        const z = randn<tf.Rank.R2>([Math.min(BATCH, count - done), latentDim]);
        const seen = tf.tidy(() => this.classifier.features(model.forward(z)));
        const [highest, classes] = tf.tidy((): [tf.Tensor, tf.Tensor] => {
          const probabilities = this.classifier.probabilities(seen);
          return [probabilities.max(1), probabilities.argMax(1)];
        });
        features.push((await seen.data()) as Float32Array);
        for (const value of await highest.data()) sure += value;
        for (const digit of await classes.data()) perClass[digit]! += 1;
        tf.dispose([z, seen, highest, classes]);
        // Lets the process print, and hear of an interrupt.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return {
        frechetDistance: frechetDistance(this.real, fitGaussian(joined(features), FEATURES)),
        confidence: sure / count,
        classes: perClass.filter((made) => made >= 0.02 * count).length,
      };
    } finally {
      setRandomState(state);
    }
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
