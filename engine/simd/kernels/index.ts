import { adamStep } from "./adam";
import { broadcasting, reluGrad } from "./broadcasting";
import { conv2D } from "./convolution";
import { conv2DBackpropFilter, conv2DBackpropInput } from "./convolution-gradients";
import { conversions } from "./conversions";
import { elementwise } from "./elementwise";
import type { OwnKernel } from "./kernel";
import { batchMatMul } from "./matmul";
import { fused } from "./fused";
import { layouts } from "./layouts";
import { logical } from "./logic";
import { pooling } from "./pooling";
import { reductions } from "./reductions";
import { overRowsOfNumbers } from "./rows";
import { shapes } from "./shapes";

/** The kernels of this backend, by the name that tfjs gives the op. */
export const own: Record<string, OwnKernel> = {
  BatchMatMul: batchMatMul,
  Conv2D: conv2D,
  Conv2DBackpropInput: conv2DBackpropInput,
  Conv2DBackpropFilter: conv2DBackpropFilter,
  ...pooling,
  ...elementwise,
  ...broadcasting,
  ReluGrad: reluGrad,
  AdamStep: adamStep,
  ...reductions,
  ...shapes,
  ...conversions,
  ...layouts,
  ...overRowsOfNumbers,
  ...logical,
  ...fused,
};
