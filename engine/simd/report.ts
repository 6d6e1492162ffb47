import type { KernelFunc } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend";

/** Where one op of tfjs ran, how often and how long. */
export interface OpUse {
  op: string;
  /** "simd": this backend's own kernel; "fallback": tfjs' plain JavaScript. */
  ranOn: "simd" | "fallback";
  calls: number;
  /** Milliseconds in all; 0 unless timing is on. */
  ms: number;
  /** Floating-point operations of matrix products and convolutions (2 a multiply-add); 0 for the rest. */
  flops: number;
}

const uses = new Map<string, OpUse>();
let timing = false;
let current: OpUse | undefined;

/** Which ops ran since the last {@link resetOpReport}, the slowest first. */
export function opReport(): OpUse[] {
  return [...uses.values()].map((use) => ({ ...use })).sort((a, b) => b.ms - a.ms || b.calls - a.calls);
}

/** Forgets all that was counted. @param options.timing true measures each op from now on, which costs a little */
export function resetOpReport(options: { timing?: boolean } = {}): void {
  uses.clear();
  timing = options.timing ?? timing;
}

/** For kernels: these floating-point operations belong to the op that runs. */
export function countFlops(flops: number): void {
  if (current) current.flops += flops;
}

/** For kernels: the op that runs was handed on to tfjs' cpu kernel after all. */
export function countedAsFallback<T>(op: string, run: () => T): T {
  return counted(op, "fallback", run);
}

/** Wraps a kernel so that its uses are counted. */
export function counting(op: string, ranOn: OpUse["ranOn"], kernel: KernelFunc): KernelFunc {
  return (params) =>
    counted(op, ranOn, () => {
      const result = kernel(params);
      if (timing) (params.backend as SimdBackend).pool.finish();
      return result;
    });
}

/** Runs a part of an op of this name that was put off: it counts as that op's, and not as the one's that runs. */
export function inNameOf(op: string, { pool }: SimdBackend, run: () => void): void {
  const use = useOf(op, "simd");
  const outer = current;
  current = use;
  const start = timing ? performance.now() : 0;
  try {
    run();
    if (timing) pool.finish();
  } finally {
    current = outer;
    const ms = timing ? performance.now() - start : 0;
    use.ms += ms;
    if (outer) outer.ms -= ms;
  }
}

function useOf(op: string, ranOn: OpUse["ranOn"]): OpUse {
  const key = `${op} ${ranOn}`;
  let use = uses.get(key);
  if (!use) uses.set(key, (use = { op, ranOn, calls: 0, ms: 0, flops: 0 }));
  return use;
}

function counted<T>(op: string, ranOn: OpUse["ranOn"], run: () => T): T {
  const use = useOf(op, ranOn);
  const outer = current;
  current = use;
  use.calls++;
  const start = timing ? performance.now() : 0;
  try {
    return run();
  } finally {
    current = outer;
    if (timing) use.ms += performance.now() - start;
  }
}
