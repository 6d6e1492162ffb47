/** The backends that this project knows, in the order in which {@link selectBackend} tries them. */
export const BACKEND_NAMES = ["tensorflow", "webgpu", "simd", "wasm", "cpu"] as const;

export type BackendName = (typeof BACKEND_NAMES)[number];

/** What a backend found out about itself when it was asked to get ready. */
export type Readiness =
  | {
      ready: true;
      /** What it computes on, for people: "NVIDIA H200", "2 threads of AMD EPYC". */
      device: string;
      /** "software" is a GPU interface emulated on the CPU: correct, slow, never chosen unasked. */
      kind: "gpu" | "software" | "cpu";
      threads: number;
      reason: string;
    }
  | {
      ready: false;
      reason: string;
      /** What the user can do about it. */
      remedy: string;
    };

export interface ReadyOptions {
  threads?: number;
}

/** Registers the backend with tfjs, without making it the current one. */
export type MakeReady = (options: ReadyOptions) => Promise<Readiness>;

export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0]?.trim() || "no message";
}

/** True where importing `packageName` failed because that very package is not installed. */
export function isNotInstalled(error: unknown, packageName: string): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
  // A package that is there but misses a file of its own is broken, not absent.
  return missing && new RegExp(`Cannot find (package|module) '${packageName}'`).test(String(error));
}
