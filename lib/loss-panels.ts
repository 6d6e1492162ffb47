import { lineColor, thinOut, type Panel } from "./chart-figure";
import type { TrainingHistory } from "./history";

/** One panel with every number that was logged by step, as lines of at most `points` points. */
export function lossPanel(history: TrainingHistory, points: number): Panel {
  const series = history.names.map((name, i) => ({
    name,
    color: lineColor(i),
    ...curve(history, name, points),
  }));
  return { title: "loss", xLabel: "step", yLabel: "loss", series };
}

/** For each logged name one panel, in which each history is a line: to compare runs side by side. */
export function comparisonPanels(
  histories: readonly { readonly name: string; readonly history: TrainingHistory }[],
  points: number,
): Panel[] {
  const names = [...new Set(histories.flatMap(({ history }) => history.names))];
  return names.map((name) => ({
    title: name,
    xLabel: "step",
    yLabel: "",
    series: histories.map((run, i) => ({
      name: run.name,
      color: lineColor(i),
      ...curve(run.history, name, points),
    })),
  }));
}

function curve(history: TrainingHistory, name: string, points: number): { x: number[]; y: number[] } {
  const steps = history.steps.filter(({ values }) => values[name] !== undefined);
  return thinOut(
    steps.map(({ step }) => step + 1),
    steps.map(({ values }) => values[name]!),
    points,
  );
}
