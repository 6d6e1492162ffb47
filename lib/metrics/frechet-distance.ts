/** Mean and covariance of features: what the Fréchet distance compares. */
export interface Gaussian {
  readonly mean: Float64Array;
  /** [size, size], row by row. */
  readonly covariance: Float64Array;
}

/** @param values [count, size], row by row; count at least 2 */
export function fitGaussian(values: ArrayLike<number>, size: number): Gaussian {
  const count = values.length / size;
  if (!Number.isInteger(count) || count < 2) {
    throw new RangeError(
      `fitGaussian: expected at least 2 rows of ${size} numbers, got ${values.length} numbers`,
    );
  }
  const mean = new Float64Array(size);
  for (let i = 0; i < values.length; i++) mean[i % size]! += values[i]! / count;
  const covariance = new Float64Array(size * size);
  const row = new Float64Array(size);
  for (let first = 0; first < values.length; first += size) {
    for (let i = 0; i < size; i++) row[i] = values[first + i]! - mean[i]!;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) covariance[i * size + j]! += (row[i]! * row[j]!) / (count - 1);
    }
  }
  return { mean, covariance };
}

/**
 * The Fréchet distance of two Gaussians, |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½): 0 for equal ones. Of an
 * Inception network's features it is the FID (Heusel et al., 2017).
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  const size = a.mean.length;
  if (b.mean.length !== size) {
    throw new RangeError(
      `frechetDistance: features of sizes ${size} and ${b.mean.length} cannot be compared`,
    );
  }
  // (Σ₁ Σ₂)^½ has the trace of (Σ₁^½ Σ₂ Σ₁^½)^½, which is symmetric.
  const root = symmetricRoot(a.covariance, size);
  const product = multiply(multiply(root, b.covariance, size), root, size);
  const { values } = eigen(product, size);
  let distance = 0;
  for (let i = 0; i < size; i++) {
    distance += (a.mean[i]! - b.mean[i]!) ** 2 + a.covariance[i * size + i]! + b.covariance[i * size + i]!;
    distance -= 2 * Math.sqrt(Math.max(0, values[i]!));
  }
  return Math.max(0, distance);
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!;
      for (let j = 0; j < size; j++) product[i * size + j]! += factor * b[k * size + j]!;
    }
  }
  return product;
}

function symmetricRoot(matrix: Float64Array, size: number): Float64Array {
  const { values, vectors } = eigen(matrix, size);
  const scaled = vectors.map((value, i) => value * Math.sqrt(Math.max(0, values[i % size]!)));
  const transposed = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) transposed[j * size + i] = vectors[i * size + j]!;
  return multiply(scaled, transposed, size);
}

/** Eigenvalues and eigenvectors (in columns) of a symmetric matrix: Jacobi's rotations. */
function eigen(matrix: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < 50; sweep++) {
    let [off, all] = [0, 0];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        all += a[i * size + j]! ** 2;
        if (i !== j) off += a[i * size + j]! ** 2;
      }
    }
    if (off <= all * 1e-22) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]!), vectors };
}

function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const pq = a[p * size + q]!;
  if (pq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * pq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cos = 1 / Math.sqrt(t * t + 1);
  const sin = t * cos;
  for (let k = 0; k < size; k++) {
    const [kp, kq] = [a[k * size + p]!, a[k * size + q]!];
    a[k * size + p] = cos * kp - sin * kq;
    a[k * size + q] = sin * kp + cos * kq;
  }
  for (let k = 0; k < size; k++) {
    const [pk, qk] = [a[p * size + k]!, a[q * size + k]!];
    a[p * size + k] = cos * pk - sin * qk;
    a[q * size + k] = sin * pk + cos * qk;
    const [vp, vq] = [vectors[k * size + p]!, vectors[k * size + q]!];
    vectors[k * size + p] = cos * vp - sin * vq;
    vectors[k * size + q] = sin * vp + cos * vq;
  }
}
