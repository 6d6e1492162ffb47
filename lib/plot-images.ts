import type * as tf from "@tensorflow/tfjs";
import { createCanvas, GlobalFonts, ImageData, type Canvas } from "@napi-rs/canvas";
import { dirname, join } from "node:path";
import { display } from "./display";
import { greyImages, type GreyImages } from "./grey-images";

/** How {@link plotImages} lays out its grid. */
export interface PlotImagesOptions {
  /** Written above the grid; to the left of a single row. */
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
const SIDE_TITLE_WIDTH = 78;

/**
 * A grid of images as a PNG, as matplotlib's `imshow(cmap="gray_r", interpolation="none")` draws them: each
 * scaled from its own minimum (white) to its maximum (black), no ticks.
 *
 * @param images [B, H, W, 1], any range
 * @example const { png } = await imagesToPng(model.forward(randn<tf.Rank.R2>([6, 100])), { rows: 2 });
 */
export async function imagesToPng(
  images: tf.Tensor4D,
  options: PlotImagesOptions = {},
): Promise<{ png: Buffer; width: number; height: number }> {
  const { canvas, width, height } = drawGrid(await greyImages(images), options);
  return { png: await canvas.encode("png"), width, height };
}

/** Draws a grid, `scale` device pixels a CSS pixel; width and height are in CSS pixels. */
export function drawGrid(
  images: GreyImages,
  { title, rows = Math.max(1, Math.floor(Math.sqrt(images.count))), size = 84 }: PlotImagesOptions = {},
  scale = SCALE,
): { canvas: Canvas; width: number; height: number } {
  const columns = Math.ceil(images.count / rows);
  const cellHeight = Math.round((size * images.height) / images.width);
  const gap = Math.max(2, Math.min(GAP, Math.round(size / 8)));
  // A single row has its title on the left, so that the rows of many epochs read like a film strip.
  const left = title !== undefined && rows === 1 ? SIDE_TITLE_WIDTH : gap;
  const top = title !== undefined && rows > 1 ? TITLE_HEIGHT : gap;
  const width = left + columns * (size + gap);
  const height = top + rows * (cellHeight + gap);
  const canvas = createCanvas(width * scale, height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  if (title !== undefined) {
    context.fillStyle = "#111";
    context.font = `${rows > 1 ? 14 : 12}px "${useFont()}"`;
    context.textBaseline = "middle";
    context.textAlign = rows > 1 ? "center" : "left";
    if (rows > 1) context.fillText(title, width / 2, TITLE_HEIGHT / 2 + 1, width - 2 * gap);
    else context.fillText(title, gap, height / 2, SIDE_TITLE_WIDTH - 2 * gap);
  }
  context.imageSmoothingEnabled = false;
  context.strokeStyle = "#444";
  context.lineWidth = 1 / scale;
  for (let i = 0; i < images.count; i++) {
    const x = left + (i % columns) * (size + gap);
    const y = top + Math.floor(i / columns) * (cellHeight + gap);
    context.drawImage(pictureOf(images, i), x, y, size, cellHeight);
    if (scale > 1) context.strokeRect(x, y, size, cellHeight);
  }
  return { canvas, width, height };
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

function pictureOf({ height, width, pixels }: GreyImages, index: number): Canvas {
  const size = height * width;
  const colours = new Uint8ClampedArray(size * 4);
  for (let i = 0; i < size; i++) {
    const grey = pixels[index * size + i]!;
    colours.set([grey, grey, grey, 255], i * 4);
  }
  const canvas = createCanvas(width, height);
  canvas.getContext("2d").putImageData(new ImageData(colours, width, height), 0, 0);
  return canvas;
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
