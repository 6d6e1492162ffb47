import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { codeHash, isCode, readNotebook, tagsOf } from "../../kernel-setup/notebook-file";

const file = join(resolve(__dirname, "../.."), "notebooks", "gan.ipynb");

describe("the tutorial's saved outputs", () => {
  const notebook = readNotebook(file);
  const cells = notebook.cells.filter(isCode);
  const outputsOf = (id: string) => cells.find((cell) => cell["id"] === id)!.outputs;
  const mimeTypes = (id: string) =>
    outputsOf(id).map((output) => Object.keys((output["data"] as object | undefined) ?? {}));

  it("belong to its code: nothing was changed after the run", () => {
    assert.equal(notebook.metadata["executed_code_sha256"], codeHash(notebook.cells));
    assert.deepEqual(
      cells.map((cell) => cell.execution_count),
      cells.map((_, i) => i + 1),
    );
  });

  it("come from an unchanged run of all 20 epochs", () => {
    assert.ok(!cells.some((cell) => tagsOf(cell).includes("injected-parameters")));
    assert.equal(mimeTypes("train").filter((types) => types.includes("image/png")).length, 20);
  });

  it("hold the noise, the curves, the animation and no error", () => {
    assert.ok(!cells.some(({ outputs }) => outputs.some(({ output_type }) => output_type === "error")));
    assert.ok(mimeTypes("noise").some((types) => types.includes("image/png")));
    assert.ok(
      mimeTypes("curves").some(
        (types) => types.includes("application/vnd.plotly.v1+json") && types.includes("image/png"),
      ),
    );
    assert.ok(mimeTypes("animation").some((types) => types.includes("text/html")));
  });

  it("are small enough to read on the web: under 3 MB", () => {
    assert.ok(statSync(file).size < 3 * 2 ** 20);
  });
});
