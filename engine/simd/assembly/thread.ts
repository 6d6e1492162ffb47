// What a thread has of its own: an instance's globals are not shared, its memory is.

/** 0 is the main thread. */
export let threadIndex: i32 = 0;
/** Memory for the thread alone, SCRATCH_BYTES of it. */
export let scratch: usize = 0;

export function setThread(index: i32, scratchStart: usize): void {
  threadIndex = index;
  scratch = scratchStart;
}
