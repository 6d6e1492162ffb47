// exp, log and what follows from them, four at a time, to about 1e-7 relative: polynomials from Cephes
// (Moshier), right at 0, ±∞, NaN and in the denormal range.
import { select } from "./lanes";

// @ts-ignore: decorator
@inline
function all(x: f32): v128 {
  return f32x4.splat(x);
}

/** Horner's next step: y·x + c. */
// @ts-ignore: decorator
@inline
function then(y: v128, x: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(y, x), all(c));
}

// @ts-ignore: decorator
@inline
function isNaN4(x: v128): v128 {
  return f32x4.ne(x, x);
}

/** 2ⁿ for whole n in [−126, 127]. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

// exp(r) − 1 for |r| ≤ ln 2 / 2
// @ts-ignore: decorator
@inline
function smallExpm1(r: v128): v128 {
  let y = all(1.9875691500e-4);
  y = then(y, r, 1.3981999507e-3);
  y = then(y, r, 8.3334519073e-3);
  y = then(y, r, 4.1665795894e-2);
  y = then(y, r, 1.6666665459e-1);
  y = then(y, r, 5.0000001201e-1);
  return f32x4.add(f32x4.mul(f32x4.mul(y, r), r), r);
}

// @ts-ignore: decorator
@inline
function remainder(x: v128, n: v128): v128 {
  const r = f32x4.sub(x, f32x4.mul(n, all(0.693359375)));
  return f32x4.sub(r, f32x4.mul(n, all(-2.12194440e-4)));
}

// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const bounded = f32x4.max(f32x4.min(x, all(89)), all(-104));
  const n = f32x4.nearest(f32x4.mul(bounded, all(1.44269504088896341)));
  const y = f32x4.add(smallExpm1(remainder(bounded, n)), all(1));
  // In two steps: 2ⁿ alone leaves the range of normal floats before the result does.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  const near = f32x4.le(f32x4.abs(x), all(0.34657359));
  return select(near, smallExpm1(x), f32x4.sub(exp4(x), all(1)));
}

// log(1 + f) for 1 + f in [√½, √2)
// @ts-ignore: decorator
@inline
function smallLog1p(f: v128): v128 {
  let y = all(7.0376836292e-2);
  y = then(y, f, -1.1514610310e-1);
  y = then(y, f, 1.1676998740e-1);
  y = then(y, f, -1.2420140846e-1);
  y = then(y, f, 1.4249322787e-1);
  y = then(y, f, -1.6668057665e-1);
  y = then(y, f, 2.0000714765e-1);
  y = then(y, f, -2.4999993993e-1);
  y = then(y, f, 3.3333331174e-1);
  const square = f32x4.mul(f, f);
  return f32x4.mul(f32x4.mul(y, f), square);
}

// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, all(1.17549435e-38));
  const scaled = select(tiny, f32x4.mul(x, all(8388608)), x);
  const bits = i32x4.sub(scaled, i32x4.splat(0x3f3504f3)); // √½ and up count to the next power of two
  let n = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  n = f32x4.sub(n, v128.and(tiny, all(23)));
  const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(mantissa, all(1));
  const square = f32x4.mul(f, f);
  let y = smallLog1p(f);
  y = f32x4.add(y, f32x4.mul(n, all(-2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(square, all(0.5)));
  y = f32x4.add(f32x4.add(f, y), f32x4.mul(n, all(0.693359375)));
  y = select(f32x4.eq(x, all(0)), all(-Infinity), y);
  y = select(f32x4.lt(x, all(0)), all(NaN), y);
  return select(v128.or(f32x4.eq(x, all(Infinity)), isNaN4(x)), x, y);
}

// log(1 + x), by Kahan's correction of what rounding 1 + x lost.
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  const u = f32x4.add(x, all(1));
  const y = f32x4.mul(log4(u), f32x4.div(x, f32x4.sub(u, all(1))));
  const kept = v128.or(f32x4.eq(u, all(1)), f32x4.eq(x, all(Infinity)));
  return select(kept, x, y);
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(all(1), f32x4.add(all(1), exp4(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let y = all(-5.70498872745e-3);
  y = then(y, square, 2.06390887954e-2);
  y = then(y, square, -5.37397155531e-2);
  y = then(y, square, 1.33314422036e-1);
  y = then(y, square, -3.33332819422e-1);
  const near = f32x4.add(f32x4.mul(f32x4.mul(y, square), x), x);
  const e = exp4(f32x4.add(size, size));
  const far = f32x4.sub(all(1), f32x4.div(all(2), f32x4.add(e, all(1))));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return select(f32x4.lt(size, all(0.625)), near, select(isNaN4(x), x, signed));
}

// log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|)
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, all(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}
