import type * as TS from "typescript";
import { lineMap, parseEmitted, transpile, type Emitted } from "./emit";
import { CHECKED, enterGuard, leaveGuard, replaceImportMeta } from "./guards";
import { TextEdits, type EditedText } from "./text-edits";
import type { BoundSourceFile, TypeScript } from "./typescript-internals";

/** Parameters of an emitted cell: the variables of all cells, and what belongs to this one. */
export const SCOPE = "$$scope";
export const CELL = "$$cell";

export interface EmittedCell extends Emitted {
  /** The top-level names in the order in which they get their values; `$$cell.done` counts them at run time. */
  readonly assigned: ReadonlyMap<string, number>;
}

/**
 * Emits a cell as the body of an async function. Its top-level variables live in SCOPE, where later cells find them,
 * also when this one fails half-way; and where a re-run replaces them for functions of other cells, as in Python.
 */
export function emitCell(
  ts: TypeScript,
  fileName: string,
  source: string,
  project: TS.CompilerOptions,
  earlier: ReadonlySet<string>,
  typeOnly: ReadonlySet<string>,
): EmittedCell {
  const { js, map } = transpile(ts, fileName, source, project, {
    module: ts.ModuleKind.Preserve,
    verbatimModuleSyntax: true,
  });
  const rewriter = new CellRewriter(ts, parseEmitted(ts, js), earlier, typeOnly);
  const edited = rewriter.rewrite();
  return { js: edited.text, map: lineMap(edited, map), assigned: rewriter.assigned };
}

class CellRewriter {
  readonly assigned = new Map<string, number>();
  private readonly edits = new TextEdits();
  private readonly source: string;
  private functionDepth = 0;
  private done = 0;

  constructor(
    private readonly ts: TypeScript,
    private readonly file: BoundSourceFile,
    private readonly earlier: ReadonlySet<string>,
    private readonly typeOnly: ReadonlySet<string>,
  ) {
    this.source = file.text;
  }

  rewrite(): EditedText {
    const { ts, file } = this;
    const hoisted = file.statements
      .filter((s) => ts.isFunctionDeclaration(s) && s.name)
      .map((s) => (s as TS.FunctionDeclaration).name!.text);
    for (const name of hoisted) {
      this.assigned.set(name, 0);
      this.edits.before(0, `${SCOPE}.${name}=${name};`);
    }
    const last = this.lastExpression();
    for (const statement of file.statements) {
      if (statement === last) this.edits.before(statement.getStart(file), `${CELL}.value=(`);
      this.visit(statement);
      if (last && statement === last) this.edits.after(last.expression.getEnd(), ")");
    }
    return this.edits.apply(this.source);
  }

  private lastExpression(): TS.ExpressionStatement | undefined {
    const { ts } = this;
    // Functions are hoisted: one that follows does not take the result away.
    const statements = this.file.statements.filter(
      (s) => !ts.isExportDeclaration(s) && !ts.isEmptyStatement(s) && !ts.isFunctionDeclaration(s),
    );
    const last = statements.at(-1);
    return last && ts.isExpressionStatement(last) ? last : undefined;
  }

