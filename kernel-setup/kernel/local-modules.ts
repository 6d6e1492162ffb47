import { existsSync, readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, extname, relative } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { types } from "node:util";
import type { Compiler } from "./compiler/compiler";
import { emitModule } from "./compiler/emit";
import { CHECK, CHECKED, FLAG, META } from "./compiler/guards";
import { isLocal } from "./compiler/module-program";
import type { Interrupter } from "./interrupt";
import { currentRun } from "./run";
import { registerScript } from "./traceback";

interface LocalModule {
  readonly fileName: string;
  readonly source: string;
  readonly dependencies: Set<string>;
  readonly module: { exports: unknown; loaded: boolean };
}

/**
 * Loads what cells import. Local sources are compiled here, with guards, and loaded anew when they change; packages
 * (and package.json "imports" that lead to built files) are Node's own business and are loaded once.
 */
export class LocalModules {
  private readonly loaded = new Map<string, LocalModule>();
  private readonly emitted = new Map<string, { readonly source: string; readonly js: string }>();

  constructor(
    private readonly compiler: Compiler,
    private readonly flag: Int32Array,
    private readonly interrupter: Interrupter,
    /** Modules that the kernel itself provides. */
    private readonly provided: ReadonlyMap<string, unknown>,
  ) {}

  /**
   * Forgets the modules behind `specifiers` whose files have changed, and all that depend on them.
   * Returns the forgotten files, those that changed first.
   */
  forgetChanged(specifiers: readonly string[], from: string): string[] {
    const reachable = new Set<string>();
    const collect = (fileName: string): void => {
      const found = this.loaded.get(fileName);
      if (!found || reachable.has(fileName)) return;
      reachable.add(fileName);
      for (const dependency of found.dependencies) collect(dependency);
    };
    for (const specifier of specifiers) {
      const fileName = this.resolveLocal(specifier, from);
      if (fileName !== undefined) collect(fileName);
    }
    const changed = [...reachable].filter(
      (fileName) => readSource(fileName) !== this.loaded.get(fileName)?.source,
    );
    const forgotten = new Set(changed);
    // Dependents anywhere, not only behind this import: one module must not exist twice.
    for (let size = -1; size !== forgotten.size;) {
      size = forgotten.size;
      for (const { fileName, dependencies } of this.loaded.values())
        if ([...dependencies].some((dependency) => forgotten.has(dependency))) forgotten.add(fileName);
    }
    for (const fileName of forgotten) this.loaded.delete(fileName);
    return [...forgotten];
  }

  /** One line about what was reloaded. */
  describe(files: readonly string[]): string {
    return `Reloaded ${files.map((file) => relative(this.compiler.project.folder, file)).join(", ")}.\n`;
  }

  /** `require`, as `from` sees it. */
  requireFrom(from: string): (specifier: string) => unknown {
    return (specifier) => this.load(specifier, from);
  }

  /** `import`, as `from` sees it: also ES modules that `require` refuses. */
  async import(specifier: string, from: string): Promise<unknown> {
    try {
      return this.load(specifier, from);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (
        code !== "ERR_REQUIRE_ESM" &&
        code !== "ERR_REQUIRE_ASYNC_MODULE" &&
        code !== "ERR_PACKAGE_PATH_NOT_EXPORTED"
      )
        throw error;
      const resolved = this.compiler.modules.resolve(specifier, from)?.resolvedFileName;
      const path = resolved?.replace(/\.d\.([mc]?)ts$/, ".$1js");
      const isPath =
        specifier.startsWith(".") || specifier.startsWith("/") || code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
      const url =
        isPath && path !== undefined && existsSync(path)
          ? pathToFileURL(path).href
          : nodePath(specifier, from);
      // Outside the cell's run: a package is loaded once, and an interrupt must not leave it half-loaded for good.
      return await currentRun.exit(() => import(url) as Promise<unknown>);
    }
  }

  private load(specifier: string, from: string): unknown {
    if (this.provided.has(specifier)) return this.provided.get(specifier);
    const fileName = this.resolveLocal(specifier, from);
    if (fileName === undefined) return createRequire(from)(specifier) as unknown;
    this.loaded.get(from)?.dependencies.add(fileName);
    return this.loadLocal(fileName).module.exports;
  }

