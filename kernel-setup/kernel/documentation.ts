import type * as TS from "typescript";
import type { TypeScript } from "./compiler/typescript-internals";

export interface Documentation {
  readonly text: string;
  readonly tags: readonly string[];
}

/**
 * The doc comment of a symbol. The compiler skips doc comments when it reads declaration files, so the one that is
 * asked for is parsed here.
 */
export function documentationOf(ts: TypeScript, checker: TS.TypeChecker, symbol: TS.Symbol): Documentation {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const found = (target.declarations ?? []).map((declaration) => parseComment(ts, declaration));
  return {
    text: [...new Set(found.map(({ text }) => text).filter((text) => text !== ""))].join("\n\n"),
    tags: [...new Set(found.flatMap(({ tags }) => tags))],
  };
}

function parseComment(ts: TypeScript, declaration: TS.Declaration): Documentation {
  const owner = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const { text } = declaration.getSourceFile();
  const comment = (ts.getLeadingCommentRanges(text, owner.pos) ?? [])
    .map(({ pos, end }) => text.slice(pos, end))
    .filter((range) => range.startsWith("/**"))
    .at(-1);
  if (comment === undefined) return { text: "", tags: [] };
  const [statement] = ts.createSourceFile(
    "comment.ts",
    `${comment}\nlet x;`,
    ts.ScriptTarget.Latest,
    true,
  ).statements;
  const docs = statement ? ts.getJSDocCommentsAndTags(statement).filter((node) => ts.isJSDoc(node)) : [];
  return {
    text: docs.map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? "").join("\n"),
    tags: docs.flatMap((doc) => (doc.tags ?? []).map((tag) => tagText(ts, tag))),
  };
}

function tagText(ts: TypeScript, tag: TS.JSDocTag): string {
  const name = "name" in tag && tag.name ? ` ${(tag.name as TS.Node).getText()}` : "";
  const comment = ts.getTextOfJSDocComment(tag.comment) ?? "";
  return `@${tag.tagName.text}${name}${comment === "" ? "" : ` ${comment}`}`;
}
