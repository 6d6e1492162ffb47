// Hands the chunks of one job at a time to all threads.
//
// A job is cut into chunks whose results do not depend on who computes them, or when. Threads claim chunks
// by compare-and-swap on a ticket, (job number << 32 | next chunk): the job number in it keeps a thread
// that woke late from claiming a chunk of the next job with this job's parameters. The main thread works
// too, so a worker that sleeps on costs nothing but its help.
import { execute } from "./execute";
import { threadIndex } from "./thread";

// Offsets from the control block, a cache line each for what different threads write.
const TICKET: usize = 0;
const DONE: usize = 64;
const KERNEL: usize = 128;
const PARAMS: usize = 132;
const CHUNKS: usize = 136;
const SIGNAL: usize = 192; // counts jobs; workers sleep on it
const SLEEPERS: usize = 256;
const MAIN_WAITS: usize = 320;
const BUSY: usize = 512; // a line each thread: the chunk it is at + 1, or 0

const CLOSED: u64 = 0xffffffff; // no chunk left, or the job is being written
const SPINS_OF_WORKER: i32 = 20000; // some 100 µs: the time between two jobs of a training step
const SPINS_OF_MAIN: i32 = 5000;

/** Runs a job on all threads. Returns the chunks not done when `patience` nanoseconds had passed: 0 is success. */
export function runJob(control: usize, kernel: i32, params: usize, chunks: i32, patience: i64): i32 {
  const job = ((atomic.load<u64>(control, TICKET) >> 32) + 1) << 32;
  atomic.store<u64>(control, job | CLOSED, TICKET);
  store<i32>(control, kernel, KERNEL);
  store<usize>(control, params, PARAMS);
  store<i32>(control, chunks, CHUNKS);
  atomic.store<i32>(control, 0, DONE);
  atomic.store<u64>(control, job, TICKET);
  atomic.add<i32>(control, 1, SIGNAL);
  if (atomic.load<i32>(control, SLEEPERS) > 0) atomic.notify(control + SIGNAL, chunks - 1);
  claimChunks(control);
  return awaitJob(control, patience);
}

/** Waits until all chunks of the present job are done. Returns how many are not after `patience` nanoseconds. */
export function awaitJob(control: usize, patience: i64): i32 {
  const chunks = load<i32>(control, CHUNKS);
  for (let i = 0; i < SPINS_OF_MAIN; i++) {
    if (atomic.load<i32>(control, DONE) == chunks) return 0;
  }
  atomic.store<i32>(control, 1, MAIN_WAITS);
  let done = atomic.load<i32>(control, DONE);
  while (done < chunks) {
    if (atomic.wait<i32>(control + DONE, done, patience) == AtomicWaitResult.TIMED_OUT) break;
    done = atomic.load<i32>(control, DONE);
  }
  atomic.store<i32>(control, 0, MAIN_WAITS);
  return chunks - atomic.load<i32>(control, DONE);
}

/** What a worker does all its life: claim chunks, spin for a moment, sleep. */
export function work(control: usize): void {
  let seen: i32 = 0;
  while (true) {
    claimChunks(control);
    let spins = SPINS_OF_WORKER;
    while (spins > 0 && atomic.load<i32>(control, SIGNAL) == seen) spins--;
    if (spins == 0) {
      atomic.add<i32>(control, 1, SLEEPERS);
      atomic.wait<i32>(control + SIGNAL, seen, -1);
      atomic.sub<i32>(control, 1, SLEEPERS);
    }
    seen = atomic.load<i32>(control, SIGNAL);
  }
}

function claimChunks(control: usize): void {
  const busy = control + BUSY + (<usize>threadIndex << 6);
  let ticket = atomic.load<u64>(control, TICKET);
  const job = ticket >> 32;
  const kernel = load<i32>(control, KERNEL);
  const params = load<usize>(control, PARAMS);
  const chunks = load<i32>(control, CHUNKS);
  while (ticket >> 32 == job && <u64>(<u32>ticket) < <u64>chunks) {
    const found = atomic.cmpxchg<u64>(control, ticket, ticket + 1, TICKET);
    if (found != ticket) {
      ticket = found;
      continue;
    }
    store<i32>(busy, <i32>(<u32>ticket) + 1);
    execute(kernel, params, <i32>(<u32>ticket));
    store<i32>(busy, 0);
    const done = atomic.add<i32>(control, 1, DONE) + 1;
    if (done == chunks && atomic.load<i32>(control, MAIN_WAITS) != 0) atomic.notify(control + DONE, 1);
    ticket = atomic.load<u64>(control, TICKET);
  }
}

/** Runs a job on the calling thread alone. */
export function runAlone(kernel: i32, params: usize, chunks: i32): void {
  for (let chunk = 0; chunk < chunks; chunk++) execute(kernel, params, chunk);
}
