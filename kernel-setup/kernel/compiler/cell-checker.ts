import { join } from "node:path";
import type * as TS from "typescript";
import { UNTYPED_MODULE, cellFileName, type ModuleProgram } from "./module-program";
import type { BoundSourceFile, TypeScript } from "./typescript-internals";

type Table = Map<TS.__String, TS.Symbol>;

/**
 * Type-checks cells on top of the modules' program. A cell sees what earlier cells declared, because its source file
 * gets parents whose tables hold those symbols (TypeScript looks names up along parents). This needs no new program
 * and no declaration text for each cell: a cell like `1+1` is checked in under a millisecond.
 */
export class CellChecker {
  /** What the next cell sees. Types have their own table, so that a value may take a type's name and leave it be. */
  private values: Table = new Map();
  private types: Table = new Map();
  private count = 0;

  constructor(
    private readonly ts: TypeScript,
    private readonly modules: ModuleProgram,
  ) {}

  /** Names that earlier cells gave to values. */
  get valueNames(): ReadonlySet<string> {
    return new Set([...this.values.keys()].map((name) => this.ts.unescapeLeadingUnderscores(name)));
  }

  parse(code: string): BoundSourceFile {
    const { ts } = this;
    const { options, folder } = this.modules.project;
    const name = cellFileName(folder, ++this.count);
    const file = ts.createSourceFile(
      name,
      code,
      {
        languageVersion: options.target ?? ts.ScriptTarget.ES2022,
        setExternalModuleIndicator: (f) => ((f as BoundSourceFile).externalModuleIndicator ??= true),
      },
      true,
      ts.ScriptKind.TS,
    ) as BoundSourceFile;
    this.prepare(file);
    const types = this.scopeFile(this.types, file);
    const values = this.scopeFile(this.values, file);
    values.parent = types;
    file.parent = values;
    return file;
  }

  /** Errors in `cell`, in the order of their places. */
  check(cell: BoundSourceFile): TS.Diagnostic[] {
    const { ts } = this;
    const found = [...cell.parseDiagnostics, ...cell.bindDiagnostics];
    if (cell.parseDiagnostics.length === 0)
      found.push(...(this.modules.checker.getDiagnostics(cell) as TS.DiagnosticWithLocation[]));
    const errors = found.filter(
      (d) =>
        d.category === ts.DiagnosticCategory.Error && !TOLERATED.has(d.code) && !this.isSuppressed(cell, d),
    );
    return [...ts.sortAndDeduplicateDiagnostics(errors)];
  }

  /** Names that `cell` imports and that are types only: there is nothing to load for them. */
  typeOnlyImports(cell: BoundSourceFile): Set<string> {
    const names = new Set<string>();
    for (const [name, symbol] of cell.locals ?? [])
      if (symbol.flags & this.ts.SymbolFlags.Alias && !this.hasValue(symbol))
        names.add(this.ts.unescapeLeadingUnderscores(name));
    return names;
  }

  /** Later cells see what `cell` declares; of its values only those that `isAssigned`. */
  commit(cell: BoundSourceFile, isAssigned: (name: string) => boolean): void {
    const values = new Map(this.values);
    const types = new Map(this.types);
    for (const [key, symbol] of cell.locals ?? []) {
      const value = this.hasValue(symbol);
      const type = this.hasType(symbol);
      if (value && !isAssigned(this.ts.unescapeLeadingUnderscores(key))) continue;
      if (type) {
        types.set(key, symbol);
        const old = values.get(key);
        // A class that lost its name to a type is still there as a value, but nothing is known of it.
        if (!value && old && this.hasType(old))
          values.set(key, this.untyped(this.ts.unescapeLeadingUnderscores(key)));
      }
      if (value) values.set(key, symbol);
    }
    this.values = values;
    this.types = types;
    this.forgetUnused(cell);
  }

  private prepare(file: BoundSourceFile): void {
    file.path = file.resolvedPath = file.originalFileName = file.fileName;
    file.imports = [];
    this.ts.bindSourceFile(file, this.modules.project.options);
  }

  private scopeFile(table: Table, cell: BoundSourceFile): BoundSourceFile {
    const name = join(this.modules.project.folder, "__scope__.ts");
    const scope = this.ts.createSourceFile(
      name,
      "export {}",
      this.ts.ScriptTarget.ES2022,
      true,
    ) as BoundSourceFile;
    this.prepare(scope);
    // Only what the cell may refer to: a cell that keeps everything alive would keep all its former runs alive.
    scope.locals = new Map();
    for (const name of cell.identifiers.keys()) {
      const key = this.ts.escapeLeadingUnderscores(name);
      const symbol = table.get(key);
      if (symbol) scope.locals.set(key, symbol);
    }
    return scope;
  }

  /** For completion, which needs every name. */
  parseOpen(code: string): BoundSourceFile {
    const file = this.parse(code);
    const values = file.parent as BoundSourceFile;
    values.locals = new Map(this.values);
    (values.parent as BoundSourceFile).locals = new Map(this.types);
    return file;
  }

  private forgetUnused(cell: BoundSourceFile): void {
    const values = cell.parent as BoundSourceFile;
    const types = values.parent as BoundSourceFile;
    for (const name of cell.locals?.keys() ?? [])
      for (const scope of [values, types]) {
        const symbol = scope.locals?.get(name);
        const own = cell.locals?.get(name);
        if (symbol && own && this.hasValue(own) && !this.hasType(symbol)) scope.locals?.delete(name);
      }
  }

  private target(symbol: TS.Symbol): TS.Symbol {
    return symbol.flags & this.ts.SymbolFlags.Alias ? this.modules.checker.getAliasedSymbol(symbol) : symbol;
  }

  private hasValue(symbol: TS.Symbol): boolean {
    if (isTypeOnly(this.ts, symbol)) return false;
    const { flags, escapedName } = this.target(symbol);
    // An import that could not be resolved may be anything.
    return (flags & this.ts.SymbolFlags.Value) !== 0 || (escapedName as string) === "unknown";
  }

  private hasType(symbol: TS.Symbol): boolean {
    const { SymbolFlags } = this.ts;
    return (this.target(symbol).flags & (SymbolFlags.Type | SymbolFlags.Namespace)) !== 0;
  }

  private untyped(name: string): TS.Symbol {
    const file = this.parse(`let ${name}: any;`);
    return file.locals!.get(this.ts.escapeLeadingUnderscores(name))!;
  }

  /** `// @ts-ignore` and `// @ts-expect-error` on the line before. */
  private isSuppressed(cell: BoundSourceFile, diagnostic: TS.Diagnostic): boolean {
    if (diagnostic.start === undefined) return false;
    const line = cell.getLineAndCharacterOfPosition(diagnostic.start).line;
    return (cell.commentDirectives ?? []).some(
      (d) => cell.getLineAndCharacterOfPosition(d.range.end).line === line - 1,
    );
  }
}

/**
 * Not errors in a notebook: packages without types, and variables whose type only later cells decide ("implicitly any",
 * seen from another cell).
 */
const TOLERATED = new Set([UNTYPED_MODULE, 7005, 7034]);

function isTypeOnly(ts: TypeScript, symbol: TS.Symbol): boolean {
  return (symbol.declarations ?? []).some((declaration) => ts.isTypeOnlyImportDeclaration(declaration));
}
