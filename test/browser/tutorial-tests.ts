import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { it } from "node:test";
import { drawnCharts } from "./charts";
import type { NotebookPage } from "./notebook-page";
import { pictures } from "./pictures";
import { notShown, readSavedOutputs } from "./saved-outputs";
import { screenshot } from "./screenshots";
import type { Session } from "./session";

// One cell of the tutorial each, found by what it says: cells may be added, moved and reworded.
const cellWith = {
  imports: 'from "../lib"',
  parameters: "let maxEpochs",
  data: "new MNISTDataModule",
  model: "const model = new GAN",
  noise: 'plotImages("Before training")',
  train: "trainer.fit(model",
  curves: "plotCurves(",
};

/** The tutorial, from the address that `npm start` prints to restart-and-run-all. */
export function tutorialTests(session: Session): void {
  let notebook: NotebookPage;
  let codeCells: number[] = [];
  const shot = (name: string) => screenshot(notebook.page, `tutorial-${session.frontEnd.name}-${name}`);
  const setParameters = async (values: Record<string, string>) => {
    const index = await notebook.find(cellWith.parameters);
    let source = (await notebook.sources())[index]!;
    for (const [name, value] of Object.entries(values)) {
      assert.match(source, new RegExp(`let ${name} = `));
      source = source.replace(new RegExp(`let ${name} = [^;]*`), `let ${name} = ${value}`);
    }
    await notebook.write(index, source);
    await notebook.run(index);
  };
  const noError = async (index: number) =>
    assert.equal(await notebook.errors(index), "", `cell ${index}: ${(await notebook.sources())[index]}`);
  /** The line "epoch 1/2 ━━── 12/430 …" below the training cell. */
  const progress = async () =>
    /epoch (\d+)\/(\d+)\D+(\d+)\/(\d+)[^\n]*/.exec(
      await notebook.outputText(await notebook.find(cellWith.train)),
    );
  const batchesDone = async () => Number((await progress())?.[3] ?? 0);

  it("opens by the address that npm start prints", async () => {
    notebook = await session.open();
    codeCells = await notebook.codeCells();
    assert.ok(codeCells.length >= 8, `${codeCells.length} code cells`);
    const title = await notebook.cell(0);
    assert.match(await title.innerText(), /generative adversarial network/i);
    const [drawing] = await pictures(title);
    assert.ok(
      drawing !== undefined && drawing.colours > 3 && drawing.painted > 0.05,
      JSON.stringify(drawing),
    );
    await shot("opened");
    const formulas = await notebook.cell(await notebook.find("\\min_G"));
    await formulas.locator("mjx-container, .MathJax").first().waitFor();
    await shot("formulas");
  });

  it("runs cell by cell and shows the noise grid", async () => {
    const train = await notebook.find(cellWith.train);
    for (const index of codeCells.filter((at) => at < train)) {
      if (index === (await notebook.find(cellWith.parameters))) {
        await setParameters({ maxEpochs: "2", limitTrainBatches: "Infinity", batchSize: "16" });
      } else {
        await notebook.run(index, { seconds: 120 });
      }
      await noError(index);
      await shot(`cell-${String(index).padStart(2, "0")}`);
    }
    const [digits] = await pictures(await notebook.outputs(await notebook.find(cellWith.data)));
    assert.ok(digits !== undefined && digits.colours > 50 && digits.painted > 0.05, JSON.stringify(digits));
    const [noise] = await pictures(await notebook.outputs(await notebook.find(cellWith.noise)));
    // Noise is grey nearly everywhere, digits are white nearly everywhere.
    assert.ok(noise !== undefined && noise.colours > 50 && noise.painted > 0.5, JSON.stringify(noise));
  });

  it("shows moving progress while it trains, and stops at the next batch when interrupted", async () => {
    const train = await notebook.find(cellWith.train);
    const started = await notebook.start(train);
    const seen = new Set<number>();
    await notebook.until("progress to move", 60, async () => seen.add(await batchesDone()).size >= 4);
    await shot("training");
    await notebook.interrupt();
    await started.finished({ seconds: 15 });
    const text = await notebook.outputText(train);
    assert.match(text, /stopped in epoch 1, batch \d+/);
    assert.match(text, /run the cell again to go on/);
    await shot("interrupted");
    const batches = await batchesDone();
    assert.ok(
      batches >= Math.max(...seen) && batches < Number((await progress())![4]),
      `stopped after ${batches} batches`,
    );
    await notebook.page.waitForTimeout(1500);
    assert.equal(await batchesDone(), batches, "nothing trains on in the background");
  });

  it("goes on where it was stopped when the cell is run again", async () => {
    const train = await notebook.find(cellWith.train);
    const before = await batchesDone();
    const started = await notebook.start(train);
    const seen: number[] = [];
    await notebook.until("progress beyond the stop", 60, async () => {
      const done = await batchesDone();
      if (done > 0) seen.push(done);
      return done > before;
    });
    assert.ok(
      seen.every((done) => done >= before),
      `after ${before} batches it went on at ${seen.join()}`,
    );
    await notebook.interrupt();
    await started.finished({ seconds: 15 });
    assert.match((await progress())?.[0] ?? "", /epoch 1\/2 .*stopped/);
  });

  it("takes edited parameters and trains to the end, with the images of each epoch", async () => {
    await setParameters({ limitTrainBatches: "6" });
    const train = await notebook.find(cellWith.train);
    await notebook.run(train, { seconds: 180 });
    await noError(train);
    assert.match((await progress())?.[0] ?? "", /epoch 2\/2 .*6\/6/);
    const grids = await pictures(await notebook.outputs(train));
    assert.ok(grids.length >= 2, `${grids.length} pictures below the training cell`);
    for (const grid of grids) assert.ok(grid.colours > 20 && grid.painted > 0.01, JSON.stringify(grid));
    await shot("trained");
    for (const index of codeCells.filter((at) => at > train)) {
      await notebook.run(index, { seconds: 120 });
      await noError(index);
      await shot(`cell-${String(index).padStart(2, "0")}`);
    }
  });

  it("draws a chart that can be zoomed", async () => {
    const outputs = await notebook.outputs(await notebook.find(cellWith.curves));
    const charts = await drawnCharts(outputs);
    assert.equal(charts.length, 1);
    assert.ok(charts[0]!.lines >= 2 && charts[0]!.points >= 6, JSON.stringify(charts));
    await shot("curves");
    // Elements of SVG have no innerText.
    const range = () => outputs.locator(".js-plotly-plot .xtick text").allTextContents();
    const all = await range();
    assert.ok(all.length >= 2 && all.every((tick) => /\d/.test(tick)), all.join());
    const area = outputs
      .locator(".js-plotly-plot .plotly .bglayer, .js-plotly-plot .draglayer .nsewdrag")
      .last();
    // The mouse reaches only what is on the screen.
    await area.evaluate((element) => element.scrollIntoView({ block: "center" }));
    await notebook.page.waitForTimeout(300);
    const box = (await area.boundingBox())!;
    await notebook.page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
    await notebook.page.mouse.down();
    await notebook.page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 5 });
    await notebook.page.mouse.up();
    await notebook.until("the chart to zoom", 5, async () => (await range()).join() !== all.join());
    await shot("curves-zoomed");
  });

  it("saves forms of each output that GitHub and VS Code show", async () => {
    await notebook.save();
    const saved = readSavedOutputs(session.tutorialFile);
    assert.ok(saved.length >= codeCells.length - 1, `${saved.length} outputs`);
    for (const { mimeTypes, cell } of saved) assert.deepEqual(notShown(mimeTypes), [], cell);
    const charts = saved.filter(({ mimeTypes }) => mimeTypes.includes("application/vnd.plotly.v1+json"));
    assert.ok(charts.length > 0);
    // Where no script runs, the picture stands in.
    for (const { mimeTypes } of charts)
      assert.ok(mimeTypes.includes("image/png") && mimeTypes.includes("text/html"));
    assert.ok(statSync(session.tutorialFile).size < 3e6, "under 3 MB");
  });

  it("shows all outputs again after saving and reloading the page", async () => {
    const before = await describeOutputs();
    await notebook.reload();
    assert.deepEqual(await describeOutputs(), before);
    const charts = await drawnCharts(await notebook.outputs(await notebook.find(cellWith.curves)));
    assert.ok(charts.length === 1 && charts[0]!.lines >= 2, JSON.stringify(charts));
    await shot("reloaded");
  });

  it("restarts and runs all", async () => {
    await notebook.restartAndRunAll({ last: codeCells[codeCells.length - 1]!, seconds: 240 });
    for (const index of codeCells) await noError(index);
    assert.match((await progress())?.[0] ?? "", /epoch 2\/2 .*6\/6/);
    const charts = await drawnCharts(await notebook.outputs(await notebook.find(cellWith.curves)));
    assert.ok(charts.length === 1 && charts[0]!.lines >= 2, JSON.stringify(charts));
    await notebook.save();
    await shot("ran-all");
  });

  /** For each code cell: the size of its pictures and its text, without what differs by rendering. */
  async function describeOutputs(): Promise<{ pictures: string[]; text: string }[]> {
    const found = [];
    const curves = await notebook.find(cellWith.curves);
    for (const index of codeCells) {
      const outputs = await notebook.outputs(index);
      // A chart's place is its own test.
      if (index === curves) continue;
      const images = await pictures(outputs);
      found.push({
        pictures: images.map(({ width, height, colours }) => `${width}×${height}, ${colours} colours`),
        text: (await notebook.outputText(index)).replace(/^(Out)?\[\d*\]:\s*/gm, "").trim(),
      });
    }
    return found;
  }
}
