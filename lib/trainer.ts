import * as tf from "@tensorflow/tfjs";
import { useBackend, type BackendChoice } from "./backend";
import type { Callback } from "./callbacks/callback";
import { LiveView } from "./callbacks/live-view";
import { TrainingHints } from "./callbacks/training-hints";
import type { DataLoader } from "./data-loader";
import type { LightningDataModule } from "./data-module";
import { notebookKernel } from "./display";
import { TrainingHistory, type StepRecord } from "./history";
import type { LightningModule } from "./lightning-module";
import type { Optimizer } from "./optimizers";
import { checkDataNotStale, checkNotStale } from "./stale-model";
import { previewImages } from "./preview-images";
import { optimizerStep } from "./training-step";
import { validationNumbers } from "./validation-step";

/**
 * Options of {@link Trainer}.
 *
 * @example const options: TrainerOptions = { maxEpochs: 20, limitTrainBatches: 0.1 };
 */
export interface TrainerOptions {
  /** How many times to go through the training data. Default 20. */
  maxEpochs?: number;
  /** Use only so many batches an epoch, or, below 1, this share of them. Default: all. */
  limitTrainBatches?: number;
  /** GPUs to use: 0 keeps to the CPU, 1 or more demands a GPU. Default: the fastest backend there is. */
  gpus?: number;
  /** What watches training, called in order before the model's own hooks. */
  callbacks?: Callback[];
  /** Show progress, curves and images in one output that updates in place, and hints. Default true. */
  enableProgressBar?: boolean;
}

/** Options of {@link Trainer.fit}: how to go on after a stop. */
export interface FitOptions {
  /**
   * Go on where an interrupted fit of this model stopped. Default true; false starts at epoch 0 again, with new
   * optimizers and curves. The weights stay as they are: make a new model to start from nothing.
   */
  resume?: boolean;
  /** Stops training at the next batch. Default: the running cell's, aborted by Jupyter's stop button. */
  signal?: AbortSignal;
}

/** How far the training of a model has come. */
interface FitState {
  readonly optimizers: readonly Optimizer[];
  readonly history: TrainingHistory;
  epoch: number;
  batchIdx: number;
  /** Seconds of the current epoch before an interrupt. */
  epochSeconds: number;
}

/** Of models whose training was stopped: re-running a cell makes a new trainer, the model stays. */
const stopped = new WeakMap<LightningModule, FitState>();

/**
 * Trains a model, as Lightning's `Trainer`: for each batch one step of each optimizer, each hook awaited, all
 * memory freed. An interrupt stops at the next batch; `fit` on the same model goes on from there.
 *
 * @example
 * const trainer = new Trainer({ maxEpochs: 20 });
 * await trainer.fit(model, dm);
 */
export class Trainer {
  readonly maxEpochs: number;
  readonly limitTrainBatches: number;
  readonly callbacks: readonly Callback[];
  /** Which backend computes, once `fit` has started. */
  backend: BackendChoice | undefined;
  /** Batches of one epoch, once `fit` has started. */
  numTrainBatches = 0;
  /** The numbers of the step just done. */
  lastStep: (StepRecord & { readonly progressBar: Readonly<Record<string, number>> }) | undefined;
  /** true when the last fit was stopped by an interrupt. */
  interrupted = false;
  private readonly gpus: number | undefined;
  private state: FitState | undefined;

  constructor({
    maxEpochs = 20,
    limitTrainBatches = Infinity,
    gpus,
    callbacks = [],
    enableProgressBar = true,
  }: TrainerOptions = {}) {
    if (!Number.isInteger(maxEpochs) || maxEpochs < 1) {
      throw new RangeError(`Trainer: maxEpochs must be a whole number of at least 1, got ${maxEpochs}`);
    }
    const share = limitTrainBatches > 0 && limitTrainBatches < 1;
    if (
      !share &&
      limitTrainBatches !== Infinity &&
      !(Number.isInteger(limitTrainBatches) && limitTrainBatches > 0)
    ) {
      throw new RangeError(
        `Trainer: limitTrainBatches must be a number of batches, or a share between 0 and 1, got ${limitTrainBatches}`,
      );
    }
    if (gpus !== undefined && (!Number.isInteger(gpus) || gpus < 0)) {
      throw new RangeError(`Trainer: gpus must be a whole number of at least 0, got ${gpus}`);
    }
    this.maxEpochs = maxEpochs;
    this.limitTrainBatches = limitTrainBatches;
    this.gpus = gpus;
    this.callbacks = enableProgressBar ? [new LiveView(), new TrainingHints(), ...callbacks] : callbacks;
  }

  /** Everything logged so far, by step and by epoch. */
  get history(): TrainingHistory {
    return this.state?.history ?? new TrainingHistory();
  }

  /** The epoch that is running or comes next, from 0. */
  get currentEpoch(): number {
    return this.state?.epoch ?? 0;
  }

  /** The batch that is running or comes next, from 0. */
  get batchIdx(): number {
    return this.state?.batchIdx ?? 0;
  }

