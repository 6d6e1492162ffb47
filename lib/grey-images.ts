import type * as tf from "@tensorflow/tfjs";

/** Images ready to draw: one byte a pixel, 0 black … 255 white, one image after the other. */
export interface GreyImages {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
}

/**
 * Images as matplotlib's `imshow(cmap="gray_r")` shows them: each scaled from its own minimum (white) to its
 * maximum (black).
 *
 * @param images [B, H, W, 1], any range
 * @throws RangeError for any other shape
 */
export async function greyImages(images: tf.Tensor4D): Promise<GreyImages> {
  const [count, height, width, channels] = images.shape;
  if (images.rank !== 4 || channels !== 1 || count === 0) {
    throw new RangeError(
      `plotImages: expected images of shape [B, H, W, 1], got [${images.shape.join(", ")}]`,
    );
  }
  const values = await images.data();
  const size = height * width;
  const pixels = new Uint8Array(count * size);
  for (let first = 0; first < pixels.length; first += size) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = first; i < first + size; i++) {
      low = Math.min(low, values[i]!);
      high = Math.max(high, values[i]!);
    }
    for (let i = first; i < first + size; i++) {
      pixels[i] = high > low ? 255 - Math.round(((values[i]! - low) / (high - low)) * 255) : 255;
    }
  }
  return { count, height, width, pixels };
}
