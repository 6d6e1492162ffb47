import type { INotebookContent } from "@jupyterlab/nbformat";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sourceText } from "../../kernel-setup/notebook-file";
import { injectParameters } from "../../kernel-setup/parameters";

function notebook(source: string): INotebookContent {
  const cell = {
    cell_type: "code",
    id: "p",
    execution_count: null,
    metadata: { tags: ["parameters"] },
    outputs: [],
    source,
  };
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [cell, { ...cell, id: "q", metadata: {}, source: "1" }],
  };
}

/** The lines that the inserted cell gets for one value. */
function injected(declaration: string, value: string): string {
  const book = notebook(declaration);
  const name = /(?:let|const|var) (\w+)/.exec(declaration)?.[1] ?? "";
  injectParameters(book, new Map([[name, value]]));
  return sourceText(book.cells[1]?.source ?? "").replace(/^\/\/ Parameters\n/, "");
}

describe("notebook parameters", () => {
  for (const [declaration, value, expected] of [
    ["let n = 20;", "1", "{\n  n = 1;\n}"],
    ["let n = 20;", "-1", "{\n  n = -1;\n}"],
    ["let n = 2e-4; // the learning rate", "1e-3", "{\n  n = 0.001;\n}"],
    ["let n = -5;", "1_000", "{\n  n = 1_000;\n}"],
    ["let n = Infinity;", "Infinity", "{\n  n = Infinity;\n}"],
    ["let n = 60 * 60;", ".5", "{\n  n = .5;\n}"],
    ["let n: number | undefined;", "undefined", "{\n  n = undefined;\n}"],
    ["let n: number | undefined = undefined;", "20", "{\n  n = 20;\n}"],
    ["let s = 'a';", "b c", '{\n  s = "b c";\n}'],
    ["let s = 'a';", '"b"', '{\n  s = "b";\n}'],
    ["let s = `a`;", "5", '{\n  s = "5";\n}'],
    ["let s = 'a';", 'it\'s "so"', '{\n  s = "it\'s \\"so\\"";\n}'],
    ["let b = true;", "false", "{\n  b = false;\n}"],
    ["const mode: 'fast' | 'slow' = 'fast';", "slow", "const mode: 'fast' | 'slow' = \"slow\";"],
    ["const n = 1;", "2", "const n = 2;"],
    ["let list = [1, 2];", "[3]", "{\n  list = [3];\n}"],
    ["let list: string[] = [];", '["a"]', '{\n  list = ["a"];\n}'],
    ["let o = { a: 1 };", '{"a": 2}', '{\n  o = {"a":2};\n}'],
    ["let any = somewhere();", "2", "{\n  any = 2;\n}"],
  ] as const)
    it(`${declaration} takes ${value}`, () => {
      assert.equal(injected(declaration, value), expected);
    });

  for (const [declaration, value, message] of [
    ["let n = 20;", "many", /n takes a number \(the notebook says `let n = 20;`\), and got `many`/],
    ["let n = 20;", '"1"', /takes a number/],
    ["let n = 20;", "", /takes a number/],
    ["let n = 20;", "undefined", /takes a number/],
    ["let b = true;", "1", /takes a boolean/],
    ["const mode: 'fast' | 'slow' = 'fast';", "medium", /takes "fast" or "slow"/],
    ["let list = [1, 2];", '["a"]', /takes a list, each a number/],
    ["let o = { a: 1 };", "[1]", /takes an object/],
    ["let n: number | null = null;", "undefined", /takes a number or null/],
  ] as const)
    it(`${declaration} refuses ${value || "nothing"}`, () => {
      assert.throws(() => injected(declaration, value), { name: "UsageError", message });
    });

  it("replaces a cell that an earlier run inserted", () => {
    const book = notebook("let n = 1; let m = 2;");
    injectParameters(book, new Map([["n", "5"]]));
    injectParameters(book, new Map([["m", "6"]]));
    assert.equal(book.cells.length, 3);
    assert.match(sourceText(book.cells[1]?.source ?? ""), /^\/\/ Parameters\n\{\n {2}m = 6;\n\}$/);
  });

  it("leaves the notebook as it is when nothing is set", () => {
    const book = notebook("let n = 1;");
    injectParameters(book, new Map());
    assert.equal(book.cells.length, 2);
  });
});
