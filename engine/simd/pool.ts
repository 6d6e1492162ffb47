import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Kernel } from "./assembly/kernel-ids";
import type { Heap } from "./heap";
import { instantiate, type KernelExports } from "./wasm-module";
import type { WorkerStart } from "./worker";

const SCRATCH_BYTES = 256 << 10;
const PARAMS_OFFSET = 4096;
const CONTROL_BYTES = 8192;
const BUSY_OFFSET = 512; // as in assembly/schedule.ts
const PATIENCE_NS = 250_000_000n;
/** A chunk is some milliseconds of work at most; a thread that makes no progress for this long is dead. */
const DEAD_AFTER_MS = 10_000;

/** The main thread and its helpers, all running the same kernels on the heap's memory. */
export class ThreadPool {
  /** Threads that compute, the main one included. */
  threads: number;
  private readonly kernels: KernelExports;
  private readonly control: number;
  private readonly params: number;
  private readonly ints: Int32Array;
  private readonly floats: Float32Array;
  private readonly workers: Worker[] = [];

  constructor(
    private readonly heap: Heap,
    private readonly module: WebAssembly.Module,
    threads: number,
  ) {
    this.threads = threads;
    this.control = this.reserve(CONTROL_BYTES);
    this.params = this.control + PARAMS_OFFSET;
    this.ints = new Int32Array(heap.memory.buffer, this.params, 1024);
    this.floats = new Float32Array(heap.memory.buffer, this.params, 1024);
    this.kernels = instantiate(module, heap.memory);
    this.kernels.setThread(0, this.reserve(SCRATCH_BYTES));
    for (let index = 1; index < threads; index++) this.startWorker(index);
  }

  /**
   * Runs all chunks of a job and returns when they are done. `ints` and `floats` are the job's parameters in the
   * order of its class in the assembly, whole numbers first.
   *
   * @throws Error if a helper thread died in the midst of it: the result is not complete
   */
  run(kernel: Kernel, chunks: number, ints: readonly number[], floats: readonly number[] = []): void {
    if (chunks <= 0) return;
    this.ints.set(ints);
    if (floats.length > 0) this.floats.set(floats, ints.length);
    if (chunks === 1 || this.threads === 1) {
      this.kernels.runAlone(kernel, this.params, chunks);
      return;
    }
    const left = this.kernels.runJob(this.control, kernel, this.params, chunks, PATIENCE_NS);
    if (left > 0) this.waitLonger(left);
  }

  /** Ends the helper threads; the pool goes on with the main thread alone. */
  async close(): Promise<void> {
    this.threads = 1;
    await Promise.all(this.workers.splice(0).map((worker) => worker.terminate()));
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

  /** A helper ended between two jobs: nothing is lost but speed. */
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
  private waitLonger(left: number): void {
    let deadline = Date.now() + DEAD_AFTER_MS;
    while (left > 0) {
      const now = this.kernels.awaitJob(this.control, PATIENCE_NS);
      if (now < left) deadline = Date.now() + DEAD_AFTER_MS;
      else if (now > 0 && Date.now() > deadline) throw this.dead();
      left = now;
    }
  }

  private dead(): Error {
    const busy = new Int32Array(this.heap.memory.buffer, this.control + BUSY_OFFSET, 16 * 64);
    const stuck = this.workers.map((_, i) => i + 1).filter((index) => busy[index * 16] !== 0);
    void this.close();
    return new Error(
      `thread ${stuck.join(", ") || "?"} of the simd backend stopped in the midst of its work: the result of this ` +
        `operation is lost. The backend goes on with one thread; start the process anew to have all`,
    );
  }
}