  /**
   * Trains until `maxEpochs`.
   *
   * @throws whatever a hook or a step throws; the model is then as of the last whole step
   * @throws the signal's reason when interrupted
   */
  async fit(
    model: LightningModule,
    dataModule: LightningDataModule,
    { resume = true, signal = notebookKernel()?.signal }: FitOptions = {},
  ): Promise<void> {
    checkNotStale(model);
    checkDataNotStale(dataModule);
    // While somebody listens, the kernel leaves time for a clean stop between two batches.
    const listener = () => undefined;
    signal?.addEventListener("abort", listener);
    this.interrupted = false;
    try {
      this.backend = await useBackend(this.gpus === undefined ? undefined : { gpus: this.gpus });
      await dataModule.prepareData();
      await dataModule.setup("fit");
      const loader = dataModule.trainDataLoader();
      const limit =
        this.limitTrainBatches < 1
          ? Math.ceil(loader.length * this.limitTrainBatches)
          : this.limitTrainBatches;
      this.numTrainBatches = Math.min(loader.length, limit);
      this.state = this.begin(model, resume);
      await this.train(model, dataModule, loader, this.state, signal);
      stopped.delete(model);
      for (const optimizer of this.state.optimizers) optimizer.dispose();
    } catch (error) {
      this.interrupted =
        signal?.aborted === true || (error instanceof Error && error.name === "KernelInterrupt");
      for (const callback of this.callbacks) await callback.onException?.(this, model, error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", listener);
      model.eval();
    }
  }

  private begin(model: LightningModule, resume: boolean): FitState {
    const earlier = stopped.get(model);
    if (earlier !== undefined && resume && earlier.epoch < this.maxEpochs) return earlier;
    for (const optimizer of earlier?.optimizers ?? []) optimizer.dispose();
    const optimizers = model.configureOptimizers();
    if (optimizers.length === 0) {
      throw new RangeError(
        `${model.constructor.name}.configureOptimizers returned no optimizer: return one a network`,
      );
    }
    const state = { optimizers, history: new TrainingHistory(), epoch: 0, batchIdx: 0, epochSeconds: 0 };
    stopped.set(model, state);
    return state;
  }

  private async train(
    model: LightningModule,
    dataModule: LightningDataModule,
    loader: DataLoader,
    state: FitState,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.call(model, "onFitStart");
    if (state.history.images.length === 0) await recordImages(state.history, model, -1);
    await this.call(model, "onTrainStart");
    for (; state.epoch < this.maxEpochs; state.epoch++) {
      await this.trainEpoch(model, loader, state, signal);
      // A hook that failed after an epoch does not end it twice when training goes on.
      if (state.history.epochs.at(-1)?.epoch !== state.epoch) {
        const validation = await this.validate(model, dataModule);
        state.history.endEpoch(state.epoch, state.epochSeconds, validation);
        await recordImages(state.history, model, state.epoch);
      }
      for (const callback of this.callbacks) await callback.onTrainEpochEnd?.(this, model);
      // Networks are drawn as they are used, without dropout.
      model.eval();
      await model.onTrainEpochEnd?.(state.epoch);
      state.batchIdx = 0;
      state.epochSeconds = 0;
    }
    await this.call(model, "onTrainEnd");
    await this.call(model, "onFitEnd");
  }

  private async trainEpoch(
    model: LightningModule,
    loader: DataLoader,
    state: FitState,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const started = performance.now() - state.epochSeconds * 1e3;
    for (const callback of this.callbacks) await callback.onTrainEpochStart?.(this, model);
    await model.onTrainEpochStart?.(state.epoch);
    const batches = loader.batches({ epoch: state.epoch, start: state.batchIdx });
    try {
      while (state.batchIdx < this.numTrainBatches) {
        signal?.throwIfAborted();
        const next = batches.next();
        if (next.done === true) break;
        const batch = next.value;
        try {
          model.train();
          for (const callback of this.callbacks) await callback.onTrainBatchStart?.(this, model);
          await model.onTrainBatchStart?.(batch, state.batchIdx);
          const log: Record<string, number> = {};
          const progressBar: Record<string, number> = {};
          for (const [optimizerIdx, optimizer] of state.optimizers.entries()) {
            const numbers = await optimizerStep(model, optimizer, batch, state.batchIdx, optimizerIdx);
            Object.assign(log, numbers.log);
            Object.assign(progressBar, numbers.progressBar);
          }
          const { steps } = state.history;
          const record = { step: steps.length, epoch: state.epoch, batchIdx: state.batchIdx, values: log };
          steps.push(record);
          state.batchIdx++;
          this.lastStep = { ...record, progressBar };
          for (const callback of this.callbacks) await callback.onTrainBatchEnd?.(this, model);
          await model.onTrainBatchEnd?.(batch, record.batchIdx);
        } finally {
          tf.dispose(batch);
          state.epochSeconds = (performance.now() - started) / 1e3;
        }
        // Between batches the process can print, draw, and hear that it should stop.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      batches.return();
    }
  }

  private async validate(
    model: LightningModule,
    dataModule: LightningDataModule,
  ): Promise<Record<string, number>> {
    if (model.validationStep === undefined || dataModule.valDataLoader === undefined) return {};
    const sums: Record<string, number> = {};
    let count = 0;
    model.eval();
    for (const batch of dataModule.valDataLoader()) {
      try {
        const numbers = await validationNumbers(model, batch, count);
        for (const [name, number] of Object.entries(numbers)) sums[name] = (sums[name] ?? 0) + number;
      } finally {
        tf.dispose(batch);
      }
      count++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
  }

  private async call(
    model: LightningModule,
    hook: "onFitStart" | "onTrainStart" | "onTrainEnd" | "onFitEnd",
  ): Promise<void> {
    for (const callback of this.callbacks) await callback[hook]?.(this, model);
    await model[hook]?.();
  }
}

/** Keeps what the model makes of its fixed noise, for the animation, the slider and the hints. */
async function recordImages(history: TrainingHistory, model: LightningModule, epoch: number): Promise<void> {
  const images = await previewImages(model);
  if (images !== undefined) history.images.push({ epoch, ...images });
}
