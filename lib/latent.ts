import * as tf from "@tensorflow/tfjs";
import { useBackend } from "./backend";
import { plotImages, type PlotImagesOptions } from "./plot-images";
import { randn } from "./random";

/** A model or network that makes images [B, H, W, 1] of noise [B, latentDim]. */
export interface ImageGenerator {
  forward(z: tf.Tensor2D): tf.Tensor4D;
  eval(): unknown;
}

/**
 * Noises on the way from one to another, ends included, along a great circle ("slerp", White 2016): straight
 * lines in a normal distribution of many dimensions lead through its unlikely middle.
 *
 * @param from [latentDim]
 * @param to [latentDim]
 * @param steps at least 2
 * @returns [steps, latentDim]
 * @example const z = interpolateLatent(randn<tf.Rank.R1>([100]), randn<tf.Rank.R1>([100]), 9); // [9, 100]
 */
export function interpolateLatent(from: tf.Tensor1D, to: tf.Tensor1D, steps: number): tf.Tensor2D {
  if (!Number.isInteger(steps) || steps < 2) {
    throw new RangeError(`interpolateLatent: steps must be a whole number of at least 2, got ${steps}`);
  }
  if (from.size !== to.size) {
    throw new RangeError(
      `interpolateLatent: noises of sizes ${from.size} and ${to.size} do not fit together`,
    );
  }
  return tf.tidy(() => {
    const angle = tf.acos(from.dot(to).div(from.norm().mul(to.norm())).clipByValue(-1, 1));
    const sine = angle.sin();
    const weight = (share: tf.Tensor) =>
      tf.where(tf.less(sine, 1e-6), share, share.mul(angle).sin().div(tf.maximum(sine, 1e-6)));
    const shares = tf.linspace(0, 1, steps).reshape([steps, 1]);
    return weight(tf.sub(1, shares)).mul(from).add<tf.Tensor2D>(weight(shares).mul(to));
  });
}

/**
 * Noises on a plane through latent space: four random corners, and interpolations between them.
 *
 * @returns [rows · columns, latentDim], row by row
 * @example const images = model.forward(latentGrid(100, 8, 8)); // z [64, 100] → images [64, 28, 28, 1]
 */
export function latentGrid(latentDim: number, rows: number, columns: number): tf.Tensor2D {
  return tf.tidy(() => {
    const corners = randn<tf.Rank.R2>([4, latentDim]);
    const corner = (i: number) => corners.slice([i, 0], [1, latentDim]).reshape<tf.Tensor1D>([latentDim]);
    const left = tf.unstack(interpolateLatent(corner(0), corner(1), rows)) as tf.Tensor1D[];
    const right = tf.unstack(interpolateLatent(corner(2), corner(3), rows)) as tf.Tensor1D[];
    return tf.concat(left.map((from, i) => interpolateLatent(from, right[i]!, columns)));
  });
}

/**
 * Shows the images between random noises, one row a pair: how smoothly one digit turns into another.
 *
 * @example await plotInterpolation(model, { latentDim: 100, rows: 3, steps: 9 });
 */
export async function plotInterpolation(
  model: ImageGenerator,
  { latentDim, rows = 3, steps = 9 }: { latentDim: number; rows?: number; steps?: number },
): Promise<void> {
  const noises = () =>
    tf.concat(
      Array.from({ length: rows }, () => {
        const ends = randn<tf.Rank.R2>([2, latentDim]);
        const [from, to] = tf.unstack(ends) as [tf.Tensor1D, tf.Tensor1D];
        return interpolateLatent(from, to, steps);
      }),
    );
  await plotNoises(model, noises, { rows, size: 56, title: `From one noise to another, ${steps} steps` });
}

/**
 * Shows a plane of latent space as a grid of images.
 *
 * @example await plotLatentGrid(model, { latentDim: 100 });
 */
export async function plotLatentGrid(
  model: ImageGenerator,
  { latentDim, rows = 8, columns = 8 }: { latentDim: number; rows?: number; columns?: number },
): Promise<void> {
  await plotNoises(model, () => latentGrid(latentDim, rows, columns), {
    rows,
    size: 42,
    title: "A plane through latent space",
  });
}

async function plotNoises(
  model: ImageGenerator,
  noises: () => tf.Tensor2D,
  options: PlotImagesOptions,
): Promise<void> {
  await useBackend();
  model.eval();
  const images = tf.tidy(() => model.forward(noises()));
  try {
    await plotImages(images, options);
  } finally {
    images.dispose();
  }
}
