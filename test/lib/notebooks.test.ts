import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Module from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";
import * as lib from "../../lib";

const folder = join(__dirname, "..", "..", "notebooks");
interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: { kernelspec: { name: string; language: string }; language_info: { file_extension: string } };
  cells: { id: string; cell_type: string; source: string[]; metadata: { tags?: string[] } }[];
}
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Notebook;

/** What the named cells of a notebook declare. */
function declaredIn(name: string, ids: readonly string[], exported: readonly string[]): typeof lib {
  const sources = ids.map((id) =>
    read(name)
      .cells.find((cell) => cell.id === id)!
      .source.join(""),
  );
  const code = `${sources.join("\n").replace(/^(const backend|console).*$/gm, "")}\nexport { ${exported.join(", ")} };`;
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const path = join(folder, `${name}.js`);
  const module = new Module(path) as Module & {
    paths: string[];
    _compile(code: string, path: string): void;
  };
  module.filename = path;
  module.paths = [join(folder, "..", "node_modules")];
  module._compile(outputText, path);
  return module.exports as typeof lib;
}

describe("the notebooks", () => {
  for (const name of ["gan.ipynb", "gan-from-scratch.ipynb", "experiments.ipynb"]) {
    it(`${name} names the kernel, has cell ids, imports lib, and has one cell of parameters`, () => {
      const { nbformat, nbformat_minor, metadata, cells } = read(name);
      assert.ok(nbformat === 4 && nbformat_minor >= 5);
      assert.equal(metadata.kernelspec.name, "tslab");
      assert.equal(metadata.kernelspec.language, "typescript");
      assert.equal(metadata.language_info.file_extension, ".ts");
      assert.equal(new Set(cells.map(({ id }) => id)).size, cells.length);
      assert.ok(cells.some(({ source }) => source.join("").includes('from "../lib"')));
      const parameters = cells.filter((cell) => cell.metadata.tags?.includes("parameters"));
      assert.equal(parameters.length, 1);
      assert.match(parameters[0]!.source.join(""), /^let maxEpochs = \d+;\nlet limitTrainBatches = \w+;/);
    });
  }
});

describe("gan-from-scratch.ipynb", () => {
  it("gives the very losses of lib's GAN from the same seed", async () => {
    const written = declaredIn(
      "gan-from-scratch.ipynb",
      ["imports", "data-module", "discriminator", "generator", "gan"],
      ["GAN", "MNISTDataModule"],
    );
    const train = async (model: lib.GAN, dm: lib.LightningDataModule) => {
      const trainer = new lib.Trainer({ maxEpochs: 1, limitTrainBatches: 3, enableProgressBar: false });
      await trainer.fit(model, dm);
      return trainer.history.steps.map(({ values }) => values);
    };
    await lib.useBackend();
    lib.seedEverything(42);
    const ours = await train(new lib.GAN(), new lib.MNISTDataModule());
    lib.seedEverything(42);
    const theirs = await train(new written.GAN(), new written.MNISTDataModule());
    assert.notEqual(written.GAN, lib.GAN);
    assert.equal(ours.length, 3);
    assert.deepEqual(theirs, ours);
  });
});
