import type * as tf from "@tensorflow/tfjs";
import type { Batch } from "./data-loader";
import { Module } from "./module";
import type { Optimizer } from "./optimizers";

/** What a training step gives back: the loss to minimise, and numbers to show and to keep. */
export interface StepOutput {
  loss: tf.Scalar;
  /** Shown in the progress bar, by name. */
  progressBar?: Record<string, tf.Scalar | number>;
  /** Kept in the history, by name, for curves. */
  log?: Record<string, tf.Scalar | number>;
}

/**
 * A model that a `Trainer` can train, as Lightning's `LightningModule`: networks in its fields, `trainingStep`,
 * and `configureOptimizers`. Everything else is a hook that may be left out.
 *
 * @typeParam HParams the options that `saveHyperparameters` keeps in `hparams`
 * @example
 * const model: LightningModule = new GAN({ latentDim: 100 }); // GAN extends LightningModule
 * await trainer.fit(model, dm);
 */
export abstract class LightningModule<HParams extends object = object> extends Module<
  tf.Tensor2D,
  tf.Tensor4D
> {
  private savedHparams: Readonly<HParams> | undefined;

  /** The hyperparameters that were saved. @throws Error before `saveHyperparameters` was called */
  get hparams(): Readonly<HParams> {
    if (this.savedHparams === undefined) {
      throw new Error(
        `${this.constructor.name}: no hyperparameters yet: call this.saveHyperparameters({ … }) first`,
      );
    }
    return this.savedHparams;
  }

  /** Keeps the options that a model was made with: `this.saveHyperparameters({ latentDim, lr })`. */
  saveHyperparameters(hparams: HParams): void {
    this.savedHparams = Object.freeze({ ...hparams });
  }

  /**
   * The loss of one batch for one optimizer. Synchronous, so that nothing leaks: what it makes is freed.
   *
   * @param batch images [B, 28, 28, 1] and labels [B]
   * @param batchIdx number of the batch in this epoch, from 0
   * @param optimizerIdx which of `configureOptimizers` the loss is for, from 0
   */
  abstract trainingStep(batch: Batch, batchIdx: number, optimizerIdx: number): StepOutput;

  /** One optimizer a network, in the order in which the training step is called for them. */
  abstract configureOptimizers(): Optimizer[];

  /** Numbers to log for one batch of the validation data; its epoch's mean is kept. */
  validationStep?(batch: Batch, batchIdx: number): Record<string, tf.Scalar | number>;

  onFitStart?(): void | Promise<void>;
  onTrainStart?(): void | Promise<void>;
  onTrainEpochStart?(epoch: number): void | Promise<void>;
  onTrainBatchStart?(batch: Batch, batchIdx: number): void | Promise<void>;
  onTrainBatchEnd?(batch: Batch, batchIdx: number): void | Promise<void>;
  onTrainEpochEnd?(epoch: number): void | Promise<void>;
  onTrainEnd?(): void | Promise<void>;
  onFitEnd?(): void | Promise<void>;
}
