// One step of Adam (Kingma and Ba, 2015) for one tensor of weights: both moments and the weights in a single pass.
import { CHUNK } from "./elementwise";

@unmanaged
class AdamJob {
  value: usize;
  gradient: usize;
  m: usize;
  v: usize;
  newValue: usize;
  newM: usize;
  newV: usize;
  length: i32;
  beta1: f32;
  rest1: f32; // 1 − β₁, from numbers of twice the precision; and so on
  beta2: f32;
  rest2: f32;
  correction1: f32; // 1 − β₁ᵗ
  correction2: f32;
  lr: f32;
  eps: f32;
}

export function adam(params: usize, chunk: i32): void {
  const job = changetype<AdamJob>(params);
  const beta1 = f32x4.splat(job.beta1), rest1 = f32x4.splat(job.rest1);
  const beta2 = f32x4.splat(job.beta2), rest2 = f32x4.splat(job.rest2);
  const correction1 = f32x4.splat(job.correction1), correction2 = f32x4.splat(job.correction2);
  const lr = f32x4.splat(job.lr), eps = f32x4.splat(job.eps);
  const last = <usize>min((chunk + 1) * CHUNK, job.length) << 2;
  for (let at = <usize>(chunk * CHUNK) << 2; at < last; at += 16) {
    const g = v128.load(job.gradient + at);
    const m = f32x4.add(f32x4.mul(v128.load(job.m + at), beta1), f32x4.mul(g, rest1));
    const v = f32x4.add(f32x4.mul(v128.load(job.v + at), beta2), f32x4.mul(f32x4.mul(g, g), rest2));
    const root = f32x4.sqrt(f32x4.div(v, correction2));
    const step = f32x4.mul(lr, f32x4.div(f32x4.div(m, correction1), f32x4.add(root, eps)));
    v128.store(job.newM + at, m);
    v128.store(job.newV + at, v);
    v128.store(job.newValue + at, f32x4.sub(v128.load(job.value + at), step));
  }
}
