import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Kernel } from "../assembly/kernel-ids";
import { CHUNK } from "./elementwise";
import { inputsOf, type OwnKernel } from "./kernel";
import type { AdamRates } from "../../adam";

/** Not an op of tfjs: see engine/adam.ts. Returns the new weights and both moments. */
export const adamStep: OwnKernel = (call): TensorInfo[] => {
  const { value, gradient, m, v } = inputsOf<"value" | "gradient" | "m" | "v">(call);
  const { backend } = call;
  const { lr, beta1, beta2, eps, step } = call.attrs as unknown as AdamRates;
  const results = [0, 1, 2].map(() => backend.output(value.shape));
  const size = util.sizeFromShape(value.shape);
  const addresses = [value, gradient, m, v, ...results].map((tensor) => backend.address(tensor));
  backend.run(
    Kernel.Adam,
    Math.ceil(size / CHUNK),
    [...addresses, size],
    [beta1, 1 - beta1, beta2, 1 - beta2, 1 - beta1 ** step, 1 - beta2 ** step, lr, eps],
  );
  return results;
};
