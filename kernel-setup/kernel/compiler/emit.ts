import { SourceMap } from "node:module";
import type * as TS from "typescript";
import { enterGuard, leaveGuard, replaceImportMeta } from "./guards";
import { TextEdits, type EditedText } from "./text-edits";
import type { BoundSourceFile, TypeScript } from "./typescript-internals";

export interface Emitted {
  readonly js: string;
  readonly map: LineMap;
}

/** From places in emitted code to places in its source. Lines and columns count from 0. */
export interface LineMap {
  original(line: number, column: number): { readonly line: number; readonly column: number } | undefined;
}

/** Undoes the edits, then the compiler's own transformation. */
export function lineMap(edited: EditedText, map: SourceMap): LineMap {
  return {
    original(line, column) {
      const entry = map.findEntry(line, edited.columnBefore(line, column));
      return "originalLine" in entry ? { line: entry.originalLine, column: entry.originalColumn } : undefined;
    },
  };
}

/** Transpiles one file to what this Node.js runs, with its source map. Types were checked before. */
export function transpile(
  ts: TypeScript,
  fileName: string,
  source: string,
  project: TS.CompilerOptions,
  options: TS.CompilerOptions,
): { readonly js: string; readonly map: SourceMap } {
  const target = Math.min(
    project.target ?? ts.ScriptTarget.ES2022,
    ts.ScriptTarget.ES2022,
  ) as TS.ScriptTarget;
  const kept: TS.CompilerOptions = {};
  for (const name of [
    "experimentalDecorators",
    "emitDecoratorMetadata",
    "useDefineForClassFields",
    "jsx",
    "jsxFactory",
    "jsxFragmentFactory",
    "jsxImportSource",
  ])
    if (project[name] !== undefined) kept[name] = project[name];
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName,
    compilerOptions: {
      ...kept,
      target,
      esModuleInterop: true,
      allowJs: true,
      sourceMap: true,
      moduleDetection: ts.ModuleDetectionKind.Force,
      newLine: ts.NewLineKind.LineFeed,
      ...options,
    },
  });
  return {
    js: outputText.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"),
    map: new SourceMap(JSON.parse(sourceMapText ?? "{}") as ConstructorParameters<typeof SourceMap>[0]),
  };
}

/** Emitted JavaScript as a bound syntax tree. */
export function parseEmitted(ts: TypeScript, js: string): BoundSourceFile {
  // As TypeScript, because its binder takes `exports.x = …` in JavaScript for declarations.
  const format = {
    languageVersion: ts.ScriptTarget.ESNext,
    setExternalModuleIndicator: (f: TS.SourceFile) =>
      ((f as BoundSourceFile).externalModuleIndicator ??= true),
  };
  const file = ts.createSourceFile("emitted.ts", js, format, true, ts.ScriptKind.TS) as BoundSourceFile;
  file.path = file.fileName;
  ts.bindSourceFile(file, { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext });
  return file;
}

/** A local module as CommonJS, with guards. */
export function emitModule(
  ts: TypeScript,
  fileName: string,
  source: string,
  project: TS.CompilerOptions,
): Emitted {
  const { js, map } = transpile(ts, fileName, source, project, { module: ts.ModuleKind.CommonJS });
  const file = parseEmitted(ts, js);
  if (awaitsAtTopLevel(ts, file))
    throw new SyntaxError(
      `${fileName} awaits at its top level, which a local module cannot: it is loaded in one go. Export a promise or an ` +
        "async function instead, and await it in the cell.",
    );
  const edits = new TextEdits();
  const visit = (node: TS.Node): void => {
    enterGuard(ts, node, file, edits);
    replaceImportMeta(ts, node, file, edits);
    ts.forEachChild(node, visit);
    leaveGuard(ts, node, edits);
  };
  visit(file);
  const edited = edits.apply(js);
  return { js: edited.text, map: lineMap(edited, map) };
}

function awaitsAtTopLevel(ts: TypeScript, node: TS.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true;
  return ts.forEachChild(node, (child) => awaitsAtTopLevel(ts, child) || undefined) ?? false;
}
