import { currentRun, type Run } from "./run";

const owners = new WeakMap<object, Run>();

/** Notes which run each timer belongs to, so that none of an interrupted cell's fires again. */
export function trackTimers(): void {
  const globals = globalThis as unknown as Record<string, unknown>;
  for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
    const original = globalThis[name] as (
      callback: (...args: unknown[]) => void,
      ...rest: unknown[]
    ) => object;
    const tracked = (callback: (...args: unknown[]) => void, ...rest: unknown[]): object => {
      const run = currentRun.getStore();
      if (!run || typeof callback !== "function") return original(callback, ...rest);
      const fire = function (this: unknown, ...args: unknown[]): void {
        if (name !== "setInterval") run.timers.delete(timer);
        if (!run.stopped) callback.apply(this, args);
      };
      const timer = original(fire, ...rest);
      run.timers.add(timer);
      owners.set(timer, run);
      return timer;
    };
    // util.promisify(setTimeout) works by a property of the function.
    Object.defineProperties(tracked, Object.getOwnPropertyDescriptors(original));
    globals[name] = tracked;
  }
  for (const name of ["clearTimeout", "clearInterval", "clearImmediate"] as const) {
    const original = globalThis[name] as (timer: unknown) => void;
    globals[name] = Object.defineProperty(
      (timer: unknown): void => {
        if (typeof timer === "object" && timer !== null) owners.get(timer)?.timers.delete(timer);
        original(timer);
      },
      "name",
      { value: name },
    );
  }
}
