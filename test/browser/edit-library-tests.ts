import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { writeInEditor } from "./text-editor";
import type { NotebookPage } from "./notebook-page";
import { screenshot } from "./screenshots";
import { writeNotebook, type Session } from "./session";

const path = "notebooks/edit.ipynb";
const cells = [
  'import { Discriminator, GAN, MNISTDataModule, summarize, Trainer } from "../lib";',
  "const dm = new MNISTDataModule();\nlet model = new GAN();",
  "summarize(model.discriminator)",
  "const trainer = new Trainer({ maxEpochs: 1, limitTrainBatches: 2 });\nawait trainer.fit(model, dm);",
] as const;
const [imports, make, summary, train] = [0, 1, 2, 3];

/** A library file edited in Jupyter's own editor. Leaves the copy of the project with a mistake in it. */
export function editLibraryTests(session: Session): void {
  let notebook: NotebookPage;
  const shot = (name: string) => screenshot(notebook.page, `edit-${session.frontEnd.name}-${name}`);

  it("is used after the import cell has run again, and said to be reloaded", async () => {
    writeNotebook(session.root, path, cells);
    notebook = await session.open(path);
    for (const index of [imports, make, summary, train]) {
      await notebook.run(index, { seconds: 120 });
      assert.equal(await notebook.errors(index), "");
    }
    assert.match(await notebook.outputText(summary), /21,381/);

    const file = join(session.root, "lib", "networks.ts");
    const source = readFileSync(file, "utf8");
    const edited = source
      .replace("new Linear(320, 50)", "new Linear(320, 60)")
      .replace("new Linear(50, 1)", "new Linear(60, 1)");
    assert.notEqual(edited, source);
    const { page } = await session.newPage();
    await page.goto(session.editorAddress("lib/networks.ts"));
    await writeInEditor(page, edited);
    await notebook.until("the file to be saved", 10, () =>
      Promise.resolve(readFileSync(file, "utf8").trim() === edited.trim()),
    );
    await screenshot(page, `edit-${session.frontEnd.name}-editor`);
    await page.close();

    await notebook.run(imports);
    const told = await notebook.outputText(imports);
    assert.equal(told.match(/reloaded/gi)?.length, 1, told);
    assert.match(told, /lib\/networks\.ts/);
    await shot("reloaded");
  });

  it("is not silently ignored by a model made before", async () => {
    await notebook.run(train);
    const error = await notebook.errors(train);
    assert.match(error, /made from an older GAN/);
    assert.match(error, /Re-run the cell that makes the model/);
    await shot("older-model");
  });

  it("changes the model made anew, which trains", async () => {
    for (const index of [make, summary, train]) {
      await notebook.run(index, { seconds: 120 });
      assert.equal(await notebook.errors(index), "");
    }
    assert.match(await notebook.outputText(summary), /24,601/);
    await shot("new-model");
  });

  it("shows a mistake at the import, with file and line", async () => {
    const file = join(session.root, "lib", "networks.ts");
    const source = readFileSync(file, "utf8");
    const { page } = await session.newPage();
    await page.goto(session.editorAddress("lib/networks.ts"));
    const broken = source.replace("new Linear(60, 1)", 'new Linear("60", 1)');
    await writeInEditor(page, broken);
    await notebook.until("the file to be saved", 10, () =>
      Promise.resolve(readFileSync(file, "utf8").trim() === broken.trim()),
    );
    await page.close();
    await notebook.run(imports);
    const line = broken.split("\n").findIndex((text) => text.includes('"60"')) + 1;
    const error = await notebook.errors(imports);
    assert.match(error, new RegExp(`networks\\.ts[^\\n]*${line}`));
    assert.match(error, /not assignable to parameter of type 'number'/);
    await shot("mistake");
  });
}
