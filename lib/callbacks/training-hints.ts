import { escapeHtml } from "../chart-figure";
import { display } from "../display";
import type { EpochImages } from "../history";
import type { LightningModule } from "../lightning-module";
import type { Trainer } from "../trainer";
import type { Callback } from "./callback";

/** Below this a discriminator has nothing left to learn from, nor to teach. */
const ZERO_LOSS = 0.01;
/** Mean difference of two images, of 255: less is the same picture to the eye. */
const SAME_IMAGE = 3;
/** An epoch cut shorter than this says nothing: untrained images all look alike. */
const FEWEST_STEPS = 50;

/**
 * Tells, once each, when a GAN's training goes wrong for two epochs: what was seen, what it means, what to try.
 *
 * @example new Trainer({ enableProgressBar: false, callbacks: [new TrainingHints()] })
 */
export class TrainingHints implements Callback {
  private readonly told = new Set<string>();

  onTrainStart(): void {
    this.told.clear();
  }

  onTrainEpochEnd(trainer: Trainer, _model: LightningModule): void {
    if (trainer.numTrainBatches < FEWEST_STEPS) return;
    const epochs = trainer.history.epochs.slice(-2);
    const losses = epochs.map(({ values }) => values["dLoss"] ?? values["d_loss"]);
    if (losses.length === 2 && losses.every((loss) => loss !== undefined && Math.abs(loss) < ZERO_LOSS)) {
      this.tell(
        `dLoss has been about zero for two epochs (${losses.map((loss) => loss!.toPrecision(2)).join(", ")}): the ` +
          `discriminator tells every image apart, and the generator learns nothing from it. Try a smaller learning ` +
          `rate for the discriminator, more dropout in it, targets of 0.9 instead of 1, or a larger generator.`,
      );
    }
    const images = trainer.history.images.filter(({ epoch }) => epoch >= 0).slice(-2);
    if (images.length === 2 && images.every(allAlike)) {
      this.tell(
        `The images of different noises have been alike for two epochs: this looks like mode collapse, one picture ` +
          `that fools the discriminator. Try a smaller learning rate, batch norm in the generator, another seed, or ` +
          `a larger latentDim.`,
      );
    }
  }

  private tell(text: string): void {
    const [title] = text.split(/[:(]/, 1);
    if (this.told.has(title!)) return;
    this.told.add(title!);
    display({
      "text/html":
        `<div style="background:#fff8e1;color:#4a3500;border-left:4px solid #e69f00;padding:8px 12px;max-width:700px">` +
        `<b>Hint</b> ${escapeHtml(text)}</div>`,
      "text/plain": `Hint: ${text}`,
    });
  }
}

/** Whether all images of one epoch are the same picture as the first. */
function allAlike({ count, height, width, pixels }: EpochImages): boolean {
  const size = height * width;
  for (let image = 1; image < count; image++) {
    let difference = 0;
    for (let i = 0; i < size; i++) difference += Math.abs(pixels[image * size + i]! - pixels[i]!);
    if (difference / size >= SAME_IMAGE) return false;
  }
  return count > 1;
}
