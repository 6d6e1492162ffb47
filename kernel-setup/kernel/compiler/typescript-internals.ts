import type * as TS from "typescript";

/**
 * The parts of TypeScript 5.9.3 that its typings hide and this compiler needs. TypeScript is pinned to that exact
 * version, so they cannot change unseen; the tests of the kernel run all of them.
 */
export interface BoundSourceFile extends TS.SourceFile {
  path: string;
  resolvedPath: string;
  originalFileName: string;
  imports: readonly TS.StringLiteralLike[];
  locals?: Map<TS.__String, TS.Symbol>;
  parent: TS.Node;
  externalModuleIndicator?: unknown;
  parseDiagnostics: TS.DiagnosticWithLocation[];
  bindDiagnostics: TS.DiagnosticWithLocation[];
  commentDirectives?: { readonly range: TS.TextRange; readonly type: number }[];
  identifiers: Map<string, string>;
}

export interface Locals extends TS.Node {
  locals?: Map<TS.__String, TS.Symbol>;
}

export interface Checker extends TS.TypeChecker {
  getDiagnostics(file: TS.SourceFile): TS.Diagnostic[];
}

export interface Resolution {
  readonly resolvedModule?: TS.ResolvedModuleFull | undefined;
}

export interface InternalProgram extends TS.Program {
  getTypeChecker(): Checker;
  getResolvedModule(file: TS.SourceFile, name: string, mode: TS.ResolutionMode): Resolution | undefined;
}

export interface Internals {
  bindSourceFile(file: TS.SourceFile, options: TS.CompilerOptions): void;
  findPrecedingToken(position: number, file: TS.SourceFile): TS.Node | undefined;
  getTouchingPropertyName(file: TS.SourceFile, position: number): TS.Node;
  getContainerNode(node: TS.Node): TS.Node | undefined;
  Completions: {
    getCompletionsAtPosition(
      host: object,
      program: TS.Program,
      log: () => void,
      file: TS.SourceFile,
      position: number,
      preferences: TS.UserPreferences,
      triggerCharacter: undefined,
      completionKind: number,
      cancellation: TS.CancellationToken,
      formatContext: undefined,
    ): TS.CompletionInfo | undefined;
  };
  SymbolDisplay: {
    getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker: TS.TypeChecker,
      symbol: TS.Symbol,
      file: TS.SourceFile,
      enclosing: TS.Node | undefined,
      location: TS.Node,
    ): {
      displayParts: TS.SymbolDisplayPart[];
      documentation: TS.SymbolDisplayPart[];
      tags: TS.JSDocTagInfo[] | undefined;
      symbolKind: string;
    };
  };
}

export type TypeScript = typeof TS & Internals;
