import type { Figure } from "./chart-figure";
import { figureToPng } from "./chart-png";
import { display } from "./display";
import { TrainingHistory } from "./history";
import { comparisonPanels, lossPanel } from "./loss-panels";
import { plotlyFigure } from "./plotly-figure";
import { chartHtml } from "./plotly-html";

/** Points a curve: what a screen can show, and a few kilobytes in the saved notebook. */
const POINTS = 500;

/** Something with a name that was trained, e.g. a run of {@link Runs}. */
export interface NamedHistory {
  readonly name: string;
  readonly history: TrainingHistory;
}

/**
 * Shows what was logged while training, as a chart that can be zoomed (drag; double-click to see all). One
 * history: all its numbers in one panel. Several: a panel for each number, a line for each run.
 *
 * The output also holds a picture, for GitHub, PDFs and everywhere else where no script runs.
 *
 * @throws RangeError if there is nothing to draw yet
 * @example
 * await plotCurves(trainer.history);
 * await plotCurves(...runs);
 */
export async function plotCurves(...sources: readonly (TrainingHistory | NamedHistory)[]): Promise<void> {
  const runs = sources.map((source, i) =>
    source instanceof TrainingHistory ? { name: `run ${i + 1}`, history: source } : source,
  );
  if (!runs.some(({ history }) => history.steps.length > 0)) {
    throw new RangeError(
      "plotCurves: nothing was logged yet: train first, then await plotCurves(trainer.history)",
    );
  }
  const names = [...new Set(runs.flatMap(({ history }) => history.names))];
  const panels =
    sources.length === 1 ? [lossPanel(runs[0]!.history, POINTS)] : comparisonPanels(runs, POINTS);
  await displayFigure({ panels }, `[curves of ${names.join(", ")}: ${runs.map(describe).join("; ")}]`);
}

/** Shows a figure as one output of several forms: the front end takes the richest that it knows. */
export async function displayFigure(figure: Figure, text: string): Promise<void> {
  const plotly = plotlyFigure(figure);
  const { png, width, height } = await figureToPng(figure);
  const picture = png.toString("base64");
  display(
    {
      "application/vnd.plotly.v1+json": plotly,
      "text/html": chartHtml(plotly, { png: picture, width, height, alt: text }),
      "image/png": picture,
      "text/plain": text,
    },
    { metadata: { "image/png": { width, height } } },
  );
}

function describe({ name, history }: NamedHistory): string {
  const last = history.epochs.at(-1) ?? history.steps.at(-1);
  const numbers = Object.entries(last?.values ?? {}).map(([key, value]) => `${key} ${value.toPrecision(3)}`);
  return `${name}, ${history.steps.length} steps, last ${numbers.join(" ")}`;
}
