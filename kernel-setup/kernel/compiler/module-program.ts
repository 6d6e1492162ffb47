import { statSync } from "node:fs";
import { join } from "node:path";
import type * as TS from "typescript";
import { AMBIENT_TYPES } from "./ambient-types";
import type { Project } from "./project";
import type { BoundSourceFile, Checker, InternalProgram, TypeScript } from "./typescript-internals";

interface CachedFile {
  readonly file: TS.SourceFile;
  readonly stamp: string;
}

/**
 * The modules that the notebook has imported so far, as one TypeScript program. Cells are not part of it: they are
 * checked on top of it (see cell-checker), so that a cell without new imports needs no new program.
 */
export class ModuleProgram {
  private readonly files = new Map<string, CachedFile>();
  private readonly verified = new Map<string, string>();
  private readonly fileIds = new WeakMap<TS.SourceFile, number>();
  private nextId = 0;
  private specifiers = new Set<string>();
  private extraRoots: TS.SourceFile[] = [];
  private resolutions = new Map<string, TS.ResolvedModuleFull | undefined>();
  private readonly host: TS.CompilerHost;
  private readonly importsFile: string;
  private readonly ambientFile: string;
  program!: InternalProgram;
  checker!: Checker;

  constructor(
    private readonly ts: TypeScript,
    readonly project: Project,
  ) {
    this.importsFile = join(project.folder, "__imports__.ts");
    this.ambientFile = join(project.folder, "__kernel__.d.ts");
    this.host = this.createHost();
    this.rebuild();
  }

  /** Makes sure that what `specifiers` name is in the program, as it is on disk. Returns local files that changed. */
  include(specifiers: readonly string[]): string[] {
    const changed = this.changedFiles(specifiers);
    for (const file of changed) this.files.delete(file);
    let stale = changed.length > 0;
    if (stale) this.resolutions.clear();
    for (const specifier of specifiers) {
      const resolved = this.resolve(specifier, this.importsFile);
      if (!resolved) {
        // Files may have appeared since.
        this.resolutions.delete(resolutionKey(specifier, this.importsFile));
        continue;
      }
      if (this.program.getSourceFile(resolved.resolvedFileName) || isUntypedPackage(resolved)) continue;
      this.specifiers.add(specifier);
      stale = true;
    }
    if (stale) this.rebuild();
    return changed;
  }

  /** Adds a cell that declares globals. */
  addRoot(file: TS.SourceFile): void {
    // The program fills this in itself, with what belongs to it.
    delete (file as Partial<BoundSourceFile>).imports;
    this.extraRoots = [...this.extraRoots.filter((root) => root.fileName !== file.fileName), file];
    this.rebuild();
  }

  resolve(specifier: string, from: string): TS.ResolvedModuleFull | undefined {
    const key = resolutionKey(specifier, from);
    if (!this.resolutions.has(key)) {
      const { resolvedModule } = this.ts.resolveModuleName(
        specifier,
        from,
        this.project.options,
        this.host,
        undefined,
        undefined,
        this.ts.ModuleKind.ESNext,
      );
      this.resolutions.set(key, resolvedModule);
    }
    return this.resolutions.get(key);
  }

  /** The local source files behind `specifiers`, each after those that it imports (as far as there is an order). */
  localFiles(specifiers: readonly string[]): TS.SourceFile[] {
    const seen = new Set<TS.SourceFile>();
    const ordered: TS.SourceFile[] = [];
    const visit = (specifier: string, from: string): void => {
      if (specifier.startsWith("#")) return;
      const resolved = this.resolve(specifier, from);
      const file =
        resolved && isLocal(resolved.resolvedFileName)
          ? this.program.getSourceFile(resolved.resolvedFileName)
          : undefined;
      if (!file || seen.has(file)) return;
      seen.add(file);
      for (const name of importedNames(file)) visit(name, file.fileName);
      ordered.push(file);
    };
    for (const specifier of specifiers) visit(specifier, this.importsFile);
    return ordered;
  }

  /** Type errors in the local modules behind `specifiers`. What was found good is not checked again until it changes. */
  verify(specifiers: readonly string[]): TS.Diagnostic[] {
    const errors: TS.Diagnostic[] = [];
    const files = this.localFiles(specifiers);
    for (const file of files) {
      if (file.isDeclarationFile) continue;
      const key = this.localFilesOf(file);
      if (this.verified.get(file.fileName) === key) continue;
      const found = [
        ...this.program.getSyntacticDiagnostics(file),
        ...this.program.getSemanticDiagnostics(file),
      ].filter(
        ({ category, code }) => category === this.ts.DiagnosticCategory.Error && code !== UNTYPED_MODULE,
      );
      errors.push(...found);
      if (found.length === 0) this.verified.set(file.fileName, key);
    }
    return errors;
  }

  private localFilesOf(file: TS.SourceFile): string {
    const ids = this.localFiles([file.fileName]).map((f) => this.idOf(f));
    return [this.idOf(file), ...ids].join(",");
  }

