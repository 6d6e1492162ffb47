import { backend_util, util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Kernel } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { fallback, floatsOnly, inputsOf, type KernelCall, type OwnKernel } from "./kernel";

type PoolInfo = backend_util.Conv2DInfo;

interface PoolAttrs {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: "valid" | "same" | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
  dilations?: [number, number] | number;
}

function poolInfo(shape: number[], attrs: PoolAttrs): PoolInfo | undefined {
  const { filterSize, strides, pad, dimRoundingMode, dilations = 1 } = attrs;
  const shape4D = shape as [number, number, number, number];
  const info = backend_util.computePool2DInfo(shape4D, filterSize, strides, dilations, pad, dimRoundingMode);
  const covered = info.dilationHeight === 1 && info.dilationWidth === 1;
  return covered && util.sizeFromShape(info.inShape) > 0 && util.sizeFromShape(info.outShape) > 0
    ? info
    : undefined;
}

function run(backend: SimdBackend, kernel: Kernel, info: PoolInfo, x: number, y: number, dx: number): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
  backend.run(kernel, batchSize, [
    ...[x, y, dx, inHeight, inWidth, inChannels, outHeight, outWidth],
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth, padInfo.top, padInfo.left],
  ]);
}

function pool(name: string, kernel: Kernel): OwnKernel {
  return floatsOnly(name, (call) => {
    const { x } = inputsOf<"x">(call);
    const info = poolInfo(x.shape, call.attrs as unknown as PoolAttrs);
    if (!info) return fallback(name, call);
    const isSame = info.filterHeight === 1 && info.filterWidth === 1;
    if (isSame && util.arraysEqual(info.inShape, info.outShape)) return call.backend.alias(x, x.shape);
    const y = call.backend.output(info.outShape);
    run(call.backend, kernel, info, call.backend.address(x), call.backend.address(y), 0);
    return y;
  });
}

function poolGrad(name: string, kernel: Kernel): OwnKernel {
  return floatsOnly(name, (call: KernelCall): TensorInfo | TensorInfo[] => {
    const { dy, input } = inputsOf<"dy" | "input">(call);
    const info = poolInfo(input.shape, call.attrs as unknown as PoolAttrs);
    if (!info) return fallback(name, call);
    const { backend } = call;
    const dx = backend.output(input.shape);
    run(backend, kernel, info, backend.address(input), backend.address(dy), backend.address(dx));
    return dx;
  });
}

export const pooling: Record<string, OwnKernel> = {
  MaxPool: pool("MaxPool", Kernel.MaxPool),
  AvgPool: pool("AvgPool", Kernel.AvgPool),
  MaxPoolGrad: poolGrad("MaxPoolGrad", Kernel.MaxPoolGrad),
  AvgPoolGrad: poolGrad("AvgPoolGrad", Kernel.AvgPoolGrad),
};
