import { notebookKernel } from "./display";

/** For each object, the classes it was made from that the notebook's cells knew by their names then, or not at all. */
const known = new WeakMap<object, ReadonlySet<unknown>>();

/** Its class, and those it extends. */
function classesOf(made: object): { name: string }[] {
  const classes = [];
  for (
    let prototype = Object.getPrototypeOf(made) as object | null;
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    classes.push(prototype.constructor);
  }
  return classes;
}

/**
 * Called when an object is made, so that {@link redefinedClass} can tell later. A class of lib whose name a cell has
 * given to a class of its own is left out: the two have nothing to do with each other.
 */
export function noteClasses(made: object): void {
  const lookup = notebookKernel()?.lookup;
  if (lookup === undefined) return;
  const own = classesOf(made).filter((one) => {
    const current = lookup(one.name);
    return current === undefined || current === one;
  });
  known.set(made, new Set(own));
}

/** The name of a class that the object was made from and that cells have redefined since, if there is one. */
export function redefinedClass(made: object): string | undefined {
  const lookup = notebookKernel()?.lookup;
  const own = known.get(made);
  if (lookup === undefined || own === undefined) return undefined;
  const found = classesOf(made).find((one) => {
    const current = lookup(one.name);
    return own.has(one) && typeof current === "function" && current !== one;
  });
  return found?.name;
}
