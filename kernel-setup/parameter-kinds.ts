import ts from "typescript";

/**
 * The types that a parameter's source tells without a type checker. "unknown" takes any value: the kernel checks the
 * inserted cell against the real type.
 */
export type Kind =
  | "number"
  | "string"
  | "boolean"
  | "null"
  | "undefined"
  | "object"
  | "unknown"
  | { readonly listOf: Kind }
  | { readonly literal: string | number | boolean }
  | { readonly oneOf: readonly Kind[] };

/** The kind of a declaration by its type or else by its value. */
export function kindOf(type: ts.TypeNode | undefined, initializer: ts.Expression | undefined): Kind {
  if (type !== undefined) return kindOfType(type);
  return initializer === undefined ? "unknown" : kindOfValue(initializer);
}

function kindOfType(type: ts.TypeNode): Kind {
  switch (type.kind) {
    case ts.SyntaxKind.NumberKeyword:
      return "number";
    case ts.SyntaxKind.StringKeyword:
      return "string";
    case ts.SyntaxKind.BooleanKeyword:
      return "boolean";
    case ts.SyntaxKind.UndefinedKeyword:
      return "undefined";
  }
  if (ts.isParenthesizedTypeNode(type)) return kindOfType(type.type);
  if (ts.isUnionTypeNode(type)) return { oneOf: type.types.map(kindOfType) };
  if (ts.isArrayTypeNode(type)) return { listOf: kindOfType(type.elementType) };
  if (ts.isTypeLiteralNode(type)) return "object";
  if (ts.isLiteralTypeNode(type)) {
    if (type.literal.kind === ts.SyntaxKind.NullKeyword) return "null";
    const value = literalValue(type.literal);
    return value === undefined ? "unknown" : { literal: value };
  }
  return "unknown";
}

function kindOfValue(value: ts.Expression): Kind {
  const literal = literalValue(value);
  if (literal !== undefined) return typeof literal as "number" | "string" | "boolean";
  if (ts.isIdentifier(value)) return ["Infinity", "NaN"].includes(value.text) ? "number" : "unknown";
  if (ts.isTemplateExpression(value)) return "string";
  if (ts.isParenthesizedExpression(value)) return kindOfValue(value.expression);
  if (ts.isPrefixUnaryExpression(value)) return kindOfValue(value.operand);
  if (ts.isBinaryExpression(value)) {
    const kinds = [kindOfValue(value.left), kindOfValue(value.right)];
    return kinds.every((kind) => kind === "number") ? "number" : "unknown";
  }
  if (ts.isAsExpression(value) || ts.isSatisfiesExpression(value)) {
    // `as const` names no type.
    const named = kindOfType(value.type);
    return named === "unknown" ? kindOfValue(value.expression) : named;
  }
  if (ts.isArrayLiteralExpression(value)) {
    const kinds = value.elements.map(kindOfValue);
    const [first] = kinds;
    return { listOf: first !== undefined && kinds.every((kind) => kind === first) ? first : "unknown" };
  }
  return ts.isObjectLiteralExpression(value) ? "object" : "unknown";
}

function literalValue(node: ts.Expression): string | number | boolean | undefined {
  if (ts.isNumericLiteral(node)) return Number(node.text.replace(/_/g, ""));
  if (ts.isStringLiteralLike(node)) return node.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand)) {
    const value = Number(node.operand.text);
    return node.operator === ts.SyntaxKind.MinusToken ? -value : value;
  }
  return undefined;
}

export function isOfKind({ value }: { value: unknown }, kind: Kind): boolean {
  if (kind === "unknown") return true;
  if (kind === "null") return value === null;
  if (kind === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (typeof kind === "string") return typeof value === kind;
  if ("oneOf" in kind) return kind.oneOf.some((one) => isOfKind({ value }, one));
  if ("literal" in kind) return value === kind.literal;
  return Array.isArray(value) && value.every((one) => isOfKind({ value: one as unknown }, kind.listOf));
}

/** The kind in words, to follow "takes". */
export function shownKind(kind: Kind): string {
  if (kind === "unknown") return "a value";
  if (kind === "null" || kind === "undefined") return kind;
  if (typeof kind === "string") return kind === "object" ? "an object" : `a ${kind}`;
  if ("oneOf" in kind) return kind.oneOf.map(shownKind).join(" or ");
  if ("literal" in kind) return JSON.stringify(kind.literal);
  return kind.listOf === "unknown" ? "a list" : `a list, each ${shownKind(kind.listOf)}`;
}
