import type { ICodeCell, IError } from "@jupyterlab/nbformat";
import { stripVTControlCharacters } from "node:util";
import { sourceText } from "./notebook-file";

/** How many lines of code are shown before the line at fault. */
const linesBefore = 2;

/** A failed cell for the terminal: where it is, the line at fault, and the kernel's account. */
export function shownFailure(cell: ICodeCell, place: string): string {
  const error = cell.outputs.find((output) => output.output_type === "error") as IError | undefined;
  const traceback = (error?.traceback ?? []).join("\n");
  const line = faultyLine(stripVTControlCharacters(traceback));
  // The kernel may show the code around the fault itself.
  const shown =
    traceback.includes(" | ") || line === undefined ? [] : [sourceFrame(sourceText(cell.source), line)];
  const account = process.stderr.isTTY ? traceback : stripVTControlCharacters(traceback);
  return [
    `\n${place}${line === undefined ? "" : `, line ${line}`}:`,
    ...shown,
    account ||
      `${error?.ename ?? "Error"}: ${error?.evalue ?? "the kernel gave no reason but what the cell printed"}`,
    "",
  ].join("\n");
}

/**
 * The line of the cell that a traceback names: a code frame's marked line ("> 3 | …"), else the first position within
 * a cell ("Cell [4]:3:7").
 */
function faultyLine(traceback: string): number | undefined {
  const found =
    /^\s*(?:-+>|>|❱)\s*(\d+)\b/m.exec(traceback) ?? /\bcell\b[^\n]*?(?::|line )(\d+)/i.exec(traceback);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

function sourceFrame(source: string, line: number): string {
  const first = Math.max(1, line - linesBefore);
  const lines = source.split("\n").slice(first - 1, line);
  return lines
    .map((text, index) => `${first + index === line ? ">" : " "} ${first + index} | ${text}`)
    .join("\n");
}
