import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { BinaryOp, Kernel, UnaryOp } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { binaryAt } from "./broadcasting";
import { asItIs, deferredProduct, endingOf, type Ending } from "./deferred";
import { unaryAt } from "./elementwise";
import { convInfo, frameOf, stridesOf, windowOf, withFrame } from "./images";
import type { ConvAttrs, ConvInfo, Images } from "./images";
import { fallback, floatsOnly, type OwnKernel } from "./kernel";
import { inARow, type Dimension } from "./offset-tables";
import { multiplyRows, withPacked, type Packing } from "./products";

export const conv2D: OwnKernel = floatsOnly("Conv2D", (call) => {
  const [x, filter] = [asItIs(call.inputs["x"]!), asItIs(call.inputs["filter"]!)];
  const info = convInfo(x.shape, filter.shape, call.attrs as unknown as ConvAttrs);
  if (!info) return fallback("Conv2D", call);
  const compute = (into: TensorInfo, ending: Ending) => convolve(call.backend, x, filter, info, into, ending);
  return deferredProduct(call.backend, { op: "Conv2D", shape: info.outShape, inputs: [x, filter], compute });
});

/** A convolution of float32 images into `result`. */
export function convolve(
  backend: SimdBackend,
  x: TensorInfo,
  filter: TensorInfo,
  info: ConvInfo,
  result: TensorInfo,
  ending: Ending,
): void {
  const { batchSize, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth } = info;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
  if (util.sizeFromShape(info.outShape) === 0) return;
  const from: Images = {
    at: backend.address(x),
    height: info.inHeight,
    width: info.inWidth,
    channels: inChannels,
  };
  const to: Images = {
    at: backend.address(result),
    height: outHeight,
    width: outWidth,
    channels: outChannels,
  };
  const packing: Packing = {
    from: backend.address(filter),
    k: inARow(filterHeight * filterWidth * inChannels, outChannels * 4),
    columns: outChannels,
    columnStride: 4,
  };
  withFrame(backend, batchSize, from, frameOf(info), (framed) => {
    if (isOneColumn(outChannels, filterWidth, strideWidth) && dilationHeight === 1 && dilationWidth === 1) {
      const tap = inChannels * 4;
      const rows = { size: filterHeight, stride: filterWidth * tap };
      const taps = { from: packing.from, rows, columns: filterWidth, columnStride: tap };
      correlateToOneChannel(backend, batchSize, framed, strideHeight, taps, to, ending);
      return;
    }
    withPacked(backend, [packing], ([b = 0]) => {
      multiplyRows(backend, {
        a: framed.at,
        b,
        c: to.at,
        ending: endingOf(backend, to.at, ending),
        columns: outChannels,
        images: batchSize,
        height: outHeight,
        width: outWidth,
        aStrides: stridesOf(framed, strideHeight, strideWidth),
        cStrides: stridesOf(to),
        offsets: windowOf(framed, filterHeight, filterWidth, dilationHeight, dilationWidth),
      });
    });
  });
}

/** True where {@link correlateToOneChannel} serves: one channel out, a kernel of 2 to 8 columns, no stride along x. */
export function isOneColumn(outChannels: number, filterWidth: number, strideX: number): boolean {
  return outChannels === 1 && strideX === 1 && filterWidth > 1 && filterWidth <= 8;
}

/** A kernel with one channel out: its rows, its columns, and [inChannels] numbers for each. Strides in bytes. */
interface Taps {
  from: number;
  rows: Dimension;
  columns: number;
  columnStride: number;
}

/**
 * A convolution to one channel would be a product with one column, and use an eighth of each tile. Instead the
 * kernel's columns are taken for channels, and the sums shifted and added afterwards.
 */
export function correlateToOneChannel(
  backend: SimdBackend,
  images: number,
  x: Images,
  strideY: number,
  taps: Taps,
  to: Images,
  { bias, relu, mask }: Ending,
): void {
  const { height, width } = to;
  const wide = width + taps.columns - 1;
  const packing: Packing = {
    from: taps.from,
    k: [taps.rows, { size: 1, stride: 0 }, { size: x.channels, stride: 4 }],
    columns: taps.columns,
    columnStride: taps.columnStride,
  };
  backend.withScratch(images * height * wide * 8, [images, height, wide, 8], (sums) => {
    withPacked(backend, [packing], ([b = 0]) => {
      multiplyRows(backend, {
        a: x.at,
        b,
        c: sums,
        columns: Math.ceil(taps.columns / 4) * 4, // with those of the padding no row of a tile is cut
        images,
        height,
        width: wide,
        aStrides: stridesOf(x, strideY),
        cStrides: stridesOf({ at: sums, height, width: wide, channels: 8 }),
        offsets: windowOf(x, taps.rows.size, 1),
      });
    });
    const biasAt = bias ? backend.address(bias) : 0;
    backend.run(Kernel.ShiftAdd, images, [sums, to.at, height, width, taps.columns, biasAt]);
  });
  const size = images * height * width;
  if (relu) unaryAt(backend, UnaryOp.Relu, to.at, to.at, size);
  if (mask) binaryAt(backend, BinaryOp.ReluGrad, to.at, backend.address(mask), to.at, size);
}
