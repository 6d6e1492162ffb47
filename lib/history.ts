import type { GreyImages } from "./grey-images";

/** The logged numbers of one training step: `step` counts from 0 over all epochs. */
export interface StepRecord {
  readonly step: number;
  readonly epoch: number;
  readonly batchIdx: number;
  readonly values: Readonly<Record<string, number>>;
}

/** The mean of each logged number over one epoch, and how long the epoch took. */
export interface EpochRecord {
  readonly epoch: number;
  readonly seconds: number;
  readonly values: Readonly<Record<string, number>>;
}

/** What the model made of its fixed noise; epoch −1 is before training. */
export interface EpochImages extends GreyImages {
  readonly epoch: number;
}

/**
 * Everything that was logged while a model was trained; what curves are drawn from.
 *
 * @example trainer.history.epochs.at(-1)?.values // { gLoss: 0.9, dLoss: 0.6 }, the epoch's means
 */
export class TrainingHistory {
  readonly steps: StepRecord[] = [];
  readonly epochs: EpochRecord[] = [];
  /** Before training and after each epoch, of a model with `validationZ`. */
  readonly images: EpochImages[] = [];

  /** The names that were logged, e.g. ["gLoss", "dLoss"]. */
  get names(): string[] {
    return [...new Set(this.steps.flatMap(({ values }) => Object.keys(values)))];
  }

  /** Closes an epoch: the means of its steps, and numbers of the epoch itself (validation). */
  endEpoch(epoch: number, seconds: number, extra: Record<string, number> = {}): EpochRecord {
    const sums = new Map<string, { sum: number; count: number }>();
    for (let i = this.steps.length - 1; i >= 0 && this.steps[i]!.epoch === epoch; i--) {
      for (const [name, value] of Object.entries(this.steps[i]!.values)) {
        const { sum, count } = sums.get(name) ?? { sum: 0, count: 0 };
        sums.set(name, { sum: sum + value, count: count + 1 });
      }
    }
    const means = [...sums].map(([name, { sum, count }]): [string, number] => [name, sum / count]);
    const record = { epoch, seconds, values: { ...Object.fromEntries(means), ...extra } };
    this.epochs.push(record);
    return record;
  }
}
