// A queue of jobs that all threads work off together.
//
// The main thread only queues most jobs: its JavaScript goes on to the next ones while the workers compute, and it
// joins them when it needs a result. Jobs are done strictly one after the other, so memory that is free once a job
// is queued may be written by the jobs queued after it.
//
// A job is cut into chunks whose results do not depend on who computes them, or when. Threads claim chunks
// by compare-and-swap on a ticket, (job number << 32 | next chunk): the job number in it keeps a thread
// that woke late from claiming a chunk of another job with this job's parameters. Who does a job's last chunk opens
// the next one. A worker that sleeps on costs nothing but its help.
import { execute } from "./execute";
import { threadIndex } from "./thread";

// Offsets from the control block, a cache line each for what different threads write.
const TICKET: usize = 0;
const DONE: usize = 64; // chunks of the present job
const QUEUED: usize = 128; // jobs queued so far; workers sleep on it
const SLEEPERS: usize = 192;
const COMPLETED: usize = 256; // jobs done so far; the main thread sleeps on it
const MAIN_WAITS: usize = 320;
const BUSY: usize = 512; // a line each thread: the chunk it is at + 1, or 0
const SLOTS: usize = 8192; // 16 bytes for each queued job: kernel, parameters' address, chunks
const SLOT_COUNT: u32 = 1024; // as in pool.ts

const SPINS_OF_WORKER: i32 = 20000; // some 100 µs: the time between two jobs of a training step
const SPINS_OF_MAIN: i32 = 5000;

// @ts-ignore: decorator
@inline
function slotOf(control: usize, job: u32): usize {
  return control + SLOTS + (<usize>(job & (SLOT_COUNT - 1)) << 4);
}

/** Adds a job, which must find its slot free: fewer than SLOT_COUNT jobs are queued and not completed. */
export function enqueue(control: usize, kernel: i32, params: usize, chunks: i32): void {
  const job = load<i32>(control, QUEUED);
  const slot = slotOf(control, job);
  store<i32>(slot, kernel);
  store<usize>(slot, params, 4);
  store<i32>(slot, chunks, 8);
  atomic.store<i32>(control, job + 1, QUEUED);
  if (atomic.load<i32>(control, SLEEPERS) > 0) atomic.notify(control + QUEUED, chunks);
}

/** Jobs done so far, modulo 2³². */
export function completed(control: usize): i32 {
  return atomic.load<i32>(control, COMPLETED);
}

/** Helps until `target` jobs are done, or nothing happened for `patience` nanoseconds. Returns how many are not. */
export function help(control: usize, target: i32, patience: i64): i32 {
  while (true) {
    const now = atomic.load<i32>(control, COMPLETED);
    if (target - now <= 0) return 0;
    if (claimChunk(control)) continue;
    // Others are at the job's last chunks.
    let spins = SPINS_OF_MAIN;
    while (spins > 0 && atomic.load<i32>(control, COMPLETED) == now) spins--;
    if (spins > 0) continue;
    atomic.store<i32>(control, 1, MAIN_WAITS);
    const result = atomic.wait<i32>(control + COMPLETED, now, patience);
    atomic.store<i32>(control, 0, MAIN_WAITS);
    if (result == AtomicWaitResult.TIMED_OUT) return max(0, target - atomic.load<i32>(control, COMPLETED));
  }
}

/** What a worker does all its life: claim chunks, spin while there is work to come, sleep. */
export function work(control: usize): void {
  while (true) {
    if (claimChunk(control)) continue;
    const seen = atomic.load<i32>(control, QUEUED);
    let spins = SPINS_OF_WORKER;
    while (spins > 0 && !hasChunk(control)) {
      // While others finish a job and more are queued, nobody would wake it: it stays awake.
      if (atomic.load<i32>(control, COMPLETED) == atomic.load<i32>(control, QUEUED)) spins--;
    }
    if (spins > 0) continue;
    atomic.add<i32>(control, 1, SLEEPERS);
    atomic.wait<i32>(control + QUEUED, seen, -1);
    atomic.sub<i32>(control, 1, SLEEPERS);
  }
}

// @ts-ignore: decorator
@inline
function hasChunk(control: usize): bool {
  const ticket = atomic.load<u64>(control, TICKET);
  const job = <i32>(ticket >> 32);
  return job - atomic.load<i32>(control, QUEUED) < 0 && <i32>(<u32>ticket) < load<i32>(slotOf(control, job), 8);
}

/** Does one chunk of the present job; false if there is none to be had. */
function claimChunk(control: usize): bool {
  const ticket = atomic.load<u64>(control, TICKET);
  const job = <i32>(ticket >> 32);
  if (job - atomic.load<i32>(control, QUEUED) >= 0) return false;
  const slot = slotOf(control, job);
  const kernel = load<i32>(slot);
  const params = load<usize>(slot, 4);
  const chunks = load<i32>(slot, 8);
  const chunk = <i32>(<u32>ticket);
  if (chunk >= chunks) return false;
  // Should the job have ended meanwhile, what was read above may be another's: then the ticket has moved on, too.
  if (atomic.cmpxchg<u64>(control, ticket, ticket + 1, TICKET) != ticket) return true;
  const busy = control + BUSY + (<usize>threadIndex << 6);
  store<i32>(busy, chunk + 1);
  execute(kernel, params, chunk);
  store<i32>(busy, 0);
  if (atomic.add<i32>(control, 1, DONE) + 1 == chunks) {
    atomic.store<i32>(control, 0, DONE);
    atomic.store<i32>(control, job + 1, COMPLETED);
    atomic.store<u64>(control, <u64>(<u32>(job + 1)) << 32, TICKET);
    if (atomic.load<i32>(control, MAIN_WAITS) != 0) atomic.notify(control + COMPLETED, 1);
  }
  return true;
}

/** Runs a job on the calling thread alone. */
export function runAlone(kernel: i32, params: usize, chunks: i32): void {
  for (let chunk = 0; chunk < chunks; chunk++) execute(kernel, params, chunk);
}
