import { backend_util, util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Kernel } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { fallback, floatsOnly, inputsOf, type OwnKernel } from "./kernel";
import {
  multiplyOuter,
  multiplyRows,
  withPacked,
  zeros,
  type Packing,
  type RowsProduct,
  type Strides,
} from "./products";

export type ConvInfo = backend_util.Conv2DInfo;

export interface ConvAttrs {
  strides: [number, number] | number;
  pad: "valid" | "same" | number | [[number, number], [number, number], [number, number], [number, number]];
  dataFormat: "NHWC" | "NCHW";
  dilations?: [number, number] | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
}

/** The convolution's sizes, or undefined where this backend leaves it to tfjs: dilated, channels first, empty. */
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
  const { dilationHeight, dilationWidth, dataFormat } = info;
  const covered = dilationHeight === 1 && dilationWidth === 1 && dataFormat === "channelsLast";
  return covered && util.sizeFromShape(info.filterShape) > 0 ? info : undefined;
}

/** Images of `height` × `width` × `channels` at an address. */
interface Images {
  at: number;
  height: number;
  width: number;
  channels: number;
}

function strides({ height, width, channels }: Images, stepY = 1, stepX = 1): Strides {
  const pixel = channels * 4;
  return { x: stepX * pixel, y: stepY * width * pixel, image: height * width * pixel };
}

/** Calls `use` with the images in a frame of zeros, or as they are if it is empty. */
function withPadding(
  backend: SimdBackend,
  count: number,
  from: Images,
  [top, bottom, left, right]: [number, number, number, number],
  use: (padded: Images) => void,
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

/** Rows of pixels the windows reach beyond the bottom (or right) edge. */
function overhang(out: number, stride: number, window: number, before: number, size: number): number {
  return Math.max(0, (out - 1) * stride + window - before - size);
}

export const conv2D: OwnKernel = floatsOnly("Conv2D", (call) => {
  const { x, filter } = inputsOf<"x" | "filter">(call);
  const info = convInfo(x.shape, filter.shape, call.attrs as unknown as ConvAttrs);
  return info ? convolve(call.backend, x, filter, info) : fallback("Conv2D", call);
});

/** `bias` [outChannels], if there is one, is added. */
export function convolve(
  backend: SimdBackend,
  x: TensorInfo,
  filter: TensorInfo,
  info: ConvInfo,
  bias?: number,
): TensorInfo {
  const { batchSize, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth } = info;
  const { strideHeight, strideWidth, padInfo, inHeight, inWidth } = info;
  const result = backend.output(info.outShape);
  if (util.sizeFromShape(info.outShape) === 0) return result;
  const images: Images = { at: backend.address(x), height: inHeight, width: inWidth, channels: inChannels };
  const bottom = overhang(outHeight, strideHeight, filterHeight, padInfo.top, inHeight);
  const right = overhang(outWidth, strideWidth, filterWidth, padInfo.left, inWidth);
  withPadding(backend, batchSize, images, [padInfo.top, bottom, padInfo.left, right], (padded) => {
    const window = { images: batchSize, height: outHeight, width: outWidth, taps: filterWidth };
    const tap = inChannels * outChannels * 4;
    const out: Images = {
      at: backend.address(result),
      height: outHeight,
      width: outWidth,
      channels: outChannels,
    };
    const filterAt = backend.address(filter);
    if (outChannels === 1 && strideWidth === 1 && filterWidth > 1 && filterWidth <= 8) {
      const packing = { from: filterAt, outer: filterHeight, outerStride: filterWidth * tap, tapStride: tap };
      correlateToOneChannel(
        backend,
        padded,
        strideHeight,
        { ...packing, channelStride: 4 },
        window,
        out.at,
        bias,
      );
      return;
    }
    const packing: Packing = {
      ...{ from: filterAt, outer: 1, outerStride: 0, middle: 1, middleStride: 0 },
      ...{ inner: filterHeight * filterWidth * inChannels, innerStride: outChannels * 4 },
      ...{ columns: outChannels, columnStride: 4 },
    };
    withPacked(backend, [packing], ([b = 0]) => {
      multiplyRows(backend, {
        ...{ a: padded.at, b, c: out.at, bias: bias ?? 0, columns: outChannels },
        ...{ images: batchSize, height: outHeight, width: outWidth },
        ...{ aStrides: strides(padded, strideHeight, strideWidth), cStrides: strides(out) },
        ...{ segments: filterHeight, length: filterWidth * inChannels, segmentStride: strides(padded).y },
      });
    });
  });
  return result;
}

/**
 * A convolution to one channel would be a product with one column, 1/8 of a vector register's use. Instead the
 * kernel's columns are taken for channels, and the sums shifted and added afterwards.
 */
function correlateToOneChannel(
  backend: SimdBackend,
  x: Images,
  strideY: number,
  filter: { from: number; outer: number; outerStride: number; tapStride: number; channelStride: number },
  { images, height, width, taps }: { images: number; height: number; width: number; taps: number },
  to: number,
  bias = 0,
): void {
  const wide = width + taps - 1;
  const packing: Packing = {
    ...{
      from: filter.from,
      outer: filter.outer,
      outerStride: filter.outerStride,
      middle: 1,
      middleStride: 0,
    },
    ...{
      inner: x.channels,
      innerStride: filter.channelStride,
      columns: taps,
      columnStride: filter.tapStride,
    },
  };
  backend.withScratch(images * height * wide * 8, [images, height, wide, 8], (sums) => {
    withPacked(backend, [packing], ([b = 0]) => {
      multiplyRows(backend, {
        ...{ a: x.at, b, c: sums, columns: taps, images, height, width: wide },
        aStrides: strides(x, strideY),
        cStrides: strides({ at: sums, height, width: wide, channels: 8 }),
        ...{ segments: filter.outer, length: x.channels, segmentStride: strides(x).y },
      });
    });
    backend.run(Kernel.ShiftAdd, images, [sums, to, height, width, taps, bias]);
  });
}

/** One residue class of the input's rows (or columns): which output rows and kernel rows meet there. */
interface Phase {
  /** The first input row, and how many, `stride` apart. */
  first: number;
  count: number;
  /** Kernel rows, and the last of them (the first that is met going down the output). */
  taps: number;
  lastTap: number;
  /** The first output row met: negative in the padding. */
  start: number;
}

/**
 * Input row i receives from output row o by kernel row k where o·stride + k − pad = i. So rows with the same
 * (i + pad) mod stride see the same kernel rows, and among them the sum is a plain convolution of stride 1.
 */
function phases(size: number, window: number, stride: number, pad: number): Phase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, first) => {
    const tap = (first + pad) % stride;
    const taps = Math.max(0, Math.ceil((window - tap) / stride));
    const start = Math.floor((first + pad) / stride) - (taps - 1);
    return {
      first,
      count: Math.ceil((size - first) / stride),
      taps,
      lastTap: tap + stride * (taps - 1),
      start,
    };
  });
}

