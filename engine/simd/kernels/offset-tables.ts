import type { Block } from "../heap";
import type { SimdBackend } from "../backend";

/** Three nested dimensions of a sum over k, the outermost first: how many, and the stride of each in bytes. */
export type Offsets = readonly [Dimension, Dimension, Dimension];

export interface Dimension {
  readonly size: number;
  readonly stride: number;
}

/** Dimensions where there is but one. */
export function inARow(size: number, stride: number): Offsets {
  return [ONE, ONE, { size, stride }];
}

const ONE: Dimension = { size: 1, stride: 0 };

export function stepsOf([outer, middle, inner]: Offsets): number {
  return outer.size * middle.size * inner.size;
}

export function nameOf([outer, middle, inner]: Offsets): string {
  return `${outer.size}×${outer.stride},${middle.size}×${middle.stride},${inner.size}×${inner.stride}`;
}

/** Calls `visit` with each k's distance from the first, in order. */
export function walk([outer, middle, inner]: Offsets, visit: (offset: number) => void): void {
  for (let i = 0; i < outer.size; i++) {
    for (let j = 0; j < middle.size; j++) {
      let offset = i * outer.stride + j * middle.stride;
      for (let k = 0; k < inner.size; k++) {
        visit(offset);
        offset += inner.stride;
      }
    }
  }
}

/** A table to be: its name says all that its numbers depend on. */
export interface Table {
  name: string;
  size: number;
  write: (to: Int32Array) => void;
}

/** What the tiles read to find each row's k: one offset after the other. */
export function tableOf(offsets: Offsets): Table {
  const write = (to: Int32Array) => {
    let at = 0;
    walk(offsets, (offset) => (to[at++] = offset));
  };
  return { name: nameOf(offsets), size: stepsOf(offsets), write };
}

/** Numbers kept in all, 4 MiB of them. */
const MOST_KEPT = 1 << 20;

/** Tables depend on shapes alone, and a training step asks for the same ones each time: they are kept on the heap. */
export class OffsetTables {
  private readonly kept = new Map<string, Block>();
  private size = 0;

  constructor(private readonly backend: SimdBackend) {}

  /** The addresses of these tables, good until the next call. */
  addresses(tables: readonly Table[]): number[] {
    if (this.size > MOST_KEPT) this.clear();
    return tables.map((table) => (this.kept.get(table.name) ?? this.add(table)).address);
  }

  private add({ name, size, write }: Table): Block {
    const block = this.backend.allocate(size * 4, [size]);
    const numbers = new Int32Array(size);
    write(numbers);
    this.backend.pool.write(block.address, new Uint8Array(numbers.buffer));
    this.kept.set(name, block);
    this.size += size;
    return block;
  }

  private clear(): void {
    for (const block of this.kept.values()) this.backend.heap.release(block);
    this.kept.clear();
    this.size = 0;
  }
}
