import type * as TS from "typescript";
import { CellChecker } from "./cell-checker";
import { emitCell, type EmittedCell } from "./emit-cell";
import { ModuleProgram } from "./module-program";
import { readProject, type Project } from "./project";
import type { BoundSourceFile, TypeScript } from "./typescript-internals";

/** A cell, or a module that it imports, has errors that the compiler found. */
export class CompileError extends Error {
  override readonly name = "TypeScriptError";
  constructor(
    readonly diagnostics: readonly TS.Diagnostic[],
    readonly cell: TS.SourceFile,
  ) {
    super(`${diagnostics.length} error${diagnostics.length === 1 ? "" : "s"}`);
  }
}

export interface CompiledCell extends EmittedCell {
  readonly source: string;
  /** Local files that had changed since they were last looked at. */
  readonly changed: readonly string[];
  readonly specifiers: readonly string[];
  /** Makes what the cell declares known to later cells. */
  commit(isAssigned: (name: string) => boolean): void;
}

/** Compiles cells of one notebook, in order. */
export class Compiler {
  readonly project: Project;
  readonly modules: ModuleProgram;
  readonly cells: CellChecker;

  constructor(
    readonly ts: TypeScript,
    folder: string,
  ) {
    this.project = readProject(ts, folder);
    this.modules = new ModuleProgram(ts, this.project);
    this.cells = new CellChecker(ts, this.modules);
  }

  /** Throws a CompileError. */
  compile(source: string): CompiledCell {
    const { ts, modules, cells } = this;
    let cell = cells.parse(source);
    const specifiers = importedSpecifiers(ts, cell);
    const changed = modules.include(specifiers);
    if (declaresGlobals(ts, cell)) modules.addRoot(cell);
    else if (changed.length > 0) cell = cells.parse(source);
    const errors = cells.check(cell);
    if (errors.length === 0) errors.push(...modules.verify(specifiers));
    if (errors.length > 0) throw new CompileError(errors, cell);
    const emitted = emitCell(
      ts,
      cell.fileName,
      source,
      this.project.options,
      cells.valueNames,
      cells.typeOnlyImports(cell),
    );
    return {
      ...emitted,
      source,
      changed,
      specifiers,
      commit: (isAssigned) => cells.commit(cell, isAssigned),
    };
  }
}

/** Module names in import, export … from, import("…") and require("…"). */
export function importedSpecifiers(ts: TypeScript, cell: BoundSourceFile): string[] {
  const found = new Set<string>();
  const visit = (node: TS.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    )
      found.add(node.moduleSpecifier.text);
    else if (ts.isCallExpression(node) && isLoad(ts, node.expression)) {
      const [name] = node.arguments;
      if (name && ts.isStringLiteralLike(name)) found.add(name.text);
    } else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    )
      found.add(node.argument.literal.text);
    ts.forEachChild(node, visit);
  };
  visit(cell);
  return [...found];
}

function isLoad(ts: TypeScript, callee: TS.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require")
  );
}

function declaresGlobals(ts: TypeScript, cell: BoundSourceFile): boolean {
  return cell.statements.some(
    (s) =>
      ts.isModuleDeclaration(s) &&
      ((s.flags & ts.NodeFlags.GlobalAugmentation) !== 0 || ts.isStringLiteral(s.name)),
  );
}
