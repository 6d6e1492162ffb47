/** The few integers that the main thread and the control thread share. */
export class SharedState {
  readonly cells: Int32Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(24)) {
    this.cells = new Int32Array(buffer);
  }

  /** Raised while some code may have to stop: the guards in emitted code read it. */
  get flag(): boolean {
    return Atomics.load(this.cells, 0) !== 0;
  }
  set flag(up: boolean) {
    Atomics.store(this.cells, 0, up ? 1 : 0);
  }

  /** How many interrupts were asked for. */
  get asked(): number {
    return Atomics.load(this.cells, 1);
  }

  /** Asks for an interrupt and returns its number. Callable from every thread. */
  ask(): number {
    const count = Atomics.add(this.cells, 1, 1) + 1;
    this.flag = true;
    return count;
  }

  /** The last interrupt that the main thread has dealt with. */
  get handled(): number {
    return Atomics.load(this.cells, 2);
  }
  set handled(count: number) {
    Atomics.store(this.cells, 2, count);
  }

  /** Whether an interrupted cell is being left time for stopping cleanly. */
  get graceful(): boolean {
    return Atomics.load(this.cells, 5) !== 0;
  }
  set graceful(is: boolean) {
    Atomics.store(this.cells, 5, is ? 1 : 0);
  }

  /** The number of the last message that the control thread has handed to ZeroMQ. */
  get published(): number {
    return Atomics.load(this.cells, 3);
  }
  set published(sequence: number) {
    Atomics.store(this.cells, 3, sequence);
    Atomics.notify(this.cells, 3);
  }

  /** Blocks this thread until message `sequence` is out, at most `milliseconds`. */
  waitPublished(sequence: number, milliseconds: number): void {
    const end = performance.now() + milliseconds;
    for (let seen = this.published; seen < sequence; seen = this.published) {
      const left = end - performance.now();
      if (left <= 0) return;
      Atomics.wait(this.cells, 3, seen, left);
    }
  }

  /** The control thread has closed its sockets. */
  announceClosed(): void {
    Atomics.store(this.cells, 4, 1);
    Atomics.notify(this.cells, 4);
  }

  waitClosed(milliseconds: number): void {
    Atomics.wait(this.cells, 4, 0, milliseconds);
  }
}
