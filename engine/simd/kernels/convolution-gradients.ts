import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "../backend";
import { filled } from "./conversions";
import { correlateToOneChannel, isOneColumn } from "./convolution";
import { asItIs, deferredProduct, endingOf, type Ending } from "./deferred";
import { convInfo, frameOf, stridesOf, windowOf, withFrame } from "./images";
import type { ConvAttrs, ConvInfo, Images } from "./images";
import { fallback, floatsOnly, inputsOf, type KernelCall, type OwnKernel } from "./kernel";
import { multiplyOuter, multiplyRows, withPacked, type Packing, type RowsProduct } from "./products";

/** The sizes where this backend computes the gradient itself. */
function gradientInfo(call: KernelCall, xShape: number[], filterShape: number[]): ConvInfo | undefined {
  const info = convInfo(xShape, filterShape, call.attrs as unknown as ConvAttrs);
  // tfjs lets a slope of another size pass, and reads what part of it the sizes speak of.
  const fits = info && util.arraysEqual(call.inputs["dy"]!.shape, info.outShape);
  return fits && info.dilationHeight === 1 && info.dilationWidth === 1 ? info : undefined;
}

function inputImages({ inHeight, inWidth, inChannels }: ConvInfo, at: number): Images {
  return { at, height: inHeight, width: inWidth, channels: inChannels };
}

function outputImages({ outHeight, outWidth, outChannels }: ConvInfo, at: number): Images {
  return { at, height: outHeight, width: outWidth, channels: outChannels };
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
    return {
      first,
      count: Math.ceil((size - first) / stride),
      taps,
      lastTap: tap + stride * (taps - 1),
      start: Math.floor((first + pad) / stride) - (taps - 1),
    };
  });
}

/** Neighbouring rows of a phase that meet the same of its kernel rows; near the border some fall off the output. */
interface Band {
  /** The first of them, counted within the phase, and how many. */
  first: number;
  count: number;
  /** The first kernel row met, counted from the phase's first, and how many. */
  tap: number;
  taps: number;
  /** The output row that it meets. */
  from: number;
}

function bands({ start, count, taps }: Phase, outSize: number): Band[] {
  const all: Band[] = [];
  for (let i = 0; i < count; i++) {
    const from = Math.max(0, start + i);
    const tap = from - (start + i);
    const met = Math.max(0, Math.min(taps, outSize - (start + i)) - tap);
    const last = all[all.length - 1];
    if (last?.tap === tap && last.taps === met) last.count++;
    else all.push({ first: i, count: 1, tap, taps: met, from });
  }
  return all;
}

export const conv2DBackpropInput: OwnKernel = floatsOnly("Conv2DBackpropInput", (call) => {
  const [dy, filter] = [asItIs(call.inputs["dy"]!), asItIs(call.inputs["filter"]!)];
  const { backend } = call;
  const info = gradientInfo(call, call.attrs["inputShape"] as number[], filter.shape);
  if (!info) return fallback("Conv2DBackpropInput", call);
  if (util.sizeFromShape(dy.shape) === 0) return filled(backend, info.inShape, 0);
  const compute = (into: TensorInfo, ending: Ending) => {
    if (util.sizeFromShape(info.inShape) === 0) return;
    const from = outputImages(info, backend.address(dy));
    const to = inputImages(info, backend.address(into));
    inputGradient(backend, info, from, backend.address(filter), to, ending);
  };
  const product = { op: "Conv2DBackpropInput", shape: info.inShape, inputs: [dy, filter], compute };
  return deferredProduct(backend, product);
});

