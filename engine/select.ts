import * as tf from "@tensorflow/tfjs-core";
import { BACKEND_NAMES, type BackendName, type MakeReady, type Readiness } from "./backend";
import { makeCpuReady } from "./cpu-backend";
import { messageOf } from "./optional-package";
import { makeSimdReady } from "./simd-backend";
import { makeTensorflowReady } from "./tensorflow-backend";
import { makeWasmReady } from "./wasm-backend";
import { makeWebgpuReady } from "./webgpu-backend";

export interface BackendOptions {
  /** The backend that must be used. Default: the environment variable TSLAB_GAN_BACKEND, else the fastest. */
  backend?: string;
  /** 0 keeps to the CPU; 1 or more demands a GPU. Default: a GPU where there is one. */
  gpus?: number;
  /** Threads of the `simd` backend. Default: TSLAB_GAN_THREADS, else the machine's cores, at most 8. */
  threads?: number;
  /** Gets one line for each backend tried, and one for the backend chosen. */
  log?: (line: string) => void;
}

/** What computes, as `selectBackend` chose it. */
export interface BackendChoice {
  /** "tensorflow", "webgpu", "simd", "wasm" or "cpu". */
  name: BackendName;
  /** What it computes on, for people. */
  device: string;
  /** Threads that compute on the CPU; 1 on all backends but `simd`. */
  threads: number;
  /** One line: why this backend. */
  reason: string;
  /** The backends that came first in the order and did not serve, each with one line why. */
  tried: { name: BackendName; reason: string }[];
}

/** The backends that compute on a GPU. */
export const GPU_BACKENDS: readonly BackendName[] = ["tensorflow", "webgpu"];

const makeReady: Record<BackendName, MakeReady> = {
  tensorflow: makeTensorflowReady,
  webgpu: makeWebgpuReady,
  simd: makeSimdReady,
  wasm: makeWasmReady,
  cpu: makeCpuReady,
};

const readiness = new Map<string, Promise<Readiness>>();

/** Asks a backend once; the answer holds for the life of the process. */
function ready(name: BackendName, asked: boolean, threads?: number): Promise<Readiness> {
  const key = `${name} ${asked} ${name === "simd" ? threads : ""}`;
  let answer = readiness.get(key);
  if (!answer) {
    answer = makeReady[name]({ asked, ...(threads !== undefined && { threads }) });
    // It throws when the options are wrong (threads: -1); the next call may bring better ones.
    answer.catch(() => readiness.delete(key));
    readiness.set(key, answer);
  }
  return answer;
}

/**
 * Makes the fastest backend that serves on this machine tfjs's current one: the one asked for, else
 * tfjs-node-gpu with a GPU, WebGPU on a hardware adapter, `simd`, `wasm`, `cpu`. Cheap when called again.
 *
 * @throws RangeError when the backend asked for is unknown, or `gpus` is not a whole number from 0.
 * @throws Error when the backend (or the GPU) asked for is missing: why, and what to do.
 */
export async function selectBackend(options: BackendOptions = {}): Promise<BackendChoice> {
  const { gpus, threads, log = () => {} } = options;
  if (gpus !== undefined && (!Number.isInteger(gpus) || gpus < 0)) {
    throw new RangeError(
      `selectBackend: gpus is ${gpus}; give 0 (CPU only) or the number of GPUs, 1 or more`,
    );
  }
  const asked = askedFor(options.backend);
  const candidates = asked ? [asked.name] : BACKEND_NAMES.filter((name) => gpus !== 0 || !isGpu(name));
  const tried: BackendChoice["tried"] = [];
  for (const name of candidates) {
    if (!asked && gpus && !isGpu(name)) throw noGpu(gpus, tried);
    const answer = await ready(name, asked !== undefined, threads);
    const refusal = answer.ready ? !asked && answer.onlyIfAsked : answer.reason;
    const why = refusal || (await activate(name));
    if (answer.ready && !why) {
      const reason = asked ? `asked for by ${asked.by}` : answer.reason;
      log(`${name}: chosen, ${answer.device} (${reason})`);
      return { name, device: answer.device, threads: answer.threads, reason, tried };
    }
    if (asked)
      throw missing(asked, why || "no reason given", answer.ready ? "use another one" : answer.remedy);
    tried.push({ name, reason: why || "no reason given" });
    log(`${name}: ${why}`);
  }
  throw new Error(`selectBackend: no backend serves: ${inWords(tried)}`);
}

/**
 * How many GPUs a GPU backend would use on this machine: 0 or 1, as TensorFlow.js trains on one.
 *
 * @example new Trainer({ gpus: await availableGpus() })
 */
export async function availableGpus(): Promise<number> {
  const asked = askedFor(undefined);
  if (asked && !isGpu(asked.name)) return 0;
  for (const name of asked ? [asked.name] : GPU_BACKENDS) {
    const answer = await ready(name, asked !== undefined);
    if (answer.ready && answer.onGpu) return 1;
  }
  return 0;
}

interface Asked {
  name: BackendName;
  by: string;
}

function askedFor(option: string | undefined): Asked | undefined {
  const name = option ?? (process.env["TSLAB_GAN_BACKEND"] || undefined);
  if (name === undefined) return undefined;
  const by = option === undefined ? "TSLAB_GAN_BACKEND" : "the option backend";
  const known = BACKEND_NAMES.find((backend) => backend === name);
  if (!known) {
    const possible = BACKEND_NAMES.join(", ");
    throw new RangeError(`selectBackend: ${by} is "${name}", which is no backend; use one of ${possible}`);
  }
  return { name: known, by };
}

function isGpu(name: BackendName): boolean {
  return GPU_BACKENDS.includes(name);
}

/** Makes a registered backend tfjs's current one; returns one line why when that fails. */
async function activate(name: BackendName): Promise<string | undefined> {
  if (tf.getBackend() === name) return undefined;
  const listeners = rememberErrorListeners();
  try {
    return (await tf.setBackend(name)) ? undefined : "it is registered, but did not start";
  } catch (error) {
    return `its start failed: ${messageOf(error)}`;
  } finally {
    listeners.removeAdded();
  }
}

/** tfjs's wasm backend rethrows whatever a process leaves uncaught, which would end a notebook's kernel. */
function rememberErrorListeners() {
  const events = ["uncaughtException", "unhandledRejection"];
  const before = new Set(events.flatMap((event) => process.rawListeners(event)));
  const removeAdded = (): void => {
    for (const event of events) {
      for (const listener of process.rawListeners(event)) {
        if (!before.has(listener)) process.off(event, listener as () => void);
      }
    }
  };
  return { removeAdded };
}

function missing(asked: Asked, reason: string, remedy: string): Error {
  return new Error(
    `selectBackend: backend "${asked.name}" (${asked.by}) cannot be used: ${reason}. What to do: ${remedy}`,
  );
}

function noGpu(gpus: number, tried: BackendChoice["tried"]): Error {
  return new Error(
    `selectBackend: gpus is ${gpus}, but no GPU serves (${inWords(tried)}). Use gpus: 0 to train on the CPU`,
  );
}

function inWords(tried: BackendChoice["tried"]): string {
  return tried.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
}