/** Output rows that the phases reach before the first and after the last. */
function reach(all: Phase[], out: number): [number, number] {
  const before = Math.max(0, ...all.map(({ start }) => -start));
  const after = Math.max(0, ...all.map(({ start, count, taps }) => start + count - 1 + taps - out));
  return [before, after];
}

/** What the parameters of one job have room for. */
const MOST_TOGETHER = 36;

export const conv2DBackpropInput: OwnKernel = floatsOnly("Conv2DBackpropInput", (call) => {
  const { dy, filter } = inputsOf<"dy" | "filter">(call);
  const { backend, attrs } = call;
  const info = convInfo(attrs["inputShape"] as number[], filter.shape, attrs as unknown as ConvAttrs);
  // tfjs lets a slope of another size pass, and reads what part of it the sizes speak of.
  if (!info || !util.arraysEqual(dy.shape, info.outShape)) return fallback("Conv2DBackpropInput", call);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  if (util.sizeFromShape(dy.shape) === 0) return zeros(backend, info.inShape);
  const result = backend.output(info.inShape);
  if (util.sizeFromShape(info.inShape) === 0) return result;
  const phasesY = phases(inHeight, filterHeight, strideHeight, padInfo.top);
  const phasesX = phases(inWidth, filterWidth, strideWidth, padInfo.left);
  const [top, bottom] = reach(phasesY, outHeight);
  const [left, right] = reach(phasesX, outWidth);
  const from: Images = { at: backend.address(dy), height: outHeight, width: outWidth, channels: outChannels };
  const to: Images = { at: backend.address(result), height: inHeight, width: inWidth, channels: inChannels };
  const tapBytes = inChannels * outChannels * 4;
  const rowBytes = filterWidth * tapBytes;
  withPadding(backend, batchSize, from, [top, bottom, left, right], (padded) => {
    const at = strides(padded);
    const meetings = phasesY.flatMap((y) => phasesX.map((x) => ({ x, y })));
    const starts = meetings.map(({ x, y }) => padded.at + (y.start + top) * at.y + (x.start + left) * at.x);
    const packings = meetings.map(({ x, y }): Packing => ({
      ...{ from: backend.address(filter) + y.lastTap * rowBytes + x.lastTap * tapBytes },
      ...{ outer: y.taps, outerStride: -strideHeight * rowBytes },
      ...{ middle: x.taps, middleStride: -strideWidth * tapBytes },
      ...{ inner: outChannels, innerStride: 4, columns: inChannels, columnStride: outChannels * 4 },
    }));
    const [{ x, y }] = meetings as [(typeof meetings)[number]];
    if (inChannels === 1 && strideHeight === 1 && strideWidth === 1 && x.taps > 1 && x.taps <= 8) {
      const window = { images: batchSize, height: y.count, width: x.count, taps: x.taps };
      const { from: firstTap, outer, outerStride } = packings[0]!;
      const taps = { from: firstTap, outer, outerStride, tapStride: -tapBytes, channelStride: 4 };
      return correlateToOneChannel(backend, { ...padded, at: starts[0]! }, 1, taps, window, to.at);
    }
    withPacked(backend, packings, (packed) => {
      const products = meetings.map(({ x, y }, i): RowsProduct => ({
        ...{
          a: starts[i]!,
          b: packed[i]!,
          columns: inChannels,
          images: batchSize,
          height: y.count,
          width: x.count,
        },
        c: to.at + y.first * strides(to).y + x.first * strides(to).x,
        ...{ aStrides: at, cStrides: strides(to, strideHeight, strideWidth) },
        ...{ segments: y.taps, length: x.taps * outChannels, segmentStride: at.y },
      }));
      if (products.length <= MOST_TOGETHER) multiplyRows(backend, ...products);
      else for (const product of products) multiplyRows(backend, product);
    });
  });
  return result;
});

