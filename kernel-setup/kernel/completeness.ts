import type * as TS from "typescript";
import type { BoundSourceFile, TypeScript } from "./compiler/typescript-internals";
import type { Json } from "./wire";

/** "Unterminated string literal" ends at a line's end and is wrong; these go on over lines. */
const UNTERMINATED = new Set([1010, 1160]);

/** The content of is_complete_reply: may `code` be run, does it go on, or can nothing make it right? */
export function isComplete(ts: TypeScript, code: string): Json {
  const file = ts.createSourceFile(
    "cell.ts",
    code,
    {
      languageVersion: ts.ScriptTarget.ESNext,
      setExternalModuleIndicator: (f) => ((f as BoundSourceFile).externalModuleIndicator ??= true),
    },
    true,
    ts.ScriptKind.TS,
  ) as BoundSourceFile;
  const [first] = file.parseDiagnostics;
  if (!first) return { status: "complete" };
  const end = code.trimEnd().length;
  if (UNTERMINATED.has(first.code) || first.start >= end)
    return { status: "incomplete", indent: indentAfter(ts, code) };
  return { status: "invalid" };
}

/** Two spaces for each bracket that is still open. */
function indentAfter(ts: TypeScript, code: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, code);
  const {
    OpenBraceToken,
    CloseBraceToken,
    OpenParenToken,
    CloseParenToken,
    OpenBracketToken,
    CloseBracketToken,
    EndOfFileToken,
  } = ts.SyntaxKind;
  const opening: TS.SyntaxKind[] = [OpenBraceToken, OpenParenToken, OpenBracketToken];
  const closing: TS.SyntaxKind[] = [CloseBraceToken, CloseParenToken, CloseBracketToken];
  let depth = 0;
  for (let token = scanner.scan(); token !== EndOfFileToken; token = scanner.scan()) {
    if (opening.includes(token)) depth++;
    else if (closing.includes(token)) depth--;
  }
  return "  ".repeat(Math.max(0, depth));
}
