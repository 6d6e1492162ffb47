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
  const account = process.stderr.isTTY ? traceback : stripVTControlCharacters(traceback);
  return [
    `\n${place}${line === undefined ? "" : `, line ${line}`}:`,
    sourceFrame(sourceText(cell.source).split("\n"), line),
    account || `${error?.ename ?? "Error"}: ${error?.evalue ?? "the kernel gave no reason"}`,
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

function sourceFrame(lines: string[], line: number | undefined): string {
  const last = line ?? Math.min(lines.length, 5);
  const first = line === undefined ? 1 : Math.max(1, line - linesBefore);
  return lines
    .slice(first - 1, last)
    .map((text, index) => {
      const number = first + index;
      return `  ${number === line ? ">" : " "} ${String(number).padStart(3)} | ${text}`;
    })
    .join("\n");
}
