import type { Heap } from "./heap";

/** Half of the room for parameters. */
const HALF_BYTES = 256 << 10;

/**
 * Where queued jobs find their parameters: two halves, filled in turns. Before one is filled anew, the jobs that it
 * was filled for must be done.
 */
export class Parameters {
  private readonly start: number;
  private half = 0;
  private used = 0;
  /** The last job that reads each half. */
  private readonly lastJob: [number, number] = [0, 0];
  private readonly ints: Int32Array;
  private readonly floats: Float32Array;
  private readonly bytes: Uint8Array;

  constructor(heap: Heap, reserve: (bytes: number) => number) {
    this.start = reserve(2 * HALF_BYTES);
    const { buffer } = heap.memory;
    this.ints = new Int32Array(buffer, this.start, (2 * HALF_BYTES) / 4);
    this.floats = new Float32Array(buffer, this.start, (2 * HALF_BYTES) / 4);
    this.bytes = new Uint8Array(buffer, this.start, 2 * HALF_BYTES);
  }

  /** True if these many bytes fit at all. */
  static hold(bytes: number): boolean {
    return bytes <= HALF_BYTES;
  }

  /**
   * Room for as many bytes: an index for the setters, in numbers of four bytes.
   *
   * @param reach waits until as many jobs are done
   */
  room(bytes: number, reach: (jobs: number) => void): number {
    const rounded = (bytes + 15) & ~15;
    if (this.used + rounded > HALF_BYTES) {
      this.half = 1 - this.half;
      this.used = 0;
      reach(this.lastJob[this.half]!);
    }
    const at = this.half * HALF_BYTES + this.used;
    this.used += rounded;
    return at >> 2;
  }

  /** The job of this number, from 1, reads what the last room was filled with. */
  readBy(job: number): void {
    this.lastJob[this.half] = job;
  }

  /** The count of jobs begins anew. */
  forget(): void {
    this.lastJob.fill(0);
  }

  addressOf(index: number): number {
    return this.start + index * 4;
  }

  setInts(index: number, ints: readonly number[]): void {
    for (let i = 0; i < ints.length; i++) this.ints[index + i] = ints[i]!;
  }

  setFloats(index: number, floats: readonly number[]): void {
    for (let i = 0; i < floats.length; i++) this.floats[index + i] = floats[i]!;
  }

  setBytes(index: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, index * 4);
  }
}
