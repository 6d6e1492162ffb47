import type * as TS from "typescript";
import type { Compiler } from "./compiler/compiler";
import { toUnits } from "./cursor";
import { documentationOf } from "./documentation";
import type { Json } from "./wire";

/** The content of inspect_reply: the type and the documentation of the name at code point `cursor`. */
export function inspectCode({ ts, cells, modules }: Compiler, code: string, cursor: number): Json {
  const position = toUnits(code, cursor);
  const file = cells.parseOpen(code);
  const { checker } = modules;
  for (const at of [position, position - 1]) {
    const node = at < 0 ? file : ts.getTouchingPropertyName(file, at);
    const symbol = node === file ? undefined : checker.getSymbolAtLocation(node);
    if (!symbol) continue;
    const info = ts.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker,
      symbol,
      file,
      ts.getContainerNode(node),
      node,
    );
    const type = joinParts(info.displayParts);
    const { text: documentation, tags } = documentationOf(ts, checker, symbol);
    const plain = [type, documentation, tags.join("\n")].filter((part) => part !== "").join("\n\n");
    const markdown = [
      `\`\`\`typescript\n${type}\n\`\`\``,
      documentation,
      tags.map((tag) => tag.replace(/^(@\S+)/, "*$1*")).join("\n\n"),
    ];
    return {
      status: "ok",
      found: true,
      data: { "text/plain": plain, "text/markdown": markdown.filter((part) => part !== "").join("\n\n") },
      metadata: {},
    };
  }
  return { status: "ok", found: false, data: {}, metadata: {} };
}

function joinParts(parts: readonly TS.SymbolDisplayPart[]): string {
  return parts.map((part) => part.text).join("");
}
