import { display, newDisplayId, type MimeBundle } from "../display";
import type { LightningModule } from "../lightning-module";
import type { Trainer } from "../trainer";
import type { Callback } from "./callback";

/**
 * Shows epoch, batch, speed, time left and the losses in one output that updates in place.
 *
 * @example new Trainer({ enableProgressBar: false, callbacks: [new ProgressBar()] })
 */
export class ProgressBar implements Callback {
  private readonly refreshMs: number;
  private displayId = newDisplayId();
  private shown: number | undefined;
  private startedAt = 0;
  private stepsBefore = 0;

  constructor({ refreshMs = 250 }: { refreshMs?: number } = {}) {
    this.refreshMs = refreshMs;
  }

  onTrainStart(trainer: Trainer): void {
    this.displayId = newDisplayId();
    this.shown = undefined;
    this.startedAt = performance.now();
    this.stepsBefore = trainer.history.steps.length;
    this.show(trainer, "starting");
  }

  onTrainBatchEnd(trainer: Trainer, _model: LightningModule): void | Promise<void> {
    if (performance.now() - (this.shown ?? -Infinity) >= this.refreshMs) this.show(trainer);
  }

  onTrainEpochEnd(trainer: Trainer, _model: LightningModule): void | Promise<void> {
    this.show(trainer);
  }

  onTrainEnd(trainer: Trainer): void {
    this.show(trainer, "done");
  }

  onException(trainer: Trainer, _model: LightningModule): void {
    if (this.shown === undefined) return;
    const [epoch, batch] = [trainer.currentEpoch + 1, trainer.batchIdx];
    const stopped = `stopped in epoch ${epoch}, batch ${batch}; the model is as of this batch; run the cell again to go on`;
    const failed = `failed in epoch ${epoch}, batch ${batch + 1}; the last good batch, with these losses, was ${batch}`;
    this.show(trainer, trainer.interrupted ? stopped : failed);
  }

  /** What the output shows: a line of text, here; more in {@link LiveView}. */
  protected bundle(text: string, _trainer: Trainer): MimeBundle {
    return { "text/plain": text };
  }

  protected show(trainer: Trainer, state?: string): void {
    const text = progressLine(trainer, (performance.now() - this.startedAt) / 1e3, this.stepsBefore, state);
    display(this.bundle(text, trainer), { displayId: this.displayId, update: this.shown !== undefined });
    this.shown = performance.now();
  }
}

/** "epoch 3/20 ━━━━━━────── 112/430 · 10.2 it/s · 0:31 left · gLoss 1.93 dLoss 0.251" */
function progressLine(
  trainer: Trainer,
  seconds: number,
  stepsBefore: number,
  state: string | undefined,
): string {
  const { maxEpochs, numTrainBatches, lastStep } = trainer;
  const steps = trainer.history.steps.length;
  const epoch = Math.min(trainer.currentEpoch, maxEpochs - 1);
  // A fit may go on with fewer batches an epoch than it was stopped after.
  const batch = Math.min(
    trainer.currentEpoch >= maxEpochs ? numTrainBatches : trainer.batchIdx,
    numTrainBatches,
  );
  const filled = Math.round((batch / Math.max(1, numTrainBatches)) * 20);
  const parts = [
    `epoch ${epoch + 1}/${maxEpochs} ${"━".repeat(filled)}${"─".repeat(20 - filled)} ${batch}/${numTrainBatches}`,
  ];
  const rate = (steps - stepsBefore) / seconds;
  if (rate > 0) {
    const left =
      (maxEpochs - trainer.currentEpoch) * numTrainBatches - (trainer.currentEpoch < maxEpochs ? batch : 0);
    parts.push(`${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} it/s`);
    parts.push(left > 0 && state === undefined ? `${clock(left / rate)} left` : clock(seconds));
  }
  if (lastStep !== undefined && steps > 0) {
    const losses = Object.entries(lastStep.progressBar).map(
      ([name, value]) => `${name} ${value.toPrecision(3)}`,
    );
    parts.push(losses.join(" "));
  }
  if (state !== undefined) parts.push(state);
  return parts.join(" · ");
}

/** Seconds as 1:05 or 1:02:03. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
