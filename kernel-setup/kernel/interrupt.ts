import { getEventListeners } from "node:events";
// Not the global ones, which cells may replace and which stop with the run they are called in.
import { clearInterval, setInterval } from "node:timers";
import { currentRun, type Run } from "./run";
import type { SharedState } from "./shared-state";

/**
 * How long a library that listens to the cell's signal has for stopping cleanly: 1 s in turns of the event loop, so
 * that what it computes between two turns does not count. What does not yield at all is stopped after GRACE_MS.
 */
const GRACE_TURNS = 20;
const TURN_MS = 50;
const GRACE_MS = 30_000;

/**
 * Stops runs. Emitted code calls `check` (behind a look at the shared flag) in loops, at the start of functions and
 * after each await; it throws in code of a run that has to stop, and in no other.
 */
export class Interrupter {
  /** The run whose cell is executing, if any. */
  private active: Run | undefined;
  private readonly alive = new Set<WeakRef<Run>>();
  // Once nothing can resume a stopped run, its object is collected, and the guards of others are cheap again.
  private readonly collected = new FinalizationRegistry<WeakRef<Run>>((ref) => {
    this.alive.delete(ref);
    this.settle();
  });

  constructor(private readonly shared: SharedState) {}

  /** Called when a cell starts. Interrupts asked for before it are not for it. */
  begin(run: Run): void {
    this.shared.handled = this.shared.asked;
    this.active = run;
    this.settle();
  }

  end(run: Run): void {
    this.active = undefined;
    this.shared.graceful = false;
    // Whatever an interrupted cell left behind stops, also when the cell itself came to a clean end.
    if (run.forceAt !== undefined) run.stop();
  }

  /** The control thread has an interrupt; this runs when the main thread is free to hear of it. */
  notice(): void {
    if (this.shared.asked === this.shared.handled) return;
    this.shared.handled = this.shared.asked;
    if (this.active) this.interrupt(this.active);
    this.settle();
  }

  /** The guard's slow path. */
  readonly check = (): void => {
    const run = currentRun.getStore();
    const asked = this.shared.asked;
    if (asked !== this.shared.handled) {
      this.shared.handled = asked;
      if (this.active) this.interrupt(this.active);
      // Leftovers of another cell that keep this thread busy: they are what the user wants to stop.
      if (run && run !== this.active) this.interrupt(run);
    }
    if (run?.forceAt === undefined) return;
    if (!run.stopped && performance.now() < run.forceAt) return;
    run.stop();
    throw run.reason;
  };

  /** Used around await: what was awaited comes out, unless its run has to stop. */
  readonly checked = <T>(value: T): T => {
    if (this.shared.flag) this.check();
    return value;
  };

  private interrupt(run: Run): void {
    const again = run.forceAt !== undefined;
    if (!again) {
      const ref = new WeakRef(run);
      this.alive.add(ref);
      this.collected.register(run, ref);
    }
    const listened = !again && getEventListeners(run.controller.signal, "abort").length > 0;
    run.forceAt = performance.now() + (listened ? GRACE_MS : 0);
    if (run === this.active) this.shared.graceful = listened;
    run.controller.abort(run.reason);
    if (listened) stopAfterGrace(run);
    else run.stop();
  }

  private settle(): void {
    // In this order: an interrupt that another thread asks for in between must keep the flag up.
    this.shared.flag = this.alive.size > 0;
    if (this.shared.asked !== this.shared.handled) this.shared.flag = true;
  }
}

function stopAfterGrace(run: Run): void {
  let turns = 0;
  const timer = setInterval(() => {
    if (!run.stopped && ++turns < GRACE_TURNS) return;
    clearInterval(timer);
    run.stop();
  }, TURN_MS);
}
