import { escapeHtml } from "../chart-figure";
import { panelToSvg } from "../chart-svg";
import { notebookKernel, type MimeBundle } from "../display";
import type { LightningModule } from "../lightning-module";
import { lossPanel } from "../loss-panels";
import { drawGrid } from "../plot-images";
import { previewImages } from "../preview-images";
import type { GreyImages } from "../grey-images";
import type { Trainer } from "../trainer";
import { ProgressBar } from "./progress-bar";

/** How often the images are drawn anew within an epoch: a forward pass of six images each time. */
const PREVIEW_MS = 3000;
/** Points a curve: as many as the picture has room for. */
const CURVE_POINTS = 240;

/**
 * What the trainer shows by default: one output, updated in place, with progress, the loss curves so far and the
 * newest images of a model that has `validationZ`. In a terminal, the progress bar's line alone.
 *
 * @example new Trainer({ enableProgressBar: false, callbacks: [new LiveView({ refreshMs: 1000 })] })
 */
export class LiveView extends ProgressBar {
  private picture = "";
  private pictureAt = 0;

  constructor({ refreshMs = 400 }: { refreshMs?: number } = {}) {
    super({ refreshMs });
  }

  override onTrainStart(trainer: Trainer): void {
    const newest = trainer.history.images.at(-1);
    if (newest !== undefined) this.draw(newest, afterEpochs(newest.epoch + 1));
    super.onTrainStart(trainer);
  }

  override async onTrainBatchEnd(trainer: Trainer, model: LightningModule): Promise<void> {
    if (notebookKernel() !== undefined && performance.now() - this.pictureAt >= PREVIEW_MS) {
      const images = await previewImages(model);
      if (images !== undefined)
        this.draw(images, `epoch ${trainer.currentEpoch + 1}, batch ${trainer.batchIdx}`);
    }
    await super.onTrainBatchEnd(trainer, model);
  }

  override async onTrainEpochEnd(trainer: Trainer, model: LightningModule): Promise<void> {
    const newest = trainer.history.images.at(-1);
    if (newest !== undefined) this.draw(newest, afterEpochs(newest.epoch + 1));
    await super.onTrainEpochEnd(trainer, model);
  }

  protected override bundle(text: string, trainer: Trainer): MimeBundle {
    if (notebookKernel() === undefined) return { "text/plain": text };
    // As a picture: an svg element would be cut out of a notebook that is not trusted, and its numbers left as text.
    const svg = panelToSvg(lossPanel(trainer.history, CURVE_POINTS), 430, 190);
    const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
    const curves = `<img width="430" height="190" alt="losses so far" style="max-width:none;margin:0" src="${source}">`;
    const box = "display:inline-block;vertical-align:top";
    return {
      "text/html":
        `<div style="background:#fff;color:#222;padding:8px;max-width:700px">` +
        `<div style="font-family:monospace;font-size:12px;white-space:pre-wrap;margin-bottom:6px">${escapeHtml(text)}</div>` +
        `<div style="${box}">${curves}</div><div style="${box}">${this.picture}</div></div>`,
      "text/plain": text,
    };
  }

  private draw(images: GreyImages, title: string): void {
    this.pictureAt = performance.now();
    if (notebookKernel() === undefined) return;
    // One pixel a pixel; the browser enlarges it.
    const { canvas, width, height } = drawGrid(images, { size: images.width }, 1);
    const png = canvas.toBuffer("image/png").toString("base64");
    this.picture =
      `<div style="font:11px sans-serif;text-align:center">${escapeHtml(title)}</div>` +
      `<img width="${width * 2.5}" height="${height * 2.5}" alt="${escapeHtml(title)}" ` +
      `style="image-rendering:pixelated;max-width:none;margin:0" src="data:image/png;base64,${png}">`;
  }
}

function afterEpochs(count: number): string {
  return count === 0 ? "before training" : `after ${count} epoch${count === 1 ? "" : "s"}`;
}
