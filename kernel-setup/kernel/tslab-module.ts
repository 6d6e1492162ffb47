import { randomUUID } from "node:crypto";
import { versions } from "./kernel-info";
import type { DisplayOptions, NotebookKernel } from "./notebook-kernel";
import { tableHtml, tableText } from "./table";

const TYPES = {
  javascript: "text/javascript",
  html: "text/html",
  markdown: "text/markdown",
  latex: "text/latex",
  svg: "image/svg+xml",
  png: "image/png",
  jpeg: "image/jpeg",
  gif: "image/gif",
  pdf: "application/pdf",
  text: "text/plain",
} as const;

/** What `import … from "tslab"` gives in cells: stock tslab's API, and more. */
export function createTslabModule(kernel: NotebookKernel): object {
  /** A display with an id shows one output: the first call makes it, later ones replace it. */
  const makeDisplay = (displayId?: string): object => {
    let isShown = false;
    const options = (): DisplayOptions => {
      if (displayId === undefined) return {};
      const update = isShown;
      isShown = true;
      return { displayId, update };
    };
    const raw = (type: string, data: string | Uint8Array): void =>
      kernel.display({ [type]: data }, options());
    const display = (value: unknown, given: DisplayOptions = {}): void =>
      kernel.show(value, { ...options(), ...given });
    const methods = Object.fromEntries(
      Object.entries(TYPES).map(([name, type]) => [name, (data: string | Uint8Array) => raw(type, data)]),
    );
    const table = (rows: readonly object[], columns?: readonly string[]): void =>
      kernel.display(
        { "text/html": tableHtml(rows, columns), "text/plain": tableText(rows, columns) },
        options(),
      );
    return Object.assign(display, methods, {
      raw,
      table,
      clear: (wait?: boolean) => kernel.clearOutput(wait),
    });
  };
  return {
    display: makeDisplay(),
    newDisplay: () => makeDisplay(randomUUID()),
    versions: { tslab: versions.kernel, typescript: versions.typescript, node: versions.node },
    registerCommTarget: kernel.registerCommTarget,
    openComm: kernel.openComm,
    clearOutput: kernel.clearOutput,
    input: kernel.input,
    currentSignal: () => kernel.signal,
  };
}