  private visit(node: TS.Node): void {
    const { ts, file, edits } = this;
    if (ts.isImportDeclaration(node)) return this.importDeclaration(node);
    if (ts.isExportDeclaration(node))
      return edits.replace(node.getStart(file), node.getEnd(), ";", this.source);
    if (ts.isExportAssignment(node))
      edits.replace(node.getStart(file), node.expression.getStart(file), "void ", this.source);
    if (ts.isIdentifier(node)) return this.identifier(node);
    this.stripExport(node);
    enterGuard(ts, node, file, edits);
    replaceImportMeta(ts, node, file, edits);
    if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent))
      edits.replace(node.getStart(file), node.getEnd(), `${CELL}.load`, this.source);
    const isFunction = ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node);
    if (ts.isVariableDeclarationList(node) && this.isTopLevel(node)) this.variables(node);
    else if (ts.isClassDeclaration(node) && node.parent === file && node.name)
      this.classDeclaration(node, node.name);
    else {
      if (isFunction) this.functionDepth++;
      ts.forEachChild(node, (child) => this.visit(child));
      if (isFunction) this.functionDepth--;
    }
    leaveGuard(ts, node, edits);
  }

  /** Do these declarations make variables of the cell, and not of a block or function in it? */
  private isTopLevel(list: TS.VariableDeclarationList): boolean {
    const { ts } = this;
    if (this.functionDepth > 0) return false;
    if (list.flags & ts.NodeFlags.BlockScoped)
      return ts.isVariableStatement(list.parent) && list.parent.parent === this.file;
    return true;
  }

  private variables(list: TS.VariableDeclarationList): void {
    const { ts, file, edits } = this;
    const statement = ts.isVariableStatement(list.parent) ? list.parent : undefined;
    const isCounted = statement?.parent === file;
    const start = list.getStart(file);
    const keywordEnd = list.declarations[0]?.getStart(file) ?? start;
    // The semicolon keeps the line before from running into a parenthesis.
    edits.replace(start, keywordEnd, statement ? ";" : "", this.source);
    const isLoopHead = ts.isForOfStatement(list.parent) || ts.isForInStatement(list.parent);
    for (const { name, initializer } of list.declarations) {
      if (ts.isIdentifier(name)) {
        edits.replace(name.getStart(file), name.getEnd(), `${SCOPE}.${name.text}`, this.source);
        if (initializer) this.named(name.text, initializer);
        else if (isCounted) edits.after(name.getEnd(), "=void 0");
        else if (!isLoopHead) edits.before(name.getStart(file), "void ");
      } else {
        if (!isLoopHead) edits.before(name.getStart(file), "(");
        this.pattern(name);
        if (initializer) this.visit(initializer);
        if (!isLoopHead) edits.after((initializer ?? name).getEnd(), ")");
      }
      if (isCounted) edits.after((initializer ?? name).getEnd(), `,${this.count(...boundNames(ts, name))}`);
    }
    if (statement && !this.source.slice(list.getEnd(), statement.getEnd()).includes(";"))
      edits.after(statement.getEnd(), ";");
  }

  /** A binding pattern turned into an assignment pattern. */
  private pattern(pattern: TS.BindingPattern): void {
    const { ts, file, edits } = this;
    for (const element of pattern.elements) {
      if (ts.isOmittedExpression(element)) continue;
      if (element.propertyName && ts.isComputedPropertyName(element.propertyName))
        this.visit(element.propertyName);
      if (ts.isIdentifier(element.name)) {
        const shorthand =
          ts.isObjectBindingPattern(pattern) && !element.propertyName && !element.dotDotDotToken;
        const { text } = element.name;
        edits.replace(
          element.name.getStart(file),
          element.name.getEnd(),
          `${shorthand ? `${text}:` : ""}${SCOPE}.${text}`,
          this.source,
        );
      } else this.pattern(element.name);
      if (element.initializer) this.visit(element.initializer);
    }
  }

  /** A nameless function or class takes its variable's name. */
  private named(name: string, initializer: TS.Expression): void {
    const { ts, file, edits } = this;
    const isNameless =
      ts.isArrowFunction(initializer) ||
      ((ts.isFunctionExpression(initializer) || ts.isClassExpression(initializer)) && !initializer.name);
    if (isNameless) edits.before(initializer.getStart(file), `({${name}:`);
    this.visit(initializer);
    if (isNameless) edits.after(initializer.getEnd(), `}).${name}`);
  }

  private classDeclaration(node: TS.ClassDeclaration, name: TS.Identifier): void {
    const { ts, file, edits } = this;
    const first = node.getChildren(file).find((child) => child.kind === ts.SyntaxKind.ClassKeyword) ?? node;
    edits.before(first.getStart(file), `;${SCOPE}.${name.text}=`);
    ts.forEachChild(node, (child) => {
      if (child !== name) this.visit(child);
    });
    edits.after(node.getEnd(), `,${this.count(name.text)};`);
  }

  private importDeclaration(node: TS.ImportDeclaration): void {
    const { ts, file } = this;
    const clause = node.importClause;
    const specifier = (node.moduleSpecifier as TS.StringLiteral).text;
    const parts: string[] = [];
    const bind = (local: string, value: string): void => {
      if (!this.typeOnly.has(local)) parts.push(`${SCOPE}.${local}=${value};${this.count(local)};`);
    };
    if (clause?.name) bind(clause.name.text, `${CELL}.defaultOf($$m)`);
    const bindings = clause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) bind(bindings.name.text, `${CELL}.namespaceOf($$m)`);
    if (bindings && ts.isNamedImports(bindings))
      for (const { name, propertyName } of bindings.elements) {
        const imported = (propertyName ?? name).text;
        bind(
          name.text,
          imported === "default" ? `${CELL}.defaultOf($$m)` : `$$m[${JSON.stringify(imported)}]`,
        );
      }
    const load = `${CHECKED}(await ${CELL}.import(${JSON.stringify(specifier)}))`;
    const text = !clause ? `${load};` : parts.length > 0 ? `{const $$m=${load};${parts.join("")}}` : ";";
    this.edits.replace(node.getStart(file), node.getEnd(), `;${text}`, this.source);
  }

  private identifier(node: TS.Identifier): void {
    const { ts, file, edits } = this;
    const { parent, text } = node;
    if (!isReference(ts, node)) return;
    if (!this.isCellVariable(node)) return;
    let to = `${SCOPE}.${text}`;
    if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) to = `${text}:${to}`;
    // Called as a method, a function would get SCOPE as its `this`.
    else if (
      (ts.isCallExpression(parent) && parent.expression === node) ||
      (ts.isTaggedTemplateExpression(parent) && parent.tag === node)
    )
      to = `(0,${to})`;
    edits.replace(node.getStart(file), node.getEnd(), to, this.source, to.startsWith("("));
  }

  private isCellVariable(node: TS.Identifier): boolean {
    const { ts, file } = this;
    const name = ts.escapeLeadingUnderscores(node.text);
    for (let at: TS.Node = node.parent; at !== file; at = at.parent) {
      if ((at as { locals?: Map<TS.__String, TS.Symbol> }).locals?.has(name)) return false;
      // A class declaration becomes a class expression, whose name is there before SCOPE has it.
      if ((ts.isFunctionExpression(at) || ts.isClassLike(at)) && at.name?.text === node.text) return false;
    }
    return file.locals?.has(name) === true || this.earlier.has(node.text);
  }

  private stripExport(node: TS.Node): void {
    const { ts, file, edits } = this;
    if (node.parent !== file || !ts.canHaveModifiers(node)) return;
    const exported =
      ts
        .getModifiers(node)
        ?.filter((m) => m.kind === ts.SyntaxKind.ExportKeyword || m.kind === ts.SyntaxKind.DefaultKeyword) ??
      [];
    const isNameless = (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) && !node.name;
    for (const [index, modifier] of exported.entries())
      edits.replace(
        modifier.getStart(file),
        modifier.getEnd(),
        isNameless && index === 0 ? "void " : "",
        this.source,
      );
  }

  /** Text that notes that `names` have their values now. */
  private count(...names: string[]): string {
    this.done++;
    for (const name of names) this.assigned.set(name, this.done);
    return `${CELL}.done=${this.done}`;
  }
}

function boundNames(ts: TypeScript, name: TS.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : boundNames(ts, element.name),
  );
}

/** Does this identifier stand for a variable, and not for a property, label or keyword? */
function isReference(ts: TypeScript, node: TS.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isMetaProperty(parent))
    return !("name" in parent) || parent.name !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node && parent.name !== node;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isShorthandPropertyAssignment(parent) || ts.isExportSpecifier(parent)) return true;
  if ("name" in parent && parent.name === node) return false;
  return true;
}
