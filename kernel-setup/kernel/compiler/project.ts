import { dirname, join } from "node:path";
import type * as TS from "typescript";
import type { TypeScript } from "./typescript-internals";

/** The settings that cells and local modules of one notebook folder are compiled with. */
export interface Project {
  /** The notebook's folder. */
  readonly folder: string;
  /** The tsconfig.json in force, if there is one. */
  readonly configPath: string | undefined;
  readonly options: TS.CompilerOptions;
  /** What is wrong with tsconfig.json, in words. */
  readonly problems: readonly string[];
}

/** Reads the nearest tsconfig.json and adapts it to cells: imports of any kind resolve, and unused names are fine. */
export function readProject(ts: TypeScript, folder: string): Project {
  const configPath = ts.findConfigFile(folder, (file) => ts.sys.fileExists(file));
  const problems: TS.Diagnostic[] = [];
  let options: TS.CompilerOptions = {};
  if (configPath !== undefined) {
    // The config's own file list does not matter here: a notebook has the files that it imports.
    const host = {
      ...ts.sys,
      readDirectory: () => [],
      onUnRecoverableConfigFileDiagnostic: (d: TS.Diagnostic) => problems.push(d),
    };
    const parsed = ts.getParsedCommandLineOfConfigFile(configPath, {}, host);
    options = parsed?.options ?? {};
    const noInputs = new Set([18002, 18003]);
    problems.push(...(parsed?.errors ?? []).filter((error) => !noInputs.has(error.code)));
  }
  const target = options.target ?? ts.ScriptTarget.ES2022;
  const adapted: TS.CompilerOptions = {
    ...options,
    target,
    // Without a word on it, no DOM: there is none where cells run, and it costs 25 MB.
    lib: options.lib ?? ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.esnext.decorators.d.ts"],
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    esModuleInterop: true,
    resolveJsonModule: true,
    allowJs: true,
    checkJs: options.checkJs ?? false,
    skipLibCheck: true,
    allowUnreachableCode: true,
    allowUnusedLabels: true,
    noEmit: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
    typeRoots: options.typeRoots ?? typeRoots(folder),
  };
  for (const option of [
    "composite",
    "incremental",
    "declaration",
    "declarationMap",
    "emitDeclarationOnly",
    "isolatedDeclarations",
    "isolatedModules",
    "verbatimModuleSyntax",
    "tsBuildInfoFile",
    "outFile",
    "outDir",
    "rootDir",
    "importHelpers",
    "allowImportingTsExtensions",
  ])
    delete adapted[option];
  adapted.allowImportingTsExtensions = true;
  return {
    folder,
    configPath,
    options: adapted,
    problems: problems.map((d) => ts.flattenDiagnosticMessageText(d.messageText, "\n")),
  };
}

/** @types folders from the notebook upwards; at the end this kernel's own, so that Node.js is always typed. */
function typeRoots(folder: string): string[] {
  const roots: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    roots.push(join(at, "node_modules", "@types"));
    if (at === dirname(at)) break;
  }
  roots.push(dirname(dirname(require.resolve("@types/node/package.json"))));
  return roots;
}
