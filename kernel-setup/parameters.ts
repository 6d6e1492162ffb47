import type { ICodeCell, INotebookContent } from "@jupyterlab/nbformat";
import ts from "typescript";
import { isCode, newCellId, sourceText, tagsOf } from "./notebook-file";
import { isOfKind, kindOf, shownKind, type Kind } from "./parameter-kinds";
import { UsageError } from "./usage-error";

/** One declaration of the cell that is tagged `parameters`. */
interface Parameter {
  readonly name: string;
  readonly constant: boolean;
  /** Its type as far as the source says it. */
  readonly kind: Kind;
  /** The type that is written there. */
  readonly type: string | undefined;
  readonly declaration: string;
}

const injectedTag = "injected-parameters";

/**
 * Inserts a cell that sets parameters after the cell tagged `parameters`, as papermill does; an older inserted cell is
 * replaced.
 *
 * @param values name and value as the user wrote them: JSON, or a bare string where the parameter takes a string
 * @throws UsageError for an unknown name, or a value of another type than the parameter's
 */
export function injectParameters(notebook: INotebookContent, values: ReadonlyMap<string, string>): void {
  if (values.size === 0) return;
  const index = notebook.cells.findIndex((cell) => isCode(cell) && tagsOf(cell).includes("parameters"));
  const cell = notebook.cells[index];
  if (cell === undefined)
    throw new UsageError(
      `cannot set ${[...values.keys()].join(", ")}: no code cell of the notebook has the tag “parameters”. ` +
        "Add it to the cell that declares them (in JupyterLab: the gear icon, Cell Tags).",
    );
  const parameters = parametersOf(sourceText(cell.source));
  const constants: string[] = [];
  const assignments: string[] = [];
  for (const [name, text] of values) {
    const parameter = parameters.get(name);
    if (parameter === undefined) {
      const all = [...parameters.keys()].join(", ") || "none";
      throw new UsageError(`the notebook has no parameter “${name}”. It has: ${all}.`);
    }
    const literal = literalOf(parameter, text);
    // A new value for a variable reaches the functions that use it; a constant can only be declared anew.
    if (!parameter.constant) assignments.push(`  ${name} = ${literal};`);
    else
      constants.push(
        `const ${name}${parameter.type === undefined ? "" : `: ${parameter.type}`} = ${literal};`,
      );
  }
  const injected: ICodeCell = {
    id: newCellId(),
    cell_type: "code",
    execution_count: null,
    metadata: { tags: [injectedTag] },
    outputs: [],
    // In a block, as the value of a cell's last expression would be shown.
    source: [
      "// Parameters",
      ...constants,
      ...(assignments.length > 0 ? ["{", ...assignments, "}"] : []),
    ].join("\n"),
  };
  const next = notebook.cells[index + 1];
  const replaced = next !== undefined && tagsOf(next).includes(injectedTag) ? 1 : 0;
  notebook.cells.splice(index + 1, replaced, injected);
}

/** The variables that a parameters cell declares at its top level. */
function parametersOf(source: string): Map<string, Parameter> {
  const file = ts.createSourceFile("parameters.ts", source, ts.ScriptTarget.Latest, true);
  const parameters = new Map<string, Parameter>();
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const constant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    for (const { name, type, initializer } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name)) continue;
      parameters.set(name.text, {
        name: name.text,
        constant,
        kind: kindOf(type, initializer),
        type: type?.getText(file),
        declaration: statement.getText(file).split("\n", 1)[0] ?? "",
      });
    }
  }
  return parameters;
}

/** The value as TypeScript source. */
function literalOf({ name, kind, declaration }: Parameter, text: string): string {
  for (const literal of candidates(text)) if (isOfKind(literal, kind)) return literal.source;
  throw new UsageError(
    `the parameter ${name} takes ${shownKind(kind)} (the notebook says \`${declaration}\`), and got \`${text}\`.`,
  );
}

/** What the text may mean: a word of TypeScript, JSON, or itself as a string. */
function candidates(text: string): { source: string; value: unknown }[] {
  const found: { source: string; value: unknown }[] = [];
  const words = new Map<string, unknown>([
    ["undefined", undefined],
    ["Infinity", Infinity],
    ["-Infinity", -Infinity],
    ["NaN", NaN],
  ]);
  if (words.has(text)) found.push({ source: text, value: words.get(text) });
  try {
    const value: unknown = JSON.parse(text);
    found.push({ source: JSON.stringify(value), value });
  } catch {
    // TypeScript also writes numbers as .5, 1_000 or 0x10.
    const plain = text.replace(/(?<=\d)_(?=\d)/g, "");
    if (plain.trim() !== "" && !Number.isNaN(Number(plain)))
      found.push({ source: text, value: Number(plain) });
  }
  found.push({ source: JSON.stringify(text), value: text });
  return found;
}
