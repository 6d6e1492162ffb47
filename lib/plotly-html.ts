import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { escapeHtml } from "./chart-figure";
import { notebookKernel, type NotebookKernel } from "./display";
import type { PlotlyFigure } from "./plotly-figure";
import { DRAW_CHART, LOAD_PLOTLY } from "./plotly-page-script";

/** The cell whose output carries Plotly for the whole notebook, as of its last run. */
let carrier: NotebookKernel["cell"] | undefined;

/**
 * A chart as HTML that needs no network: a picture at once, replaced by the zoomable chart when Plotly is there.
 * The notebook's first chart carries Plotly (half a megabyte); the others find it on the page, or wait for it.
 *
 * @param png the picture, base64
 */
export function chartHtml(
  figure: PlotlyFigure,
  { png, width, height, alt }: { png: string; width: number; height: number; alt: string },
): string {
  const id = `chart-${randomUUID()}`;
  const script = `${DRAW_CHART}(${inScript(id)}, ${inScript(figure)});`;
  return (
    `<div id="${id}" class="tslab-chart" style="background:#fff;max-width:900px;min-height:${height}px">` +
    `<img alt="${escapeHtml(alt)}" width="${width}" height="${height}" src="data:image/png;base64,${png}"></div>` +
    `<script>${script}</script>${carriesPlotly() ? plotlyScript() : ""}`
  );
}

/** Whether this output must hold Plotly: the first chart does, and that cell's first chart when it is run again. */
function carriesPlotly(): boolean {
  const cell = notebookKernel()?.cell ?? { id: undefined, executionCount: 0, code: "" };
  const now = { id: cell.id, executionCount: cell.executionCount, code: cell.code };
  if (carrier !== undefined) {
    if (now.executionCount === carrier.executionCount) return false;
    // Where the front end does not name its cells, the same code is taken for the same cell.
    if (now.id === undefined ? now.code !== carrier.code : now.id !== carrier.id) return false;
  }
  carrier = now;
  return true;
}

let script: string | undefined;

function plotlyScript(): string {
  script ??= `<script>${LOAD_PLOTLY}("${gzipSync(readFileSync(require.resolve("plotly.js-basic-dist-min")), {
    level: 9,
  }).toString("base64")}");</script>`;
  return script;
}

/** A value as JavaScript source that cannot end the script element it stands in. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replace(/</g, "\\u003c");
}
