import { relative } from "node:path";
import type { CompileError } from "./compiler/compiler";
import type { TypeScript } from "./compiler/typescript-internals";
import { codeFrame, type ErrorReport } from "./traceback";

/** A compile error as an `error` message: each diagnostic with its place and the lines around it. */
export function reportDiagnostics(
  ts: TypeScript,
  error: CompileError,
  cellLabel: string,
  folder: string,
): ErrorReport {
  const reports = error.diagnostics.map(({ file, start = 0, length = 1, code, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, "\n");
    const hint = code === 2307 ? missingModule(text) : "";
    if (!file) return { head: `TS${code}: ${text}`, lines: [] as string[] };
    const at = file.getLineAndCharacterOfPosition(start);
    const label = file === error.cell ? cellLabel : relative(folder, file.fileName);
    const head = `${label}:${at.line + 1}:${at.character + 1} - TS${code}: ${text}${hint}`;
    return {
      head,
      lines: codeFrame(file.text, at.line + 1, at.character + 1, "~".repeat(Math.max(1, length))),
    };
  });
  return {
    ename: error.name,
    evalue: reports.map(({ head }) => head).join("\n"),
    traceback: reports.flatMap(({ head, lines }) => [`${error.name}: ${head}`, ...lines]),
  };
}

function missingModule(text: string): string {
  const name = /'([^']+)'/.exec(text)?.[1] ?? "";
  return /^[./]/.test(name)
    ? `\nThere is no such file, seen from the notebook's or module's own folder.`
    : `\nIs it installed? \`npm install ${name}\` in the notebook's project adds it.`;
}
