/** The backends that this project knows, in the order in which `selectBackend` tries them. */
export const BACKEND_NAMES = ["tensorflow", "webgpu", "simd", "wasm", "cpu"] as const;

export type BackendName = (typeof BACKEND_NAMES)[number];

/** What a backend found out about itself when it was asked to get ready. */
export type Readiness = Ready | NotReady;

export interface Ready {
  ready: true;
  /** What it computes on, for people: "NVIDIA H200", "AMD EPYC, 2 threads". */
  device: string;
  onGpu: boolean;
  threads: number;
  /** One line: why it is a good choice. */
  reason: string;
  /** Set where it works but must not be chosen unasked: one line why. */
  onlyIfAsked?: string;
}

export interface NotReady {
  ready: false;
  /** One line: why. */
  reason: string;
  /** What the user can do about it. */
  remedy: string;
}

export interface ReadyOptions {
  threads?: number;
  /** The user demands this backend: look harder for it than when something else would do as well. */
  asked: boolean;
}

/** Registers the backend with tfjs, without making it the current one. */
export type MakeReady = (options: ReadyOptions) => Promise<Readiness>;
