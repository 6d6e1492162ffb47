const PAGE = 65536;
/** Blocks start at multiples of this and own all bytes up to the next block, so kernels may write whole vectors. */
const ALIGN = 64;
/** Bytes past the last block that kernels may read. */
const GUARD = 4096;
const GROWTH = 16 << 20;
const CLASSES = 128;

/** A stretch of the heap. Neighbours in memory know each other, so that free ones merge. */
export interface Block {
  readonly address: number;
  bytes: number;
  free: boolean;
  left: Block | undefined;
  right: Block | undefined;
  // Among the free blocks of its size class:
  previous: Block | undefined;
  next: Block | undefined;
}

/**
 * Hands out stretches of one growing shared memory: free blocks in lists by size (four to each power of two),
 * the smallest that fits first, split, and merged with free neighbours when given back.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  private readonly lists: (Block | undefined)[] = new Array<Block | undefined>(CLASSES).fill(undefined);
  private last: Block | undefined;
  private end: number;
  private inUse = 0;

  /** @param maxBytes at most 4 GiB, WebAssembly's own limit */
  constructor(readonly maxBytes: number) {
    const maximum = Math.floor(maxBytes / PAGE);
    this.memory = new WebAssembly.Memory({ initial: 16, maximum, shared: true });
    this.end = 1024; // below: what the compiler of the assembly keeps for itself
  }

  get bytesInUse(): number {
    return this.inUse;
  }

  get bytesReserved(): number {
    return this.memory.buffer.byteLength;
  }

  /** @returns undefined when the memory is exhausted */
  allocate(bytes: number): Block | undefined {
    if (!(bytes >= 0)) throw new RangeError(`the simd backend's heap was asked for ${bytes} bytes`);
    const wanted = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    const block = this.find(wanted) ?? this.extend(wanted);
    if (block === undefined) return undefined;
    block.free = false;
    if (block.bytes > wanted) this.split(block, wanted);
    this.inUse += block.bytes;
    return block;
  }

  release(block: Block): void {
    this.inUse -= block.bytes;
    let merged = block;
    const { left, right } = block;
    if (left?.free) {
      this.unlist(left);
      left.bytes += block.bytes;
      this.bind(left, right);
      forget(block);
      merged = left;
    }
    if (right?.free) {
      this.unlist(right);
      merged.bytes += right.bytes;
      this.bind(merged, right.right);
      forget(right);
    }
    this.list(merged);
  }

  private find(bytes: number): Block | undefined {
    // In its own class only some fit; in the classes above, all.
    for (let index = classOf(bytes); index < CLASSES; index++) {
      for (let block = this.lists[index]; block; block = block.next) {
        if (block.bytes >= bytes) {
          this.unlist(block);
          return block;
        }
      }
    }
    return undefined;
  }

  private extend(bytes: number): Block | undefined {
    const tail = this.last?.free ? this.last : undefined;
    const missing = bytes - (tail?.bytes ?? 0);
    const limit = this.bytesReserved - GUARD;
    if (this.end + missing > limit && !this.grow(this.end + missing - limit)) return undefined;
    this.end += missing;
    if (tail) {
      this.unlist(tail);
      tail.bytes = bytes;
      return tail;
    }
    const block: Block = {
      address: this.end - missing,
      bytes,
      free: false,
      left: this.last,
      right: undefined,
      previous: undefined,
      next: undefined,
    };
    if (this.last) this.last.right = block;
    this.last = block;
    return block;
  }

  private grow(bytes: number): boolean {
    const room = this.maxBytes - this.bytesReserved;
    if (bytes > room) return false;
    const pages = Math.ceil(Math.min(room, Math.max(bytes, GROWTH)) / PAGE);
    try {
      this.memory.grow(Math.min(pages, Math.floor(room / PAGE)));
      return true;
    } catch {
      return false; // RangeError: the system has no more
    }
  }

  private split(block: Block, bytes: number): void {
    const rest: Block = {
      address: block.address + bytes,
      bytes: block.bytes - bytes,
      free: true,
      left: block,
      right: undefined,
      previous: undefined,
      next: undefined,
    };
    this.bind(rest, block.right);
    block.bytes = bytes;
    block.right = rest;
    this.list(rest);
  }

  private bind(left: Block, right: Block | undefined): void {
    left.right = right;
    if (right) right.left = left;
    else this.last = left;
  }

  private list(block: Block): void {
    const index = classOf(block.bytes);
    const first = this.lists[index];
    block.free = true;
    block.previous = undefined;
    block.next = first;
    if (first) first.previous = block;
    this.lists[index] = block;
  }

  private unlist(block: Block): void {
    if (block.previous) block.previous.next = block.next;
    else this.lists[classOf(block.bytes)] = block.next;
    if (block.next) block.next.previous = block.previous;
    block.previous = block.next = undefined;
    block.free = false;
  }
}

/** Old blocks must not keep young ones alive: V8 would take these for old, too, and clear them away much later. */
function forget(block: Block): void {
  block.left = block.right = undefined;
}

/** Four classes to each power of two, counted from 64 bytes. */
function classOf(bytes: number): number {
  const units = bytes / ALIGN;
  const power = 31 - Math.clz32(units);
  const quarter = power >= 2 ? (units >>> (power - 2)) & 3 : 0;
  return Math.min(CLASSES - 1, power * 4 + quarter);
}
