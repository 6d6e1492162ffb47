import type * as TS from "typescript";
import type { Compiler } from "./compiler/compiler";
import { isCell } from "./compiler/module-program";
import type { TypeScript } from "./compiler/typescript-internals";

/** As much of TypeScript's CompletionEntry as completion needs. */
export interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly sortText: string;
}

const KEYWORDS =
  "async await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package return static super switch this throw true try type typeof undefined using var void while with yield".split(
    " ",
  );

/** Is `token` a name that is looked up in scope, and not a property, a label or a name being declared? */
export function isPlainReference(ts: TypeScript, token: TS.Node): token is TS.Identifier {
  if (!ts.isIdentifier(token)) return false;
  const { parent } = token;
  if (ts.isExpressionStatement(parent) || ts.isTypeReferenceNode(parent)) return true;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === token;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent))
    return parent.initializer === token;
  return (
    ts.isCallExpression(parent) ||
    ts.isNewExpression(parent) ||
    ts.isBinaryExpression(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isAwaitExpression(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isConditionalExpression(parent) ||
    ts.isArrowFunction(parent)
  );
}

/**
 * The names in scope at `token` that contain `typed`. TypeScript's own list of them describes a thousand globals
 * before it is filtered, which takes too long for typing.
 */
export function namesInScope({ ts, modules }: Compiler, token: TS.Identifier, typed: string): Entry[] {
  const { Value, Type, Namespace, Alias } = ts.SymbolFlags;
  const wanted = typed.toLowerCase();
  const entries = new Map<string, Entry>();
  for (const symbol of modules.checker.getSymbolsInScope(token, Value | Type | Namespace | Alias)) {
    const { name } = symbol;
    if (!name.toLowerCase().includes(wanted) || !/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name))
      continue;
    const declaration = symbol.declarations?.[0];
    const isOwn = declaration !== undefined && isCell(declaration.getSourceFile().fileName);
    entries.set(name, { name, kind: kindOf(ts, symbol), sortText: isOwn ? "1" : "2" });
  }
  for (const name of KEYWORDS)
    if (name.includes(wanted) && !entries.has(name))
      entries.set(name, { name, kind: "keyword", sortText: "3" });
  return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function kindOf(ts: TypeScript, { flags }: TS.Symbol): string {
  const { SymbolFlags } = ts;
  if (flags & SymbolFlags.Function) return "function";
  if (flags & SymbolFlags.Class) return "class";
  if (flags & SymbolFlags.Enum) return "enum";
  if (flags & SymbolFlags.Alias) return "alias";
  if (flags & (SymbolFlags.ValueModule | SymbolFlags.NamespaceModule)) return "module";
  if (flags & SymbolFlags.Variable) return "var";
  return flags & SymbolFlags.Interface ? "interface" : "type";
}
