import * as tf from "@tensorflow/tfjs";
import { drawSeed, permutation } from "./random";
import type { Transform } from "./transforms";

/**
 * One batch: images [B, 28, 28, 1] after the transform, labels [B] (whole numbers 0 … 9).
 *
 * @example const [images, labels]: Batch = batch; // [B, 28, 28, 1] and [B]
 */
export type Batch = [images: tf.Tensor4D, labels: tf.Tensor1D];

/** Images as bytes [N, height, width] with a label each, and which of them belong to this part. */
export interface ImageDataset {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** Positions in `images` and `labels`, e.g. the training part of a split. */
  readonly indices: Uint32Array;
}

/** Options of {@link DataLoader}: the size, order and preparation of its batches. */
export interface DataLoaderOptions {
  /** Images a batch. Default 128. */
  batchSize?: number;
  /** A new random order each epoch. Default false, as in the tutorial. */
  shuffle?: boolean;
  /** Seed of the shuffled orders. Default: drawn from the generator that `seedEverything` seeds. */
  shuffleSeed?: number;
  /** Leave out the last batch if it is short. Default false. */
  dropLast?: boolean;
  /** Batches to prepare ahead. Default 0: each batch is made when asked for. */
  prefetch?: number;
  transform: Transform;
}

/**
 * Iterates over a data set in batches. Who takes a batch disposes of its two tensors (the trainer does).
 *
 * @example for (const [images, labels] of loader) { … }
 */
export class DataLoader implements Iterable<Batch> {
  readonly batchSize: number;
  /** Number of batches. */
  readonly length: number;
  private readonly shuffleSeed: number | undefined;
  private readonly prefetch: number;
  private readonly transform: Transform;

  constructor(
    readonly dataset: ImageDataset,
    {
      batchSize = 128,
      shuffle = false,
      shuffleSeed,
      dropLast = false,
      prefetch = 0,
      transform,
    }: DataLoaderOptions,
  ) {
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new RangeError(`DataLoader: batchSize must be a whole number of at least 1, got ${batchSize}`);
    }
    if (!Number.isInteger(prefetch) || prefetch < 0) {
      throw new RangeError(`DataLoader: prefetch must be a whole number of at least 0, got ${prefetch}`);
    }
    this.batchSize = batchSize;
    this.prefetch = prefetch;
    this.transform = transform;
    this.shuffleSeed = shuffle ? (shuffleSeed ?? drawSeed()) : undefined;
    this.length = (dropLast ? Math.floor : Math.ceil)(dataset.indices.length / batchSize);
  }

  [Symbol.iterator](): Iterator<Batch> {
    return this.batches();
  }

  /**
   * The batches of one epoch from batch `start` on; with `shuffle`, the order depends on the seed and `epoch`
   * alone, so that an interrupted epoch can go on where it stopped.
   */
  *batches({ epoch = 0, start = 0 }: { epoch?: number; start?: number } = {}): Generator<
    Batch,
    void,
    undefined
  > {
    const count = this.dataset.indices.length;
    const order =
      this.shuffleSeed === undefined ? undefined : permutation(count, (this.shuffleSeed + epoch) >>> 0);
    const ready: Batch[] = [];
    try {
      for (let next = start; next < this.length || ready.length > 0;) {
        while (next < this.length && ready.length <= this.prefetch) ready.push(this.batch(next++, order));
        yield ready.shift()!;
      }
    } finally {
      for (const batch of ready) tf.dispose(batch);
    }
  }

  private batch(index: number, order: Uint32Array | undefined): Batch {
    const { images, labels, height, width, indices } = this.dataset;
    const first = index * this.batchSize;
    const size = Math.min(this.batchSize, indices.length - first);
    const pixels = height * width;
    const values = new Float32Array(size * pixels);
    const classes = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const at = indices[order === undefined ? first + i : order[first + i]!]!;
      values.set(images.subarray(at * pixels, (at + 1) * pixels), i * pixels);
      classes[i] = labels[at]!;
    }
    return tf.tidy(() => [
      this.transform(tf.tensor4d(values, [size, height, width, 1])),
      tf.tensor1d(classes, "int32"),
    ]);
  }
}
