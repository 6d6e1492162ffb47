import { util } from "@tensorflow/tfjs-core";
import { fallback, inputsOf, type OwnKernel } from "./kernel";

/** Kernels that only say otherwise what the data is: no number is touched. */
export const shapes: Record<string, OwnKernel> = {
  Identity: (call) => call.backend.alias(inputsOf<"x">(call).x, inputsOf<"x">(call).x.shape),

  Reshape: (call) => {
    const { x } = inputsOf<"x">(call);
    if (x.dtype === "complex64") return fallback("Reshape", call);
    const size = util.sizeFromShape(x.shape);
    const shape = util.inferFromImplicitShape(call.attrs["shape"] as number[], size);
    util.assert(
      util.sizeFromShape(shape) === size,
      () =>
        `The new shape (${shape.join(",")}) has ${util.sizeFromShape(shape)} elements and the old shape (${x.shape.join(",")}) ` +
        `has ${size} elements. The new shape and old shape must have the same number of elements.`,
    );
    return call.backend.alias(x, shape);
  },
};