  private resolveLocal(specifier: string, from: string): string | undefined {
    if (Module.isBuiltin(specifier) || this.provided.has(specifier)) return undefined;
    if (specifier.startsWith("#")) {
      // Where Node finds such an import, not where its types are.
      const found = tryResolve(specifier, from);
      if (found !== undefined && !/\.[mc]?tsx?$/.test(found)) return undefined;
      if (found !== undefined) return found;
    }
    const resolved = this.compiler.modules.resolve(specifier, from);
    if (!resolved || resolved.isExternalLibraryImport === true || !isLocal(resolved.resolvedFileName))
      return undefined;
    if (!/\.d\.[mc]?ts$/.test(resolved.resolvedFileName)) return resolved.resolvedFileName;
    const script = resolved.resolvedFileName.replace(/\.d\.([mc]?)ts$/, ".$1js");
    return existsSync(script) ? script : undefined;
  }

  private loadLocal(fileName: string): LocalModule {
    const known = this.loaded.get(fileName);
    if (known) return known;
    const source = readSource(fileName) ?? "";
    const module: LocalModule["module"] & { id: string; filename: string } = {
      exports: {},
      loaded: false,
      id: fileName,
      filename: fileName,
    };
    const entry: LocalModule = { fileName, source, dependencies: new Set(), module };
    // Known before it runs, because modules may import each other in a circle.
    this.loaded.set(fileName, entry);
    try {
      if (extname(fileName) === ".json") module.exports = JSON.parse(source) as unknown;
      else this.run(entry);
      module.loaded = true;
    } catch (error) {
      this.loaded.delete(fileName);
      throw error;
    }
    return entry;
  }

  private run({ fileName, source, module }: LocalModule): void {
    const parameters = [
      "exports",
      "require",
      "module",
      "__filename",
      "__dirname",
      FLAG,
      CHECK,
      CHECKED,
      META,
    ];
    const wrapped = vm.runInThisContext(this.wrap(fileName, source, parameters), {
      filename: fileName,
      columnOffset: -prefix(parameters).length,
    }) as (...args: unknown[]) => void;
    const require = Object.assign(this.requireFrom(fileName), {
      resolve: createRequire(fileName).resolve,
      cache: createRequire(fileName).cache,
    });
    const meta = importMeta(fileName);
    wrapped.call(
      module.exports,
      module.exports,
      require,
      module,
      fileName,
      dirname(fileName),
      this.flag,
      this.interrupter.check,
      this.interrupter.checked,
      meta,
    );
  }

  private wrap(fileName: string, source: string, parameters: readonly string[]): string {
    let emitted = this.emitted.get(fileName);
    if (emitted?.source !== source) {
      const { js, map } = emitModule(this.compiler.ts, fileName, source, this.compiler.project.options);
      registerScript(fileName, { label: fileName, source, map });
      emitted = { source, js };
      this.emitted.set(fileName, emitted);
    }
    return `${prefix(parameters)}${emitted.js}\n})`;
  }
}

function prefix(parameters: readonly string[]): string {
  return `(function (${parameters.join(",")}) {`;
}

export function importMeta(fileName: string): object {
  return {
    url: pathToFileURL(fileName).href,
    filename: fileName,
    dirname: dirname(fileName),
    resolve: (s: string) => nodePath(s, fileName),
  };
}

function nodePath(specifier: string, from: string): string {
  const found = tryResolve(specifier, from);
  return found === undefined || Module.isBuiltin(found) ? specifier : pathToFileURL(found).href;
}

function tryResolve(specifier: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return undefined;
  }
}

function readSource(fileName: string): string | undefined {
  try {
    return readFileSync(fileName, "utf8");
  } catch {
    return undefined;
  }
}

/** `import x from` as esModuleInterop has it. */
export function defaultOf(module: unknown): unknown {
  return isModuleShaped(module) ? (module as { default: unknown }).default : module;
}

/** `import * as x from` as esModuleInterop has it. */
export function namespaceOf(module: unknown): unknown {
  if (isModuleShaped(module)) return module;
  return typeof module === "object" || typeof module === "function"
    ? Object.assign(Object.create(null) as object, module, { default: module })
    : { default: module };
}

function isModuleShaped(module: unknown): boolean {
  return (
    types.isModuleNamespaceObject(module) ||
    (typeof module === "object" && module !== null && "__esModule" in module)
  );
}
