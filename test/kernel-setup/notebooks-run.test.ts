import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { cli, readTestNotebook, root, setUpProject, temporaryFolder } from "./command-line";

/** One epoch of two batches: every cell runs, type-checked, in the real kernel below a real Jupyter server. */
const short = ["-p", "maxEpochs", "1", "-p", "limitTrainBatches", "2"];

/** Cells by their names, and what they must at least show. */
const notebooks: Record<string, { parameters?: string[]; shows: Record<string, string[]> }> = {
  "gan.ipynb": {
    shows: {
      noise: ["image/png"],
      train: ["text/html", "image/png"],
      curves: ["application/vnd.plotly.v1+json", "text/html", "image/png"],
      animation: ["text/html"],
    },
  },
  "gan-from-scratch.ipynb": {
    shows: {
      train: ["text/html", "image/png"],
      curves: ["application/vnd.plotly.v1+json", "image/png"],
      animation: ["text/html"],
    },
  },
  "experiments.ipynb": {
    parameters: ["-p", "judgeBatches", "5"],
    shows: {
      table: ["text/html"],
      curves: ["application/vnd.plotly.v1+json", "image/png"],
      slider: ["text/html"],
      interpolation: ["image/png"],
      grid: ["image/png"],
      animation: ["text/html"],
    },
  },
};

describe("each notebook of the project, run short without a browser", () => {
  const folder = temporaryFolder();
  before(setUpProject);
  after(folder.remove);

  for (const [name, { parameters = [], shows }] of Object.entries(notebooks)) {
    it(`${name} runs to its end and shows its pictures`, async () => {
      const notebook = join(root, "notebooks", name);
      const { code, output } = await cli([
        ...["run", notebook, "--out", folder.path],
        ...short,
        ...parameters,
      ]).ended();
      assert.equal(code, 0, output);
      const cells = readTestNotebook(join(folder.path, name)).cells;
      const outputs = cells.flatMap((cell) => cell.outputs ?? []);
      assert.ok(!outputs.some(({ output_type }) => output_type === "error"), output);
      for (const [id, types] of Object.entries(shows)) {
        const cell = cells.find((one) => one.id === id);
        const shown = new Set(cell?.outputs.flatMap(({ data = {} }) => Object.keys(data)));
        for (const type of types)
          assert.ok(shown.has(type), `cell ${id} shows ${[...shown].join()}, not ${type}`);
      }
      const page = readFileSync(join(folder.path, name.replace(".ipynb", ".html")), "utf8");
      assert.match(page, /<img [^>]*data:image\/png;base64,/);
      const pictures = [...page.matchAll(/<img\b[^>]*\bsrc="([^"]*)"/g)].map(([, source]) => source!);
      assert.deepEqual(
        pictures.filter((source) => !source.startsWith("data:")),
        [],
        "pictures that the page does not hold itself",
      );
    });
  }
});
