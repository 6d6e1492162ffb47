import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { plotCurves, TrainingHistory } from "../../lib";
import type { PlotlyFigure } from "../../lib/plotly-figure";
import { htmlOf, inCell, textOf, type Shown } from "./shown-outputs";

function history(steps: number, name = "gLoss"): TrainingHistory {
  const made = new TrainingHistory();
  for (let step = 0; step < steps; step++) {
    made.steps.push({ step, epoch: 0, batchIdx: step, values: { [name]: step, dLoss: 1 } });
  }
  return made;
}
const hasPlotly = (shown: Shown) => htmlOf(shown).length > 300_000;
interface Line {
  name: string;
  x: number[];
  y: number[];
  xaxis: string;
}
const linesOf = ({ bundle }: Shown) =>
  (bundle["application/vnd.plotly.v1+json"] as PlotlyFigure).data as readonly Line[];

describe("plotCurves", () => {
  it("gives one output that every front end can show, with a picture where no script runs", async () => {
    const shown = await inCell(() => plotCurves(history(3)));
    assert.equal(shown.length, 1);
    const chart = shown[0]!;
    assert.deepEqual(Object.keys(chart.bundle).sort(), [
      "application/vnd.plotly.v1+json",
      "image/png",
      "text/html",
      "text/plain",
    ]);
    const png = Buffer.from(String(chart.bundle["image/png"]), "base64");
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    assert.ok(htmlOf(chart).includes(`src="data:image/png;base64,${png.toString("base64")}"`));
    assert.doesNotMatch(htmlOf(chart), /https?:/);
    assert.match(textOf(chart), /curves of gLoss, dLoss/);
    assert.deepEqual(linesOf(chart)[0]!.y, [0, 1, 2]);
  });

  it("keeps long trainings small: means of neighbours", async () => {
    const [chart] = await inCell(() => plotCurves(history(8600)));
    const { x, y } = linesOf(chart!)[0]!;
    assert.ok(x.length <= 500 && x.length > 400 && y.length === x.length, String(x.length));
    assert.ok(Math.abs(y[10]! + 1 - x[10]!) < 1e-3 * x[10]!);
  });

  it("compares runs side by side: a panel a number, a line a run, names shown as they are", async () => {
    const name = `</script><img src=x onerror="1">`;
    const [chart] = await inCell(() => plotCurves({ name, history: history(3) }, history(2)));
    assert.deepEqual(
      linesOf(chart!).map((line) => [line.name, line.xaxis]),
      [
        [name, "x"],
        ["run 2", "x"],
        [name, "x2"],
        ["run 2", "x2"],
      ],
    );
    assert.ok(!htmlOf(chart!).includes("<img src=x"));
  });

  it("carries Plotly once a notebook, and again when the cell that carries it is run again", async () => {
    const run = (id: string | undefined, executionCount: number, code: string) =>
      inCell(
        async () => {
          await plotCurves(history(2));
          await plotCurves(history(2));
        },
        { id, executionCount, code },
      );
    // Earlier tests drew in cell-1, which therefore carries it.
    const carried = async (...cell: Parameters<typeof run>) => (await run(...cell)).map(hasPlotly);
    assert.deepEqual(await carried("cell-2", 5, "b"), [false, false]);
    assert.deepEqual(await carried("cell-1", 6, "a"), [true, false]);
    assert.deepEqual(await carried("cell-2", 7, "b"), [false, false]);
    assert.deepEqual(await carried("cell-1", 8, "a, edited"), [true, false]);
    // Notebook 6 does not name its cells: the same code is the same cell.
    assert.deepEqual(await carried(undefined, 9, "b"), [false, false]);
    assert.deepEqual(await carried(undefined, 10, "a, edited"), [true, false]);
  });

  it("carries the whole of Plotly", async () => {
    const [chart] = await inCell(() => plotCurves(history(2)), {
      id: undefined,
      executionCount: 99,
      code: "a, edited",
    });
    const packed = /\("(H4sI[A-Za-z0-9+/=]+)"\)/.exec(htmlOf(chart!))![1]!;
    assert.match(gunzipSync(Buffer.from(packed, "base64")).toString(), /return Plotly;\s*\}\)\);\s*$/);
  });

  it("says what to do when there is nothing to draw", async () => {
    await assert.rejects(plotCurves(new TrainingHistory()), /train first/);
  });
});
