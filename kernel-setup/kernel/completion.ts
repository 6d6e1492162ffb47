import type * as TS from "typescript";
import type { Compiler } from "./compiler/compiler";
import { toCodePoints, toUnits } from "./cursor";
import { isPlainReference, namesInScope, type Entry } from "./names-in-scope";
import type { Json } from "./wire";

const NEVER = { isCancellationRequested: () => false, throwIfCancellationRequested: () => undefined };

/** The content of complete_reply for `code` with the cursor at code point `cursor`. */
export function complete(compiler: Compiler, code: string, cursor: number): Json {
  const { ts, cells } = compiler;
  const position = toUnits(code, cursor);
  const file = cells.parseOpen(code);
  const token = ts.findPrecedingToken(position, file);
  const isWord =
    token !== undefined &&
    (ts.isIdentifier(token) ||
      ts.isPrivateIdentifier(token) ||
      ts.isStringLiteralLike(token) ||
      isKeyword(token.getText(file)));
  let start = position;
  let end = position;
  if (token && isWord && token.getStart(file) < position && position <= token.end) {
    if (ts.isStringLiteralLike(token))
      start = token.getStart(file) + 1 + Math.max(0, ...["/"].map((c) => token.text.lastIndexOf(c) + 1));
    else [start, end] = [token.getStart(file), token.end];
  }
  const typed = code.slice(start, position);
  const isName = token !== undefined && start < position && isPlainReference(ts, token);
  const entries = isName ? namesInScope(compiler, token, typed) : completionsAt(compiler, file, position);
  const ranked = entries
    .map((entry, index) => ({ entry, index, rank: rankOf(entry.name, typed) }))
    .filter(({ rank }) => rank !== undefined)
    .sort(
      (a, b) =>
        a.rank! - b.rank! ||
        (a.entry.sortText < b.entry.sortText
          ? -1
          : a.entry.sortText > b.entry.sortText
            ? 1
            : a.index - b.index),
    );
  const [from, to] = [toCodePoints(code, start), toCodePoints(code, end)];
  return {
    status: "ok",
    matches: ranked.map(({ entry }) => entry.name),
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: ranked.map(({ entry }) => ({
        start: from,
        end: to,
        text: entry.name,
        type: entry.kind,
      })),
    },
  };
}

/** Same beginning first, then the same but for case, then a part of it. */
function rankOf(name: string, typed: string): number | undefined {
  if (name.startsWith(typed)) return 0;
  const [lower, lowerTyped] = [name.toLowerCase(), typed.toLowerCase()];
  if (lower.startsWith(lowerTyped)) return 1;
  return lower.includes(lowerTyped) ? 2 : undefined;
}

function isKeyword(text: string): boolean {
  return /^[a-z]+$/.test(text);
}

/** TypeScript's own completions. */
function completionsAt(
  { ts, modules, project }: Compiler,
  file: TS.SourceFile,
  position: number,
): readonly Entry[] {
  const host = {
    ...ts.sys,
    getCurrentDirectory: () => project.folder,
    getCompilationSettings: () => project.options,
  };
  return (
    ts.Completions.getCompletionsAtPosition(
      host,
      modules.program,
      () => undefined,
      file,
      position,
      {},
      undefined,
      1,
      NEVER,
      undefined,
    )?.entries ?? []
  );
}
