import type { LightningModule } from "../lightning-module";
import type { Trainer } from "../trainer";

type Hook = (trainer: Trainer, model: LightningModule) => void | Promise<void>;

/**
 * Something that watches training, as Lightning's `Callback`: give the trainer an object with any of these.
 *
 * @example
 * const watch: Callback = { onTrainEpochEnd: (trainer) => console.log(trainer.currentEpoch) };
 * new Trainer({ callbacks: [watch] })
 */
export interface Callback {
  /** Before the first hook of a fit: the data is ready and the optimizers are made. */
  onFitStart?: Hook;
  onTrainStart?: Hook;
  onTrainEpochStart?: Hook;
  onTrainBatchStart?: Hook;
  /** After all optimizers' steps of a batch: `trainer.lastStep` has its numbers. */
  onTrainBatchEnd?: Hook;
  onTrainEpochEnd?: Hook;
  onTrainEnd?: Hook;
  onFitEnd?: Hook;
  /** When training ends early: an error, or an interrupt (`trainer.interrupted`). */
  onException?: (trainer: Trainer, model: LightningModule, exception: unknown) => void | Promise<void>;
}
