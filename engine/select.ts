import * as tf from "@tensorflow/tfjs-core";
import { BACKEND_NAMES, messageOf, type BackendName, type MakeReady, type Readiness } from "./backend";
import { makeCpuReady } from "./cpu-backend";
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

export interface BackendChoice {
  name: BackendName;
  /** What it computes on, for people. */
  device: string;
  threads: number;
  /** One line: why this backend. */
  reason: string;
  /** The backends that came first in the order and did not serve, each with one line why. */
  tried: { name: BackendName; reason: string }[];
}

const GPU_BACKENDS: readonly BackendName[] = ["tensorflow", "webgpu"];

const makeReady: Record<BackendName, MakeReady> = {
  tensorflow: makeTensorflowReady,
  webgpu: makeWebgpuReady,
  simd: makeSimdReady,
  wasm: makeWasmReady,
  cpu: makeCpuReady,
};

const readiness = new Map<string, Promise<Readiness>>();

/** Asks a backend once; the answer holds for the life of the process. */
function ready(name: BackendName, threads?: number): Promise<Readiness> {
  const key = name === "simd" ? `${name} ${threads ?? "default"}` : name;
  let answer = readiness.get(key);
  if (!answer) {
    answer = makeReady[name](threads === undefined ? {} : { threads });
    // A demand with bad options (threads: -1) throws; the next call may ask better.
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
    const answer = await ready(name, threads);
    const refusal = answer.ready ? whyNotUnasked(answer, asked !== undefined) : answer.reason;
    if (refusal !== undefined || !answer.ready) {
      if (asked && !answer.ready) throw missing(asked, answer.reason, answer.remedy);
      tried.push({ name, reason: refusal ?? "" });
      log(`${name}: ${refusal}`);
      continue;
    }
    const failure = await activate(name);
    if (failure !== undefined) {
      if (asked) throw missing(asked, failure, "choose another backend");
      tried.push({ name, reason: failure });
      log(`${name}: ${failure}`);
      continue;
    }
    const reason = asked ? `asked for by ${asked.by}` : answer.reason;
    log(`${name}: chosen, ${answer.device} (${reason})`);
    return { name, device: answer.device, threads: answer.threads, reason, tried };
  }
  throw new Error(
    `selectBackend: no backend serves: ${tried.map((t) => `${t.name}: ${t.reason}`).join("; ")}`,
  );
}

/** How many GPUs a GPU backend would use on this machine: 0 or 1, as TensorFlow.js trains on one. */
export async function availableGpus(): Promise<number> {
  const asked = askedFor(undefined);
  if (asked && !isGpu(asked.name)) return 0;
  for (const name of asked ? [asked.name] : GPU_BACKENDS) {
    const answer = await ready(name);
    if (answer.ready && answer.kind === "gpu") return 1;
  }
  return 0;
}

interface Asked {
  name: BackendName;
  by: string;
}

function askedFor(option: string | undefined): Asked | undefined {
  const name = option ?? process.env["TSLAB_GAN_BACKEND"];
  if (name === undefined || (option === undefined && name === "")) return undefined;
  const by = option === undefined ? "TSLAB_GAN_BACKEND" : "the option backend";
  if (!(BACKEND_NAMES as readonly string[]).includes(name)) {
    throw new RangeError(
      `selectBackend: ${by} is "${name}", which is no backend; use one of ${BACKEND_NAMES.join(", ")}`,
    );
  }
  return { name: name as BackendName, by };
}

function isGpu(name: BackendName): boolean {
  return GPU_BACKENDS.includes(name);
}

function whyNotUnasked(answer: Readiness & { ready: true }, asked: boolean): string | undefined {
  if (asked || answer.kind !== "software") return undefined;
  return `only a software adapter was found (${answer.device}), slower than simd`;
}

async function activate(name: BackendName): Promise<string | undefined> {
  if (tf.getBackend() === name) return undefined;
  try {
    return (await tf.setBackend(name)) ? undefined : "registered, but its start failed";
  } catch (error) {
    return `its start failed: ${messageOf(error)}`;
  }
}

function missing(asked: Asked, reason: string, remedy: string): Error {
  return new Error(
    `selectBackend: backend "${asked.name}" (asked for by ${asked.by}) cannot be used: ${reason}. What to do: ${remedy}`,
  );
}

function noGpu(gpus: number, tried: BackendChoice["tried"]): Error {
  const why = tried.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
  return new Error(
    `selectBackend: gpus is ${gpus}, but no GPU serves (${why}). Use gpus: 0 to train on the CPU`,
  );
}
