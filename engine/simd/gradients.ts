import {
  cast,
  engine,
  getBackend,
  mul,
  registerGradient,
  step,
  zerosLike,
  type Tensor,
} from "@tensorflow/tfjs-core";

/**
 * relu's gradient in one kernel, from relu's result instead of its input: dy where y > 0. tfjs' own makes a mask
 * of x first, and so keeps x in memory. On other backends it is tfjs' formula, with y in the place of x.
 */
export function registerGradients(): void {
  registerGradient({
    kernelName: "Relu",
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => reluGradient(dy as Tensor, y!) }),
  });
  registerGradient({
    kernelName: "ReluGrad",
    inputsToSave: ["y"],
    gradFunc: (ddx, [y]) => ({ dy: () => reluGradient(ddx as Tensor, y!), y: () => zerosLike(y!) }),
  });
}

function reluGradient(dy: Tensor, y: Tensor): Tensor {
  const floats = dy.dtype === "float32" && y.dtype === "float32";
  if (getBackend() !== "simd" || !floats) return mul(dy, cast(step(y), "float32"));
  return engine().runKernel("ReluGrad", { dy, y });
}
