/** What an input of an op is made of, on any backend. */
export interface Input {
  shape: number[];
  dtype: "float32" | "int32" | "bool";
  values: Float32Array | Int32Array | Uint8Array;
}

/** Which numbers an input holds. "special" has NaN, ±Infinity, −0 and subnormal numbers among the others. */
export type Range = "any" | "positive" | "special" | "unit";

/** A small seeded generator (mulberry32) of everything that a random case of an op is made of. */
export class RandomValues {
  constructor(private state: number) {}

  /** Uniform in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A dimension: often 1 or odd, rarely 0, now and then larger than any block of a kernel. */
  size(most = 40, zero = 0.03): number {
    if (this.chance(zero)) return 0;
    return this.chance(0.2) ? 1 : this.int(1, most);
  }

  shape(lowestRank: number, highestRank: number, most = 12): number[] {
    return Array.from({ length: this.int(lowestRank, highestRank) }, () => this.size(most));
  }

  input(shape: number[], range: Range = "any", dtype: Input["dtype"] = "float32"): Input {
    const length = shape.reduce((product, size) => product * size, 1);
    if (dtype === "bool") return { shape, dtype, values: Uint8Array.from({ length }, () => this.int(0, 1)) };
    if (dtype === "int32") {
      const [low, high] = range === "positive" ? [1, 9] : [-50, 50];
      return { shape, dtype, values: Int32Array.from({ length }, () => this.int(low, high)) };
    }
    return { shape, dtype, values: Float32Array.from({ length }, () => this.float(range)) };
  }

  private float(range: Range): number {
    const special = [NaN, Infinity, -Infinity, -0, 0, 1e-40, -1e-40];
    if (range === "special" && this.chance(0.1)) return this.pick(special);
    if (range === "unit") return this.next();
    const value = (this.next() * 2 - 1) * 3;
    return range === "positive" ? Math.abs(value) + 0.01 : value;
  }
}
