import { readFileSync } from "node:fs";

/** An output in a notebook file. */
export interface SavedOutput {
  /** The source of its cell. */
  readonly cell: string;
  /** The forms that it has, or its stream's or error's kind. */
  readonly mimeTypes: readonly string[];
}

interface NotebookFile {
  cells: {
    cell_type: string;
    source: string | string[];
    outputs?: { output_type: string; data?: Record<string, unknown> }[];
  }[];
}

export function readSavedOutputs(file: string): SavedOutput[] {
  const { cells } = JSON.parse(readFileSync(file, "utf8")) as NotebookFile;
  return cells.flatMap(({ source, outputs = [] }) =>
    outputs.map(({ output_type, data }) => ({
      cell: [source].flat().join(""),
      mimeTypes: data === undefined ? [output_type] : Object.keys(data),
    })),
  );
}

/** What VS Code shows: its own notebook renderers, and those of its Jupyter extension (Plotly's JSON). */
const shownByVsCode = [
  "application/vnd.plotly.v1+json",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/svg+xml",
  "text/html",
  "text/latex",
  "text/markdown",
  "text/plain",
  "stream",
  "error",
];
/** What GitHub, which runs no script and knows no Plotly, shows. */
const shownWithoutScripts = ["image/gif", "image/jpeg", "image/png", "text/plain", "stream", "error"];

/** Why an output of these forms would not be seen everywhere: [] when it would. */
export function notShown(mimeTypes: readonly string[]): string[] {
  const unknown = mimeTypes.filter((type) => !shownByVsCode.includes(type));
  const complaints = unknown.map((type) => `VS Code does not show ${type}`);
  if (!mimeTypes.some((type) => shownWithoutScripts.includes(type))) {
    complaints.push(`no picture and no text among ${mimeTypes.join(", ")}`);
  }
  return complaints;
}
