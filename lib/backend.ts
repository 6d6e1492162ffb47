import * as tf from "@tensorflow/tfjs";
import { adamStep, availableGpus, GPU_BACKENDS, selectBackend, type BackendChoice } from "#engine";

export { adamStep, availableGpus };
export type { BackendChoice };

// Until a backend is chosen, weights can be made all the same: tfjs moves them to where they are used.
// (Left alone, tfjs would pick a registered backend that has not been initialised.)
tf.enableProdMode(); // no banner that recommends tfjs-node; changes nothing else on these backends
if ((tf.engine().backendName as string | undefined) === undefined) void tf.setBackend("cpu");

let chosen: Promise<BackendChoice> | undefined;

/** Options of {@link useBackend}. */
export interface UseBackendOptions {
  /** "tensorflow", "webgpu", "simd", "wasm" or "cpu"; default: `$TSLAB_GAN_BACKEND`, else the fastest that works. */
  backend?: string;
  /** Threads of the simd backend. Default: `$TSLAB_GAN_THREADS`, else the machine's cores, at most 8. */
  threads?: number;
  /** How many GPUs must be used: 0 keeps to the CPU, 1 or more demands a GPU backend. Default: whatever serves. */
  gpus?: number;
}

/**
 * Chooses what computes (see engine/select.ts) and tells which, and why. Training and plotting call it
 * themselves; later calls without options return the same choice.
 *
 * @example await useBackend({ backend: "wasm" });
 */
export async function useBackend(options?: UseBackendOptions): Promise<BackendChoice> {
  const { gpus, ...others } = options ?? {};
  if (chosen !== undefined && gpus !== undefined && Object.keys(others).length === 0) {
    // "gpus: 0" asks for a CPU, not for another one than the one that was chosen.
    const choice = await chosen;
    if (GPU_BACKENDS.includes(choice.name) === gpus > 0) return choice;
  }
  if (chosen === undefined || options !== undefined) {
    const choice = selectBackend(options);
    // A choice that failed is not kept: the next call tries again.
    choice.catch(() => {
      if (chosen === choice) chosen = undefined;
    });
    chosen = choice;
  }
  return chosen;
}
