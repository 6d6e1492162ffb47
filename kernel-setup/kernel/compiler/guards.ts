import type * as TS from "typescript";
import type { TextEdits } from "./text-edits";
import type { TypeScript } from "./typescript-internals";

/**
 * Names that emitted code gets as parameters. GUARD reads one shared integer and nothing else while nobody
 * interrupts: two nanoseconds.
 */
export const FLAG = "$$flag";
export const CHECK = "$$check";
export const CHECKED = "$$checked";
export const META = "$$meta";
// A plain load, because Atomics.load is a call that V8 does not inline (20 ns). ECMAScript would allow reading it once
// before a loop; V8 does not do that with what it loads from typed arrays, and if it did, the interrupt tests'
// synchronous loops would show it.
const GUARD = `${FLAG}[0]&&${CHECK}()`;

/** Puts guards into loops, at the start of functions and around awaits, so that an interrupt can stop them. */
export function enterGuard(ts: TypeScript, node: TS.Node, file: TS.SourceFile, edits: TextEdits): void {
  const body = loopBody(ts, node) ?? functionBody(ts, node);
  if (body && ts.isBlock(body)) edits.after(body.getStart(file) + 1, `${GUARD};`);
  else if (body && ts.isArrowFunction(node)) edits.before(body.getStart(file), `(${GUARD},`);
  else if (body) edits.before(body.getStart(file), `{${GUARD};`);
  else if (ts.isAwaitExpression(node)) edits.before(node.getStart(file), `${CHECKED}(`);
}

export function leaveGuard(ts: TypeScript, node: TS.Node, edits: TextEdits): void {
  const body = loopBody(ts, node) ?? functionBody(ts, node);
  if (body && ts.isBlock(body)) return;
  if (body && ts.isArrowFunction(node)) edits.after(body.getEnd(), ")");
  else if (body) edits.after(body.getEnd(), "}");
  else if (ts.isAwaitExpression(node)) edits.after(node.getEnd(), ")");
}

/** `import.meta` does not exist in the functions that wrap emitted code. */
export function replaceImportMeta(
  ts: TypeScript,
  node: TS.Node,
  file: TS.SourceFile,
  edits: TextEdits,
): void {
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
    edits.replace(node.getStart(file), node.getEnd(), META, file.text);
}

function loopBody(ts: TypeScript, node: TS.Node): TS.Statement | undefined {
  return ts.isIterationStatement(node, false) ? node.statement : undefined;
}

function functionBody(ts: TypeScript, node: TS.Node): TS.ConciseBody | undefined {
  return ts.isFunctionLike(node) && "body" in node ? node.body : undefined;
}
