/** What one output shows: MIME type → content (text, or base64 for pictures), as in Jupyter. */
export type MimeBundle = Record<string, unknown>;

/** Options of {@link display}: how to update an output in place. */
export interface DisplayOptions {
  /** Names the output, so that a later call can update it. */
  displayId?: string;
  /** Update the output of this name in place instead of adding one. */
  update?: boolean;
  metadata?: Record<string, unknown>;
}

/** What the notebook's kernel offers to libraries (see kernel-setup); undefined outside a notebook. */
export interface NotebookKernel {
  display(bundle: MimeBundle, options?: DisplayOptions): void;
  readonly signal: AbortSignal;
  readonly cell: { readonly id: string | undefined; readonly executionCount: number; readonly code: string };
  /** The value that the notebook's cells now see under a name. */
  lookup?: (name: string) => unknown;
}

/** The kernel that runs this code, or undefined in a plain Node.js process. */
export function notebookKernel(): NotebookKernel | undefined {
  return (globalThis as Record<symbol, unknown>)[Symbol.for("tslab.kernel")] as NotebookKernel | undefined;
}

/**
 * Shows a MIME bundle below the running cell; in a terminal, prints its `text/plain`.
 *
 * @example display({ "text/html": "<b>hello</b>", "text/plain": "hello" });
 */
export function display(bundle: MimeBundle, options: DisplayOptions = {}): void {
  const kernel = notebookKernel();
  if (kernel !== undefined) {
    kernel.display(bundle, options);
    return;
  }
  const text = bundle["text/plain"];
  if (typeof text !== "string") return;
  // A terminal has no outputs to update: the line is overwritten there, and left out of a log file.
  if (options.update !== true) console.log(text);
  else if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${text.split("\n", 1)[0]!}`);
}

let displays = 0;

/** A name for a new output that no other output of this notebook has. */
export function newDisplayId(): string {
  return `tslab-gan-${process.pid}-${Date.now().toString(36)}-${++displays}`;
}

/** One output that a long piece of work updates in place with a line of text, at most ten times a second. */
export function displayProgress(): (text: string) => void {
  const displayId = newDisplayId();
  let shown = -Infinity;
  return (text) => {
    const now = performance.now();
    if (now - shown < 100) return;
    display({ "text/plain": text }, { displayId, update: shown > 0 });
    shown = now;
  };
}
