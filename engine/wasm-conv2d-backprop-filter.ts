import {
  backend_util,
  getKernel,
  type Attribute,
  type Conv2DBackpropFilterAttrs,
  type KernelBackend,
  type KernelFunc,
  type NamedTensorInfoMap,
  type TensorInfo,
} from "@tensorflow/tfjs-core";

/**
 * The gradient of a convolution's filter, which tfjs's wasm backend lacks, composed from kernels it has.
 *
 * dW[kh, kw, ci, co] is the sum over n, oh, ow of x[n, oh·s + kh − pad, ow·s + kw − pad, ci] · dy[n, oh, ow, co].
 * That is itself a convolution, in which the images take the place of the channels: x, seen as ci images of n
 * channels, with dy as its filter of size [oh, ow], dilated by the stride.
 */
export const conv2dBackpropFilter: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } =
    attrs as unknown as Conv2DBackpropFilterAttrs;
  const info = backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    backend_util.convertConv2DDataFormat(dataFormat),
  );
  const { strideHeight, strideWidth, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth } =
    info;
  const { top, left } = info.padInfo;
  const run = runner(backend as KernelBackend);
  if (info.batchSize === 0) {
    return run("Fill", {}, { shape: filterShape, value: 0, dtype: "float32" });
  }

  const channelsFirst = dataFormat === "NCHW";
  const xByChannel = run("Transpose", { x }, { perm: channelsFirst ? [1, 2, 3, 0] : [3, 1, 2, 0] });
  const dyAsFilter = run("Transpose", { x: dy }, { perm: channelsFirst ? [2, 3, 0, 1] : [1, 2, 0, 3] });
  // Padded so that every tap of the filter sees every output; what is more than the filter is cut off below.
  const bottom = Math.max(0, (outHeight - 1) * strideHeight + filterHeight - inHeight - top);
  const right = Math.max(0, (outWidth - 1) * strideWidth + filterWidth - inWidth - left);
  const sums = run(
    "Conv2D",
    { x: xByChannel, filter: dyAsFilter },
    {
      strides: 1,
      dilations: [strideHeight, strideWidth],
      pad: [[0, 0], [top, bottom], [left, right], [0, 0]], // prettier-ignore
      dataFormat: "NHWC",
      dimRoundingMode: "floor",
    },
  );
  const size = [info.inChannels, filterHeight, filterWidth, info.outChannels];
  const taps = run("Slice", { x: sums }, { begin: [0, 0, 0, 0], size });
  const dw = run("Transpose", { x: taps }, { perm: [1, 2, 0, 3] });
  for (const { dataId } of [xByChannel, dyAsFilter, sums, taps])
    (backend as KernelBackend).disposeData(dataId);
  return dw;
};

function runner(backend: KernelBackend) {
  return (name: string, inputs: NamedTensorInfoMap, attrs: Record<string, Attribute | string>): TensorInfo =>
    getKernel(name, "wasm").kernelFunc({ inputs, backend, attrs: attrs }) as TensorInfo;
}
