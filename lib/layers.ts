import * as tf from "@tensorflow/tfjs";
import { checkSizes, ShapeError, uniformWeight, variable } from "./layer";
import { Module } from "./module";
import { uniformValues } from "./random";

/**
 * `y = x W + b`, as `torch.nn.Linear`. x [B, inFeatures] → [B, outFeatures]. Weight [inFeatures, outFeatures].
 *
 * @example new Linear(320, 50).forward(x) // x [B, 320] → [B, 50]
 */
export class Linear extends Module<tf.Tensor2D, tf.Tensor2D> {
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly bias: tf.Variable<tf.Rank.R1>;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
  ) {
    super();
    checkSizes("Linear", { inFeatures, outFeatures });
    this.weight = uniformWeight<tf.Rank.R2>([inFeatures, outFeatures], inFeatures);
    this.bias = uniformWeight<tf.Rank.R1>([outFeatures], inFeatures);
  }

  override forward(x: tf.Tensor2D): tf.Tensor2D {
    if (x.rank !== 2 || x.shape[1] !== this.inFeatures) {
      throw new ShapeError(this, `[batch, ${this.inFeatures}]`, x.shape);
    }
    return x.matMul(this.weight).add(this.bias);
  }

  override toString(): string {
    return `Linear(${this.inFeatures} → ${this.outFeatures})`;
  }
}

/** What a convolution may be given beside its channels. */
export interface Conv2dOptions {
  /** Step of the kernel, in pixels. Default 1. */
  stride?: number;
  /** Zeros added on each side of the image, in pixels. Default 0. */
  padding?: number;
}

/**
 * Convolution, as `torch.nn.Conv2d`. x [B, H, W, inChannels] → [B, H', W', outChannels]. Weight [k, k, in, out].
 *
 * @example new Conv2d(1, 10, 5).forward(images) // images [B, 28, 28, 1] → [B, 24, 24, 10]
 */
export class Conv2d extends Module<tf.Tensor4D, tf.Tensor4D> {
  readonly weight: tf.Variable<tf.Rank.R4>;
  readonly bias: tf.Variable<tf.Rank.R1>;
  readonly stride: number;
  readonly padding: number;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    readonly kernelSize: number,
    { stride = 1, padding = 0 }: Conv2dOptions = {},
  ) {
    super();
    checkSizes("Conv2d", { inChannels, outChannels, kernelSize, stride, "padding + 1": padding + 1 });
    this.stride = stride;
    this.padding = padding;
    const fanIn = inChannels * kernelSize ** 2;
    this.weight = uniformWeight<tf.Rank.R4>([kernelSize, kernelSize, inChannels, outChannels], fanIn);
    this.bias = uniformWeight<tf.Rank.R1>([outChannels], fanIn);
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    const smallest = Math.max(1, this.kernelSize - 2 * this.padding);
    const fits = x.rank === 4 && x.shape[3] === this.inChannels;
    if (!fits || x.shape[1] < smallest || x.shape[2] < smallest) {
      throw new ShapeError(
        this,
        `[batch, height ≥ ${smallest}, width ≥ ${smallest}, ${this.inChannels}]`,
        x.shape,
      );
    }
    return tf.conv2d(x, this.weight, this.stride, this.padding).add(this.bias);
  }

  override toString(): string {
    return `Conv2d(${this.inChannels} → ${this.outChannels}, kernel ${this.kernelSize}, stride ${this.stride})`;
  }
}

/**
 * Transposed convolution, as `torch.nn.ConvTranspose2d`: the size grows to (H − 1)·stride − 2·padding + kernelSize.
 * x [B, H, W, inChannels] → [B, H', W', outChannels]. Weight [k, k, out, in].
 *
 * @example new ConvTranspose2d(64, 32, 4, { stride: 2 }).forward(x) // x [B, 7, 7, 64] → [B, 16, 16, 32]
 */
export class ConvTranspose2d extends Module<tf.Tensor4D, tf.Tensor4D> {
  readonly weight: tf.Variable<tf.Rank.R4>;
  readonly bias: tf.Variable<tf.Rank.R1>;
  readonly stride: number;
  readonly padding: number;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    readonly kernelSize: number,
    { stride = 1, padding = 0 }: Conv2dOptions = {},
  ) {
    super();
    checkSizes("ConvTranspose2d", {
      inChannels,
      outChannels,
      kernelSize,
      stride,
      "padding + 1": padding + 1,
    });
    this.stride = stride;
    this.padding = padding;
    // PyTorch counts the fan-in of a transposed convolution on the side of its output channels.
    const fanIn = outChannels * kernelSize ** 2;
    this.weight = uniformWeight<tf.Rank.R4>([kernelSize, kernelSize, outChannels, inChannels], fanIn);
    this.bias = uniformWeight<tf.Rank.R1>([outChannels], fanIn);
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    if (x.rank !== 4 || x.shape[3] !== this.inChannels) {
      throw new ShapeError(this, `[batch, height, width, ${this.inChannels}]`, x.shape);
    }
    const [batch, height, width] = x.shape;
    const grow = (size: number) => (size - 1) * this.stride - 2 * this.padding + this.kernelSize;
    const outputShape: [number, number, number, number] = [
      batch,
      grow(height),
      grow(width),
      this.outChannels,
    ];
    return tf.conv2dTranspose(x, this.weight, outputShape, this.stride, this.padding).add(this.bias);
  }

  override toString(): string {
    return `ConvTranspose2d(${this.inChannels} → ${this.outChannels}, kernel ${this.kernelSize}, stride ${this.stride})`;
  }
}

