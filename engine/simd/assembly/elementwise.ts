// One number in, one out. Tensors start at multiples of 64 bytes and own all bytes up to the next one, so the
// last vector needs no care.
import { UnaryOp } from "./kernel-ids";
import { select } from "./lanes";
import { exp4, expm14, log1p4, log4, sigmoid4, softplus4, tanh4 } from "./math";

export const CHUNK: i32 = 8192; // numbers a chunk, 32 KiB: the size of L1

@unmanaged
class UnaryJob {
  op: i32;
  x: usize;
  y: usize;
  size: i32;
  p: f32; // LeakyRelu and Elu: alpha; Clip: the lower bound; Step: alpha
  q: f32; // Clip: the upper bound
}

// @ts-ignore: decorator
@inline
function apply(op: i32, x: v128, p: v128, q: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (op == UnaryOp.Neg) return f32x4.neg(x);
  if (op == UnaryOp.Abs) return f32x4.abs(x);
  if (op == UnaryOp.Square) return f32x4.mul(x, x);
  if (op == UnaryOp.Sqrt) return f32x4.sqrt(x);
  if (op == UnaryOp.Rsqrt) return f32x4.div(one, f32x4.sqrt(x));
  if (op == UnaryOp.Reciprocal) return f32x4.div(one, x);
  if (op == UnaryOp.Exp) return exp4(x);
  if (op == UnaryOp.Expm1) return expm14(x);
  if (op == UnaryOp.Log) return log4(x);
  if (op == UnaryOp.Log1p) return log1p4(x);
  if (op == UnaryOp.Sigmoid) return sigmoid4(x);
  if (op == UnaryOp.Tanh) return tanh4(x);
  if (op == UnaryOp.Softplus) return softplus4(x);
  if (op == UnaryOp.Elu) return select(f32x4.ge(x, zero), x, expm14(x));
  if (op == UnaryOp.Selu) {
    const scale = f32x4.splat(1.0507009873554804934193349852946);
    const alpha = f32x4.splat(1.7580993408473768599402175208123); // scale · alpha
    return select(f32x4.ge(x, zero), f32x4.mul(scale, x), f32x4.mul(alpha, expm14(x)));
  }
  if (op == UnaryOp.Relu) return f32x4.max(x, zero);
  if (op == UnaryOp.Relu6) return f32x4.min(f32x4.max(x, zero), f32x4.splat(6));
  if (op == UnaryOp.LeakyRelu) return select(f32x4.lt(x, zero), f32x4.mul(x, p), x);
  if (op == UnaryOp.Step) {
    const y = select(f32x4.gt(x, zero), one, p);
    return select(f32x4.ne(x, x), x, y);
  }
  if (op == UnaryOp.Clip) return f32x4.pmin(f32x4.pmax(x, p), q);
  if (op == UnaryOp.Sign) {
    const y = f32x4.sub(v128.and(f32x4.gt(x, zero), one), v128.and(f32x4.lt(x, zero), one));
    return select(f32x4.ne(x, x), zero, y);
  }
  if (op == UnaryOp.Floor) return f32x4.floor(x);
  if (op == UnaryOp.Ceil) return f32x4.ceil(x);
  return f32x4.nearest(x); // Round: halves to even, as tfjs does
}

// @ts-ignore: decorator
@inline
function loop(op: i32, job: UnaryJob, chunk: i32): void {
  const first = chunk * CHUNK;
  let x = job.x + (<usize>first << 2);
  let y = job.y + (<usize>first << 2);
  const p = f32x4.splat(job.p);
  const q = f32x4.splat(job.q);
  for (let left = min(CHUNK, job.size - first); left > 0; left -= 4) {
    v128.store(y, apply(op, v128.load(x), p, q));
    x += 16;
    y += 16;
  }
}

export function unary(params: usize, chunk: i32): void {
  const job = changetype<UnaryJob>(params);
  switch (job.op) {
    case UnaryOp.Neg: return loop(UnaryOp.Neg, job, chunk);
    case UnaryOp.Abs: return loop(UnaryOp.Abs, job, chunk);
    case UnaryOp.Square: return loop(UnaryOp.Square, job, chunk);
    case UnaryOp.Sqrt: return loop(UnaryOp.Sqrt, job, chunk);
    case UnaryOp.Rsqrt: return loop(UnaryOp.Rsqrt, job, chunk);
    case UnaryOp.Reciprocal: return loop(UnaryOp.Reciprocal, job, chunk);
    case UnaryOp.Exp: return loop(UnaryOp.Exp, job, chunk);
    case UnaryOp.Expm1: return loop(UnaryOp.Expm1, job, chunk);
    case UnaryOp.Log: return loop(UnaryOp.Log, job, chunk);
    case UnaryOp.Log1p: return loop(UnaryOp.Log1p, job, chunk);
    case UnaryOp.Sigmoid: return loop(UnaryOp.Sigmoid, job, chunk);
    case UnaryOp.Tanh: return loop(UnaryOp.Tanh, job, chunk);
    case UnaryOp.Softplus: return loop(UnaryOp.Softplus, job, chunk);
    case UnaryOp.Elu: return loop(UnaryOp.Elu, job, chunk);
    case UnaryOp.Selu: return loop(UnaryOp.Selu, job, chunk);
    case UnaryOp.Relu: return loop(UnaryOp.Relu, job, chunk);
    case UnaryOp.Relu6: return loop(UnaryOp.Relu6, job, chunk);
    case UnaryOp.LeakyRelu: return loop(UnaryOp.LeakyRelu, job, chunk);
    case UnaryOp.Step: return loop(UnaryOp.Step, job, chunk);
    case UnaryOp.Clip: return loop(UnaryOp.Clip, job, chunk);
    case UnaryOp.Sign: return loop(UnaryOp.Sign, job, chunk);
    case UnaryOp.Floor: return loop(UnaryOp.Floor, job, chunk);
    case UnaryOp.Ceil: return loop(UnaryOp.Ceil, job, chunk);
    default: return loop(UnaryOp.Round, job, chunk);
  }
}
