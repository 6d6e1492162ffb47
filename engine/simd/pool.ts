import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Kernel } from "./assembly/kernel-ids";
import type { Heap } from "./heap";
import { Parameters } from "./parameters";
import { instantiate, type KernelExports } from "./wasm-module";
import type { WorkerStart } from "./worker";

const SCRATCH_BYTES = 256 << 10;
// As in assembly/schedule.ts:
const BUSY_OFFSET = 512;
const SLOTS_OFFSET = 8192;
const SLOT_COUNT = 1024;
const CONTROL_BYTES = SLOTS_OFFSET + SLOT_COUNT * 16;
/** Half the slots: a thread may still look at the slot of a job that is just done. */
const MOST_QUEUED = SLOT_COUNT / 2;
/** Data for the heap up to this size are queued beside the jobs; for more it is worth waiting. */
const MOST_WRITTEN = 128 << 10;
const PATIENCE_NS = 250_000_000n;
/** A chunk is some milliseconds of work at most; a thread that makes no progress for this long is dead. */
const DEAD_AFTER_MS = 10_000;

/**
 * The main thread and its helpers, all running the same kernels on the heap's memory. Jobs are queued, and done one
 * after the other while the main thread goes on; {@link finish} waits for them, and helps.
 */
export class ThreadPool {
  /** Threads that compute, the main one included. */
  threads: number;
  private readonly kernels: KernelExports;
  private readonly parameters: Parameters;
  private readonly bytes: () => Uint8Array;
  private control: number;
  /** Jobs queued so far, as the assembly counts them: a 32-bit number that wraps. */
  private queued = 0;
  private readonly workers: Worker[] = [];

  constructor(
    private readonly heap: Heap,
    private readonly module: WebAssembly.Module,
    threads: number,
  ) {
    this.threads = threads;
    this.control = this.reserve(CONTROL_BYTES);
    this.parameters = new Parameters(heap, (bytes) => this.reserve(bytes));
    this.bytes = () => new Uint8Array(heap.memory.buffer);
    this.kernels = instantiate(module, heap.memory);
    this.kernels.setThread(0, this.reserve(SCRATCH_BYTES));
    for (let index = 1; index < threads; index++) this.startWorker(index);
  }

  /**
   * Queues a job. `ints` and `floats` are its parameters in the order of its class in the assembly, whole numbers first.
   *
   * @throws Error if a helper thread died in the midst of its work: results are not complete
   */
  run(kernel: Kernel, chunks: number, ints: readonly number[], floats: readonly number[] = []): void {
    if (chunks <= 0) return;
    const room = this.room((ints.length + floats.length) * 4);
    this.parameters.setInts(room, ints);
    this.parameters.setFloats(room + ints.length, floats);
    this.queue(kernel, this.parameters.addressOf(room), chunks);
  }

  /** As {@link run}, for a kernel that takes several jobs of one kind at a time. */
  runSeveral(kernel: Kernel, chunks: number, jobs: readonly (readonly number[])[]): void {
    if (chunks <= 0) return;
    const bytes = 16 + jobs.reduce((sum, { length }) => sum + length, 0) * 4;
    if (!Parameters.hold(bytes)) return this.runMany(kernel, chunks, jobs);
    const room = this.room(bytes);
    const address = this.parameters.addressOf(room);
    this.parameters.setInts(room, [jobs.length, address + 16]);
    let at = room + 4;
    for (const job of jobs) {
      this.parameters.setInts(at, job);
      at += job.length;
    }
    this.queue(kernel, address, chunks);
  }

  /** Puts data on the heap: at once if nothing is queued, else when the jobs before are done. */
  write(address: number, data: Uint8Array): void {
    if (this.isIdle()) return this.bytes().set(data, address);
    if (data.byteLength > MOST_WRITTEN) {
      this.finish();
      return this.bytes().set(data, address);
    }
    const room = this.room(16 + data.byteLength);
    this.parameters.setInts(room, [address, data.byteLength]);
    this.parameters.setBytes(room + 4, data);
    this.queue(Kernel.Write, this.parameters.addressOf(room), 1);
  }

  /**
   * Waits until all jobs are done, and takes part in them. JavaScript may look at the heap's numbers after that only.
   *
   * @throws Error if a helper thread died in the midst of its work: results are not complete
   */
  finish(): void {
    if (!this.isIdle()) this.reach(this.queued);
  }

