// Four floats at a time: what all kernels use.

/** True in the build for engines with relaxed SIMD, whose multiply-add is one instruction. */
// @ts-ignore: decorator
@inline export const FMA: bool = isDefined(RELAXED);

/** a·b + c. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (isDefined(RELAXED)) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** True where multiplyAdd rounds once: 1 + 2⁻¹² squared tells. A self-test, as engines may emulate it. */
export function hasFusedMultiplyAdd(x: f32): bool {
  const square = multiplyAdd(f32x4.splat(x), f32x4.splat(x), f32x4.splat(-1));
  return f32x4.extract_lane(square, 0) != x * x - 1;
}

/** Stores the first `count` lanes, 1 to 4. */
// @ts-ignore: decorator
@inline
export function storeLanes(to: usize, x: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, x);
  } else {
    if (count >= 2) {
      v128.store64_lane(to, x, 0);
      if (count == 3) v128.store32_lane(to, x, 2, 8);
    } else v128.store32_lane(to, x, 0);
  }
}

/** The sum of four lanes, pairwise. */
// @ts-ignore: decorator
@inline
export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 2) + (f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 3))
  );
}

/** a where the mask is set, else b. */
// @ts-ignore: decorator
@inline
export function select(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask);
}

/** dy where y = relu(x) is above 0, else 0; NaN where y is. */
// @ts-ignore: decorator
@inline
export function reluGradient(dy: v128, y: v128): v128 {
  return v128.or(v128.and(dy, f32x4.gt(y, f32x4.splat(0))), v128.and(y, f32x4.ne(y, y)));
}
