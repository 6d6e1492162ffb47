import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";

const root = join(__dirname, "../..");

test("hover shows a description of everything that lib exports, and an example of every value", () => {
  const config = ts.getParsedCommandLineOfConfigFile(`${root}/tsconfig.json`, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) =>
      assert.fail(ts.flattenDiagnosticMessageText(messageText, "\n")),
  });
  assert.ok(config);
  const program = ts.createProgram([`${root}/lib/index.ts`], config.options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(`${root}/lib/index.ts`);
  assert.ok(source);
  const index = checker.getSymbolAtLocation(source);
  assert.ok(index);

  const undocumented: string[] = [];
  const withoutExample: string[] = [];
  const names = checker.getExportsOfModule(index);
  for (const exported of names) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() === "") {
      undocumented.push(exported.name);
    }
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
    const examples = symbol
      .getJsDocTags(checker)
      .filter(({ name, text }) => name === "example" && ts.displayPartsToString(text).trim() !== "");
    if (isValue && examples.length === 0) withoutExample.push(exported.name);
  }
  assert.ok(names.length > 50, `lib/index.ts exports only ${names.length} names: was it read?`);
  assert.deepEqual(undocumented, [], `without a documentation comment: ${undocumented.join(", ")}`);
  assert.deepEqual(withoutExample, [], `without an @example: ${withoutExample.join(", ")}`);
});