  private idOf(file: TS.SourceFile): number {
    let id = this.fileIds.get(file);
    if (id === undefined) this.fileIds.set(file, (id = ++this.nextId));
    return id;
  }

  private changedFiles(specifiers: readonly string[]): string[] {
    return this.localFiles(specifiers)
      .map((file) => file.fileName)
      .filter((name) => {
        const cached = this.files.get(name);
        if (!cached || cached.stamp === stampOf(name)) return false;
        // Touched is not changed.
        if (this.ts.sys.readFile(name) !== cached.file.text) return true;
        this.files.set(name, { ...cached, stamp: stampOf(name) });
        return false;
      });
  }

  private rebuild(): void {
    const { ts, project } = this;
    const rootNames = [this.ambientFile, this.importsFile, ...this.extraRoots.map((root) => root.fileName)];
    const program = ts.createProgram({
      rootNames,
      options: project.options,
      host: this.host,
      oldProgram: this.program,
    }) as InternalProgram;
    this.resolutions.clear();
    const inherited = program.getResolvedModule.bind(program);
    program.getResolvedModule = (file, name, mode) =>
      isCell(file.fileName)
        ? { resolvedModule: this.resolve(name, file.fileName) }
        : inherited(file, name, mode);
    this.program = program;
    this.checker = program.getTypeChecker();
  }

  private createHost(): TS.CompilerHost {
    const { ts, project } = this;
    const host = ts.createCompilerHost(project.options);
    const fromDisk = host.getSourceFile.bind(host);
    const read: TS.CompilerHost["getSourceFile"] = (name, options, onError) => {
      const isDeclaration = /\.d\.[mc]?ts$/.test(name);
      const { ParseNone, ParseForTypeInfo } = ts.JSDocParsingMode;
      // Doc comments of declaration files take a third of the time and are wanted by few: see documentation.ts.
      // In JavaScript they say the types.
      const jsDocParsingMode = isDeclaration ? ParseNone : ParseForTypeInfo;
      const file = fromDisk(name, { ...optionsObject(options), jsDocParsingMode }, onError);
      // For making unique names in emitted code, and 5 MB in all.
      if (file && isDeclaration) (file as BoundSourceFile).identifiers = new Map();
      return file;
    };
    const virtual = (name: string): TS.SourceFile | undefined => {
      const text =
        name === this.ambientFile
          ? AMBIENT_TYPES
          : [...this.specifiers, ""]
              .map((s) => `import ${JSON.stringify(s)};`)
              .join("\n")
              .replace('import "";', "export {};");
      return ts.createSourceFile(name, text, project.options.target ?? ts.ScriptTarget.ES2022, true);
    };
    host.getCurrentDirectory = () => project.folder;
    host.fileExists = (name) =>
      name === this.importsFile || name === this.ambientFile || ts.sys.fileExists(name);
    host.getSourceFile = (name, options, onError) => {
      const cached = this.files.get(name);
      const root = this.extraRoots.find((file) => file.fileName === name);
      if (root) return root;
      if (name === this.importsFile) {
        const file = virtual(name);
        // The same text gives the same object, or TypeScript would not reuse the old program's structure.
        if (cached && file?.text === cached.file.text) return cached.file;
        if (file) this.files.set(name, { file, stamp: "" });
        return file;
      }
      if (cached) return cached.file;
      const file = name === this.ambientFile ? virtual(name) : read(name, options, onError);
      if (file) this.files.set(name, { file, stamp: isLocal(name) ? stampOf(name) : "" });
      return file;
    };
    return host;
  }
}

/** "Could not find a declaration file for module": such a package is `any` in a notebook. */
export const UNTYPED_MODULE = 7016;

const CELL_NAME = /__cell_\d+__\.ts$/;

export function cellFileName(folder: string, number: number): string {
  return join(folder, `__cell_${number}__.ts`);
}

export function isCell(fileName: string): boolean {
  return CELL_NAME.test(fileName);
}

/** Local means: the notebook's own source, not a package's. */
export function isLocal(fileName: string): boolean {
  return (
    !fileName.includes("/node_modules/") &&
    !fileName.includes("__kernel__.d.ts") &&
    !fileName.includes("__imports__.ts")
  );
}

function isUntypedPackage({ isExternalLibraryImport, extension }: TS.ResolvedModuleFull): boolean {
  return isExternalLibraryImport === true && [".js", ".mjs", ".cjs", ".jsx"].includes(extension);
}

function resolutionKey(specifier: string, from: string): string {
  return `${from.slice(0, from.lastIndexOf("/"))}\0${specifier}`;
}

function importedNames(file: TS.SourceFile): string[] {
  return ((file as unknown as { imports?: readonly TS.StringLiteralLike[] }).imports ?? []).map(
    (literal) => literal.text,
  );
}

function stampOf(name: string): string {
  const stat = statSync(name, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}:${stat.size}:${stat.ino}` : "gone";
}

function optionsObject(options: TS.ScriptTarget | TS.CreateSourceFileOptions): TS.CreateSourceFileOptions {
  return typeof options === "object" ? options : { languageVersion: options };
}
