import type { ICell, ICodeCell, INotebookContent, IOutput, MultilineString } from "@jupyterlab/nbformat";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "./usage-error";

/**
 * Reads a notebook and brings it to format 4.5 (every cell has an id).
 *
 * @throws UsageError when it cannot be read or is no notebook of format 4
 */
export function readNotebook(file: string): INotebookContent {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read the notebook ${file}: ${(error as Error).message}`);
  }
  let notebook: Partial<INotebookContent>;
  try {
    notebook = JSON.parse(text) as Partial<INotebookContent>;
  } catch (error) {
    throw new UsageError(`${file} is not a notebook: it is not JSON (${(error as Error).message})`);
  }
  if (notebook.nbformat !== 4 || !Array.isArray(notebook.cells))
    throw new UsageError(
      `${file} is not a notebook of format 4 (nbformat is ${JSON.stringify(notebook.nbformat)}). ` +
        "Open and save it in a current Jupyter to convert it.",
    );
  notebook.nbformat_minor = Math.max(5, notebook.nbformat_minor ?? 0);
  notebook.metadata ??= {};
  for (const cell of notebook.cells) {
    cell["id"] ??= newCellId();
    cell.metadata ??= {};
  }
  return notebook as INotebookContent;
}

/** Writes a notebook whole or not at all, in the layout in which Jupyter saves it. */
export function writeNotebook(file: string, notebook: INotebookContent): void {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: toLines(cell.source),
    ...(isCode(cell) ? { outputs: cell.outputs.map(savedOutput) } : {}),
  }));
  writeWhole(file, `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`);
}

/** Writes a file whole or not at all. */
export function writeWhole(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A fingerprint of all code: saved outputs belong to a notebook's code if it has not changed since. */
export function codeHash(cells: readonly ICell[]): string {
  const hash = createHash("sha256");
  for (const cell of cells.filter(isCode)) hash.update(`${sourceText(cell.source)}\0`);
  return hash.digest("hex");
}

export function newCellId(): string {
  return randomBytes(4).toString("hex");
}

export function isCode(cell: ICell): cell is ICodeCell {
  return cell.cell_type === "code";
}

export function sourceText(source: MultilineString): string {
  return Array.isArray(source) ? source.join("") : source;
}

export function tagsOf(cell: ICell): string[] {
  const { tags } = cell.metadata as { tags?: unknown };
  return Array.isArray(tags) ? tags.map(String) : [];
}

/** Long texts as lists of lines, so that a change is a small difference. */
function savedOutput(output: IOutput): IOutput {
  if (output.output_type === "stream") return { ...output, text: toLines(output["text"] as MultilineString) };
  if (output["data"] === undefined) return output;
  const data = Object.entries(output["data"] as Record<string, unknown>).map(([type, value]) => [
    type,
    typeof value === "string" && value.includes("\n") ? toLines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) as Record<string, never> };
}

function toLines(text: MultilineString): string[] {
  const whole = sourceText(text);
  return whole === "" ? [] : whole.split(/(?<=\n)/);
}
