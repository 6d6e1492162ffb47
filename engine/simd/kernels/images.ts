import { backend_util, util } from "@tensorflow/tfjs-core";
import { Kernel } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import type { Offsets } from "./offset-tables";
import type { Strides } from "./products";

export type ConvInfo = backend_util.Conv2DInfo;

export interface ConvAttrs {
  strides: [number, number] | number;
  pad: "valid" | "same" | number | [[number, number], [number, number], [number, number], [number, number]];
  dataFormat: "NHWC" | "NCHW";
  dilations?: [number, number] | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
}

/** The convolution's sizes, or undefined where this backend leaves it to tfjs: channels first, an empty filter. */
export function convInfo(xShape: number[], filterShape: number[], attrs: ConvAttrs): ConvInfo | undefined {
  const info = backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    false,
    backend_util.convertConv2DDataFormat(attrs.dataFormat),
  );
  const covered = info.dataFormat === "channelsLast" && util.sizeFromShape(info.filterShape) > 0;
  return covered ? info : undefined;
}

/** Images [count, height, width, channels] at an address. */
export interface Images {
  at: number;
  height: number;
  width: number;
  channels: number;
}

/** Bytes from pixel to pixel, row to row and image to image, going on by `stepY` rows and `stepX` pixels. */
export function stridesOf({ height, width, channels }: Images, stepY = 1, stepX = 1): Strides {
  const pixel = channels * 4;
  return { x: stepX * pixel, y: stepY * width * pixel, image: height * width * pixel };
}

/** The numbers that a window covers, from its first one: rows × pixels × channels. */
export function windowOf(
  images: Images,
  height: number,
  width: number,
  dilationY = 1,
  dilationX = 1,
): Offsets {
  const { x, y } = stridesOf(images, dilationY, dilationX);
  return [
    { size: height, stride: y },
    { size: width, stride: x },
    { size: images.channels, stride: 4 },
  ];
}

export type Frame = { top: number; bottom: number; left: number; right: number };

/** Calls `use` with the images in a frame of zeros, or as they are if it is empty. */
export function withFrame(
  backend: SimdBackend,
  count: number,
  from: Images,
  { top, bottom, left, right }: Frame,
  use: (framed: Images) => void,
): void {
  if (top <= 0 && bottom <= 0 && left <= 0 && right <= 0) return use(from);
  const height = from.height + top + bottom;
  const width = from.width + left + right;
  const shape = [count, height, width, from.channels];
  const pixel = from.channels * 4;
  backend.withScratch(util.sizeFromShape(shape), shape, (at) => {
    const rows = [from.at, at, from.width * pixel, width * pixel];
    backend.run(Kernel.Pad, count, [...rows, from.height, height, top, left * pixel]);
    use({ at, height, width, channels: from.channels });
  });
}

/** The frame that lets each window of the convolution lie within the image. */
export function frameOf(info: ConvInfo): Frame {
  const { padInfo, inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth } = info;
  const overhang = (out: number, stride: number, window: number, before: number, size: number) =>
    Math.max(0, (out - 1) * stride + window - before - size);
  return {
    top: padInfo.top,
    bottom: overhang(outHeight, strideHeight, info.effectiveFilterHeight, padInfo.top, inHeight),
    left: padInfo.left,
    right: overhang(outWidth, strideWidth, info.effectiveFilterWidth, padInfo.left, inWidth),
  };
}
