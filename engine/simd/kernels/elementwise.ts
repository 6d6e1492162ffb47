import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { Kernel, UnaryOp } from "../assembly/kernel-ids";
import type { SimdBackend } from "../backend";
import { floatsOnly, type OwnKernel } from "./kernel";

export const CHUNK = 8192; // as in assembly/elementwise.ts

/** y = op(x), number by number. */
export function unary(backend: SimdBackend, op: UnaryOp, x: TensorInfo, p = 0, q = 0): TensorInfo {
  const y = backend.output(x.shape);
  unaryAt(backend, op, backend.address(x), backend.address(y), util.sizeFromShape(x.shape), p, q);
  return y;
}

/** The same for `size` numbers at addresses, which may be one. */
export function unaryAt(
  backend: SimdBackend,
  op: UnaryOp,
  x: number,
  y: number,
  size: number,
  p = 0,
  q = 0,
): void {
  backend.run(Kernel.Unary, Math.ceil(size / CHUNK), [op, x, y, size], [p, q]);
}

const plain: Record<string, UnaryOp> = {
  Neg: UnaryOp.Neg,
  Abs: UnaryOp.Abs,
  Square: UnaryOp.Square,
  Sqrt: UnaryOp.Sqrt,
  Rsqrt: UnaryOp.Rsqrt,
  Reciprocal: UnaryOp.Reciprocal,
  Exp: UnaryOp.Exp,
  Expm1: UnaryOp.Expm1,
  Log: UnaryOp.Log,
  Log1p: UnaryOp.Log1p,
  Sigmoid: UnaryOp.Sigmoid,
  Tanh: UnaryOp.Tanh,
  Softplus: UnaryOp.Softplus,
  Elu: UnaryOp.Elu,
  Selu: UnaryOp.Selu,
  Relu6: UnaryOp.Relu6,
  Sign: UnaryOp.Sign,
  Floor: UnaryOp.Floor,
  Ceil: UnaryOp.Ceil,
  Round: UnaryOp.Round,
};

export const elementwise: Record<string, OwnKernel> = {
  ...Object.fromEntries(
    Object.entries(plain).map(([name, op]) => [
      name,
      floatsOnly(name, ({ inputs, backend }) => unary(backend, op, inputs["x"]!)),
    ]),
  ),
  LeakyRelu: floatsOnly("LeakyRelu", ({ inputs, attrs, backend }) =>
    unary(backend, UnaryOp.LeakyRelu, inputs["x"]!, attrs["alpha"] as number),
  ),
  Step: floatsOnly("Step", ({ inputs, attrs, backend }) =>
    unary(backend, UnaryOp.Step, inputs["x"]!, (attrs["alpha"] as number | undefined) ?? 0),
  ),
  ClipByValue: floatsOnly("ClipByValue", ({ inputs, attrs, backend }) =>
    unary(
      backend,
      UnaryOp.Clip,
      inputs["x"]!,
      attrs["clipValueMin"] as number,
      attrs["clipValueMax"] as number,
    ),
  ),
};