/**
 * Sets each value to zero with probability p while training, and scales the rest by 1/(1 − p). Any shape.
 *
 * @example new Dropout(0.5).forward(x) // x [B, 50] → [B, 50], half of it 0
 */
export class Dropout<T extends tf.Tensor = tf.Tensor2D> extends Module<T, T> {
  constructor(readonly p = 0.5) {
    super();
    if (!(p >= 0 && p < 1)) throw new RangeError(`Dropout: the probability must be in [0, 1), got ${p}`);
  }

  override forward(x: T): T {
    return this.drop(x, x.shape);
  }

  protected drop(x: T, maskShape: number[]): T {
    if (!this.training || this.p === 0) return x;
    // Drawn from the seeded generator: tf.dropout with a seed repeats one mask on every call.
    const mask = uniformValues(tf.util.sizeFromShape(maskShape));
    for (let i = 0; i < mask.length; i++) mask[i] = mask[i]! < this.p ? 0 : 1 / (1 - this.p);
    return x.mul(tf.tensor(mask, maskShape));
  }

  override toString(): string {
    return `${this.constructor.name}(${this.p})`;
  }
}

/**
 * Dropout of whole channels, as `torch.nn.Dropout2d`. x [B, H, W, C] → the same shape.
 *
 * @example new Dropout2d(0.5).forward(x) // x [B, 8, 8, 20] → the same shape, half of the channels 0
 */
export class Dropout2d extends Dropout<tf.Tensor4D> {
  override forward(x: tf.Tensor4D): tf.Tensor4D {
    return this.drop(x, [x.shape[0], 1, 1, x.shape[3]]);
  }
}

/**
 * Batch normalisation over [B, H, W], as `torch.nn.BatchNorm2d` (momentum 0.1, eps 1e-5). x [B, H, W, C].
 *
 * @example new BatchNorm2d(32).forward(x) // x [B, 16, 16, 32] → the same shape
 */
export class BatchNorm2d extends Module<tf.Tensor4D, tf.Tensor4D> {
  readonly weight: tf.Variable<tf.Rank.R1>;
  readonly bias: tf.Variable<tf.Rank.R1>;
  readonly runningMean: tf.Variable<tf.Rank.R1>;
  readonly runningVar: tf.Variable<tf.Rank.R1>;

  constructor(
    readonly numFeatures: number,
    readonly momentum = 0.1,
    readonly eps = 1e-5,
  ) {
    super();
    checkSizes("BatchNorm2d", { numFeatures });
    this.weight = variable(tf.ones<tf.Rank.R1>([numFeatures]));
    this.bias = variable(tf.zeros<tf.Rank.R1>([numFeatures]));
    this.runningMean = variable(tf.zeros<tf.Rank.R1>([numFeatures]), false);
    this.runningVar = variable(tf.ones<tf.Rank.R1>([numFeatures]), false);
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    if (x.rank !== 4 || x.shape[3] !== this.numFeatures) {
      throw new ShapeError(this, `[batch, height, width, ${this.numFeatures}]`, x.shape);
    }
    if (!this.training)
      return tf.batchNorm4d(x, this.runningMean, this.runningVar, this.bias, this.weight, this.eps);
    // Written out: tfjs' gradient of batchNorm treats mean and variance as constants.
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    this.track(mean as tf.Tensor1D, variance as tf.Tensor1D, x.size / this.numFeatures);
    return x.sub(mean).mul(variance.add(this.eps).rsqrt()).mul(this.weight).add(this.bias);
  }

  private track(mean: tf.Tensor1D, variance: tf.Tensor1D, count: number): void {
    const unbiased = variance.mul(count / Math.max(1, count - 1));
    const follow = (running: tf.Variable<tf.Rank.R1>, value: tf.Tensor) =>
      running.assign(running.mul(1 - this.momentum).add(value.mul(this.momentum)));
    follow(this.runningMean, mean);
    follow(this.runningVar, unbiased);
  }

  override toString(): string {
    return `BatchNorm2d(${this.numFeatures})`;
  }
}
