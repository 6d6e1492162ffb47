import { GifEncoder } from "@napi-rs/canvas";
import { escapeHtml } from "./chart-figure";
import { display } from "./display";
import type { EpochImages, TrainingHistory } from "./history";
import { drawGrid } from "./plot-images";

/** Options of {@link plotAnimation}: speed (ms) and size (CSS pixels). */
export interface AnimationOptions {
  /** Milliseconds an epoch; the last is shown four times as long. Default 400. */
  frameMs?: number;
  /** Width of one image in CSS pixels. Default 56. */
  size?: number;
}

/**
 * Shows how the images of the fixed noise changed from epoch to epoch, as a GIF that repeats.
 *
 * @param history of a model with `validationZ` [N, latentDim]
 * @throws RangeError if no images were kept
 * @example await plotAnimation(trainer.history);
 */
export async function plotAnimation(history: TrainingHistory, options: AnimationOptions = {}): Promise<void> {
  const { gif, png, width, height } = await animationToGif(history.images, options);
  const text = `[animation of the fixed noise: before training and after ${history.images.length - 1} epochs]`;
  display(
    {
      "text/html":
        `<img width="${width}" height="${height}" alt="${escapeHtml(text)}" ` +
        `src="data:image/gif;base64,${gif.toString("base64")}">`,
      "image/png": png.toString("base64"),
      "text/plain": text,
    },
    { metadata: { "image/png": { width, height } } },
  );
}

/**
 * The images of all epochs as a GIF, and the last ones as a PNG, for where nothing moves.
 *
 * @example const { gif } = await animationToGif(trainer.history.images, { frameMs: 400 });
 */
export async function animationToGif(
  epochs: readonly EpochImages[],
  { frameMs = 400, size = 56 }: AnimationOptions = {},
): Promise<{ gif: Buffer; png: Buffer; width: number; height: number }> {
  const last = epochs.at(-1);
  if (last === undefined) {
    throw new RangeError(
      "plotAnimation: the history has no images: train a model that has a field validationZ [N, latentDim] first",
    );
  }
  const draw = (images: EpochImages) =>
    drawGrid(images, { title: images.epoch < 0 ? "Before training" : `Epoch ${images.epoch + 1}`, size }, 1)
      .canvas;
  const { width, height } = draw(last);
  const encoder = new GifEncoder(width, height, { repeat: 0 });
  try {
    for (const images of epochs) {
      const { data } = draw(images).getContext("2d").getImageData(0, 0, width, height);
      const delay = images === last ? 4 * frameMs : frameMs;
      encoder.addFrame(new Uint8Array(data.buffer), width, height, { delay });
      // Drawing a long training takes a while: let the process hear of an interrupt.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { gif: encoder.finish(), png: await draw(last).encode("png"), width, height };
  } finally {
    encoder.dispose();
  }
}
