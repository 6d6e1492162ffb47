import type { NotReady } from "./backend";

/**
 * Says why an optional package did not load: that it is not installed, or how it failed.
 * A package that is there but misses a file of its own is broken, not absent.
 */
export function whyNotLoaded(packageName: string, error: unknown): NotReady {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const notFound = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
  if (notFound && new RegExp(`Cannot find (package|module) '${packageName}'`).test(String(error))) {
    return {
      ready: false,
      reason: `the package ${packageName} is not installed`,
      remedy: `npm install ${packageName} --no-save`,
    };
  }
  return {
    ready: false,
    reason: `the package ${packageName} is installed but failed to load: ${messageOf(error)}`,
    remedy: `npm rebuild ${packageName}, or use another backend`,
  };
}

/** The first line of an error's message. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0]?.trim() || "no message";
}
