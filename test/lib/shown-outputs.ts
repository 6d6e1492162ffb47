import type { DisplayOptions, MimeBundle, NotebookKernel } from "../../lib/display";

/** One message that a front end would receive. */
export interface Shown {
  readonly bundle: Readonly<Record<string, unknown>>;
  readonly options: DisplayOptions;
}

/** Runs code as in a notebook's cell, and gives what a front end would show, in order. */
export async function inCell(
  work: () => unknown,
  cell: Partial<NotebookKernel["cell"]> = {},
  kernel: Partial<NotebookKernel> = {},
): Promise<Shown[]> {
  const shown: Shown[] = [];
  const scope = globalThis as Record<symbol, unknown>;
  const key = Symbol.for("tslab.kernel");
  const before = scope[key];
  scope[key] = {
    display: (bundle: MimeBundle, options: DisplayOptions = {}) => void shown.push({ bundle, options }),
    signal: new AbortController().signal,
    cell: { id: "cell-1", executionCount: 1, code: "", ...cell },
    ...kernel,
  };
  try {
    await work();
  } finally {
    scope[key] = before;
  }
  return shown;
}

export const htmlOf = ({ bundle }: Shown): string => String(bundle["text/html"]);
export const textOf = ({ bundle }: Shown): string => String(bundle["text/plain"]);