function inputGradient(
  backend: SimdBackend,
  info: ConvInfo,
  from: Images,
  filter: number,
  to: Images,
  ending: Ending,
): void {
  const { batchSize, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const phasesY = phases(to.height, filterHeight, strideHeight, padInfo.top);
  const phasesX = phases(to.width, filterWidth, strideWidth, padInfo.left);
  const tapBytes = to.channels * from.channels * 4;
  const rowBytes = filterWidth * tapBytes;
  const columns = { columns: to.channels, columnStride: from.channels * 4 };
  const taps = (y: Phase, lastTapX: number, countX: number): Packing => ({
    from: filter + y.lastTap * rowBytes + lastTapX * tapBytes,
    k: [
      { size: y.taps, stride: -strideHeight * rowBytes },
      { size: countX, stride: -strideWidth * tapBytes },
      { size: from.channels, stride: 4 },
    ],
    ...columns,
  });
  const [firstY, firstX] = [phasesY[0]!, phasesX[0]!];
  if (strideHeight === 1 && isOneColumn(to.channels, filterWidth, strideWidth)) {
    const [top, bottom] = reach(firstY, from.height);
    const [left, right] = reach(firstX, from.width);
    withFrame(backend, batchSize, from, { top, bottom, left, right }, (framed) => {
      const { x, y } = stridesOf(framed);
      const at = framed.at + (firstY.start + top) * y + (firstX.start + left) * x;
      const all = taps(firstY, firstX.lastTap, filterWidth);
      const oneColumn = {
        from: all.from,
        rows: all.k[0],
        columns: filterWidth,
        columnStride: all.k[1].stride,
      };
      correlateToOneChannel(backend, batchSize, { ...framed, at }, 1, oneColumn, to, ending);
    });
    return;
  }
  const bandsX = phasesX.flatMap((phase) => bands(phase, from.width).map((band) => ({ phase, band })));
  const meetings = phasesY.flatMap((y) => bandsX.map((x) => ({ y, x })));
  const packings = meetings.map(({ y, x }) =>
    taps(y, x.phase.lastTap - x.band.tap * strideWidth, x.band.taps),
  );
  const endingInts = endingOf(backend, to.at, ending);
  withPacked(backend, packings, (packed) => {
    const products = meetings.flatMap(({ y, x }, i) =>
      bands(y, from.height).map((band): RowsProduct => {
        const depth = x.band.taps * from.channels;
        const rowY = y.first + band.first * strideHeight;
        const rowX = x.phase.first + x.band.first * strideWidth;
        return {
          a: from.at + band.from * stridesOf(from).y + x.band.from * stridesOf(from).x,
          b: packed[i]!,
          c: to.at + rowY * stridesOf(to).y + rowX * stridesOf(to).x,
          ending: endingInts,
          columns: to.channels,
          images: batchSize,
          height: band.count,
          width: x.band.count,
          aStrides: stridesOf(from),
          cStrides: stridesOf(to, strideHeight, strideWidth),
          offsets: windowOf(from, band.taps, x.band.taps),
          packedSteps: y.taps * depth,
          firstStep: band.tap * depth,
        };
      }),
    );
    multiplyRows(backend, ...products);
  });
}

/** Output rows that a phase reaches before the first and after the last. */
function reach({ start, count, taps }: Phase, outSize: number): [number, number] {
  return [Math.max(0, -start), Math.max(0, start + count - 1 + taps - outSize)];
}

export const conv2DBackpropFilter: OwnKernel = floatsOnly("Conv2DBackpropFilter", (call) => {
  const { x, dy } = inputsOf<"x" | "dy">(call);
  const { backend } = call;
  const info = gradientInfo(call, x.shape, call.attrs["filterShape"] as number[]);
  if (!info) return fallback("Conv2DBackpropFilter", call);
  if (util.sizeFromShape(dy.shape) === 0) return filled(backend, info.filterShape, 0);
  const result = backend.output(info.filterShape);
  const slopes = outputImages(info, backend.address(dy));
  withFrame(backend, info.batchSize, inputImages(info, backend.address(x)), frameOf(info), (framed) => {
    filterGradient(backend, info, framed, slopes, backend.address(result));
  });
  return result;
});

function filterGradient(backend: SimdBackend, info: ConvInfo, x: Images, dy: Images, c: number): void {
  const { batchSize, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  // tfjs reckons with a square kernel where the padding is a number: then dy may cover only a part of x.
  const coversAll = dy.height + filterHeight - 1 === x.height && dy.width + filterWidth - 1 === x.width;
  if (dy.channels > 1 || x.channels === 1 || strideHeight > 1 || strideWidth > 1 || !coversAll) {
    sumWindows(backend, info, x, dy, c);
    return;
  }
  // One column again: the two change roles. The gradient is what dy, framed, correlates to with x, turned round.
  const [top, left] = [filterHeight - 1, filterWidth - 1];
  withFrame(backend, batchSize, dy, { top, bottom: top, left, right: left }, (framed) => {
    sumWindows(backend, info, framed, x, c, true);
  });
}

/** Σ over images and b's pixels of (the window of a there) × (b's numbers there). */
function sumWindows(
  backend: SimdBackend,
  { batchSize, filterHeight, filterWidth, strideHeight, strideWidth }: ConvInfo,
  a: Images,
  b: Images,
  c: number,
  flip = false,
): void {
  const step = stridesOf(a, strideHeight, strideWidth);
  const bStep = stridesOf(b);
  multiplyOuter(backend, {
    a: a.at,
    b: b.at,
    c,
    segments: filterHeight,
    length: filterWidth * a.channels,
    aSegment: stridesOf(a).y,
    columns: b.channels,
    images: batchSize,
    aImage: step.image,
    bImage: bStep.image,
    offsets: pixels(b.height, step.y, b.width, step.x),
    bOffsets: pixels(b.height, bStep.y, b.width, bStep.x),
    flip,
  });
}

function pixels(height: number, y: number, width: number, x: number): RowsProduct["offsets"] {
  return [
    { size: 1, stride: 0 },
    { size: height, stride: y },
    { size: width, stride: x },
  ];
}
