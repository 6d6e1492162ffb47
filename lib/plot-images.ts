import type * as tf from "@tensorflow/tfjs";
import { createCanvas, GlobalFonts, ImageData, type SKRSContext2D } from "@napi-rs/canvas";
import { dirname, join } from "node:path";
import { display } from "./display";

export interface PlotImagesOptions {
  /** Written above the grid. */
  title?: string;
  /** Rows of the grid; the columns follow. Default: as in the tutorial, two rows for six images. */
  rows?: number;
  /** Width of one image in CSS pixels. Default 84, three times MNIST's 28. */
  size?: number;
}

/** Draws for screens with two device pixels a CSS pixel; on others the browser scales down. */
const SCALE = 2;
const FONT = "DejaVu Sans";
const GAP = 10;
const TITLE_HEIGHT = 26;

/**
 * A grid of images as a PNG, as matplotlib's `imshow(cmap="gray_r", interpolation="none")` draws them: each
 * scaled from its own minimum (white) to its maximum (black), no ticks.
 *
 * @param images [B, H, W, 1], any range
 */
export async function imagesToPng(
  images: tf.Tensor4D,
  { title, rows = Math.max(1, Math.floor(Math.sqrt(images.shape[0]))), size = 84 }: PlotImagesOptions = {},
): Promise<{ png: Buffer; width: number; height: number }> {
  const [count, height, width, channels] = images.shape;
  if (images.rank !== 4 || channels !== 1 || count === 0) {
    throw new RangeError(
      `plotImages: expected images of shape [B, H, W, 1], got [${images.shape.join(", ")}]`,
    );
  }
  const values = await images.data();
  const columns = Math.ceil(count / rows);
  const cellHeight = Math.round((size * height) / width);
  const top = title === undefined ? GAP : TITLE_HEIGHT;
  const total = { width: columns * (size + GAP) + GAP, height: top + rows * (cellHeight + GAP) };
  const canvas = createCanvas(total.width * SCALE, total.height * SCALE);
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.fillStyle = "white";
  context.fillRect(0, 0, total.width, total.height);
  if (title !== undefined) drawTitle(context, title, total.width);
  context.imageSmoothingEnabled = false;
  for (let i = 0; i < count; i++) {
    const picture = greyReversed(
      values.subarray(i * height * width, (i + 1) * height * width),
      width,
      height,
    );
    const x = GAP + (i % columns) * (size + GAP);
    const y = top + Math.floor(i / columns) * (cellHeight + GAP);
    context.drawImage(picture, x, y, size, cellHeight);
    context.strokeStyle = "#444";
    context.lineWidth = 1 / SCALE;
    context.strokeRect(x, y, size, cellHeight);
  }
  return { png: await canvas.encode("png"), ...total };
}

/**
 * Shows images as a grid below the running cell (see {@link imagesToPng}).
 *
 * @example await plotImages(model.forward(randn([6, 100])), { title: "Generated images" });
 */
export async function plotImages(images: tf.Tensor4D, options: PlotImagesOptions = {}): Promise<void> {
  const { png, width, height } = await imagesToPng(images, options);
  const text = `[${images.shape[0]} images of ${images.shape[2]}×${images.shape[1]}${options.title === undefined ? "" : `: ${options.title}`}]`;
  display(
    { "image/png": png.toString("base64"), "text/plain": text },
    { metadata: { "image/png": { width, height } } },
  );
}

function greyReversed(values: ArrayLike<number>, width: number, height: number) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < values.length; i++) {
    const grey = high > low ? 255 - Math.round(((values[i]! - low) / (high - low)) * 255) : 255;
    pixels.set([grey, grey, grey, 255], i * 4);
  }
  const canvas = createCanvas(width, height);
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}

function drawTitle(context: SKRSContext2D, title: string, width: number): void {
  useFont();
  context.fillStyle = "#111";
  context.font = `14px "${FONT}"`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(title, width / 2, TITLE_HEIGHT / 2 + 1, width - 2 * GAP);
}

/** Registers matplotlib's own font from its package: a machine without fonts would draw no text at all. */
export function useFont(): string {
  if (!GlobalFonts.has(FONT)) {
    const folder = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf");
    GlobalFonts.registerFromPath(join(folder, "DejaVuSans.ttf"), FONT);
    GlobalFonts.registerFromPath(join(folder, "DejaVuSans-Bold.ttf"), FONT);
  }
  return FONT;
}