export const conv2DBackpropFilter: OwnKernel = floatsOnly("Conv2DBackpropFilter", (call) => {
  const { x, dy } = inputsOf<"x" | "dy">(call);
  const { backend, attrs } = call;
  const info = convInfo(x.shape, attrs["filterShape"] as number[], attrs as unknown as ConvAttrs);
  if (!info || !util.arraysEqual(dy.shape, info.outShape)) return fallback("Conv2DBackpropFilter", call);
  if (util.sizeFromShape(dy.shape) === 0) return zeros(backend, info.filterShape);
  const result = backend.output(info.filterShape);
  filterGradient(backend, info, backend.address(x), backend.address(dy), backend.address(result));
  return result;
});

function filterGradient(backend: SimdBackend, info: ConvInfo, x: number, dy: number, to: number): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const bottom = overhang(outHeight, strideHeight, filterHeight, padInfo.top, inHeight);
  const right = overhang(outWidth, strideWidth, filterWidth, padInfo.left, inWidth);
  const input: Images = { at: x, height: inHeight, width: inWidth, channels: inChannels };
  const slopes: Images = { at: dy, height: outHeight, width: outWidth, channels: outChannels };
  const product = { c: to, segments: filterHeight, images: batchSize };
  withPadding(backend, batchSize, input, [padInfo.top, bottom, padInfo.left, right], (padded) => {
    if (outChannels === 1 && inChannels > 1 && strideHeight === 1 && strideWidth === 1) {
      // One column again: the two change roles. The gradient is what dy, framed, correlates to with x, turned round.
      const [frameY, frameX] = [filterHeight - 1, filterWidth - 1];
      withPadding(backend, batchSize, slopes, [frameY, frameY, frameX, frameX], (framed) => {
        multiplyOuter(backend, {
          ...{ ...product, a: framed.at, b: padded.at, length: filterWidth, columns: inChannels, flip: true },
          ...{ height: outHeight + frameY, width: outWidth + frameX, aSegment: strides(framed).y },
          ...{ aStrides: strides(framed), bStrides: strides(padded) },
        });
      });
      return;
    }
    multiplyOuter(backend, {
      ...{ ...product, a: padded.at, b: slopes.at, length: filterWidth * inChannels, columns: outChannels },
      ...{ height: outHeight, width: outWidth, aSegment: strides(padded).y },
      ...{ aStrides: strides(padded, strideHeight, strideWidth), bStrides: strides(slopes) },
    });
  });
}