  /** Ends the helper threads; the pool goes on with the main thread alone. */
  async close(): Promise<void> {
    this.finish();
    await this.endWorkers();
  }

  private isIdle(): boolean {
    return this.kernels.completed(this.control) === this.queued;
  }

  private room(bytes: number): number {
    return this.parameters.room(bytes, (job) => this.reach(job));
  }

  private queue(kernel: Kernel, params: number, chunks: number): void {
    const waiting = (this.queued - this.kernels.completed(this.control)) | 0;
    const alone = this.threads === 1 || chunks === 1;
    if (alone && waiting === 0) return this.kernels.runAlone(kernel, params, chunks);
    if (waiting >= MOST_QUEUED) this.reach((this.queued - MOST_QUEUED + 1) | 0);
    this.kernels.enqueue(this.control, kernel, params, chunks);
    this.queued = (this.queued + 1) | 0;
    this.parameters.readBy(this.queued);
  }

  /** For more jobs than there is room for among the parameters. */
  private runMany(kernel: Kernel, chunks: number, jobs: readonly (readonly number[])[]): void {
    const numbers = Int32Array.from(jobs.flat());
    const block = this.heap.allocate(numbers.byteLength);
    if (!block) throw new Error(`the simd backend has no memory for ${jobs.length} products at a time`);
    try {
      this.write(block.address, new Uint8Array(numbers.buffer));
      this.run(kernel, chunks, [jobs.length, block.address]);
    } finally {
      this.heap.release(block);
    }
  }

  private reserve(bytes: number): number {
    const block = this.heap.allocate(bytes);
    if (!block) throw new Error(`the simd backend found no memory to start: ${bytes} bytes`);
    return block.address;
  }

  private startWorker(index: number): void {
    const start: WorkerStart = {
      module: this.module,
      memory: this.heap.memory,
      control: this.control,
      index,
      scratch: this.reserve(SCRATCH_BYTES),
    };
    // execArgv: loaders and inspectors of the main thread only slow a worker's start. stdin etc. stay unused.
    const worker = new Worker(join(__dirname, "worker.js"), { workerData: start, execArgv: [], env: {} });
    worker.unref();
    worker.on("error", (error) => this.lost(worker, index, error.message));
    worker.on("exit", (code) => this.lost(worker, index, `exit code ${code}`));
    this.workers.push(worker);
  }

  /** A helper ended. If it was between two chunks, nothing is lost but speed; else whoever waits will find out. */
  private lost(worker: Worker, index: number, why: string): void {
    const place = this.workers.indexOf(worker);
    if (place < 0) return;
    this.workers.splice(place, 1);
    this.threads = 1 + this.workers.length;
    process.emitWarning(
      `thread ${index} of the simd backend ended (${why}); ${this.threads} of its threads go on`,
    );
  }

  /** The main thread is blocked meanwhile and hears no events, so a dead helper shows by the lack of progress. */
  private reach(job: number): void {
    let left = this.kernels.help(this.control, job, PATIENCE_NS);
    let deadline = Date.now() + DEAD_AFTER_MS;
    while (left > 0) {
      const now = this.kernels.help(this.control, job, PATIENCE_NS);
      if (now < left) deadline = Date.now() + DEAD_AFTER_MS;
      else if (now > 0 && Date.now() > deadline) throw this.dead();
      left = now;
    }
  }

  private dead(): Error {
    const busy = new Int32Array(this.heap.memory.buffer, this.control + BUSY_OFFSET, 16 * 64);
    const stuck = Array.from({ length: 64 }, (_, i) => i).filter((index) => busy[index * 16] !== 0);
    void this.endWorkers();
    // A new queue, which no thread of before knows of, should one of them be alive after all.
    this.control = this.reserve(CONTROL_BYTES);
    this.bytes().fill(0, this.control, this.control + CONTROL_BYTES);
    this.queued = 0;
    this.parameters.forget();
    return new Error(
      `thread ${stuck.join(", ") || "?"} of the simd backend stopped in the midst of its work: what was computed since ` +
        `a value was last read is lost. The backend goes on with one thread; start the process anew to have all`,
    );
  }

  private async endWorkers(): Promise<void> {
    this.threads = 1;
    await Promise.all(this.workers.splice(0).map((worker) => worker.terminate()));
  }
}
