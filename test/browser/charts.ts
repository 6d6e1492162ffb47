import type { Locator } from "playwright-core";

/** What a chart that Plotly has drawn shows. */
export interface DrawnChart {
  readonly width: number;
  readonly height: number;
  /** Curves that have an extent on the screen. */
  readonly lines: number;
  /** Corners of the curve that has the most. */
  readonly points: number;
}

/** Waits for Plotly below an element, and looks at what it drew: an empty box has no lines. */
export async function drawnCharts(parent: Locator): Promise<DrawnChart[]> {
  await parent.locator(".js-plotly-plot .main-svg").first().waitFor();
  return await parent.locator(".js-plotly-plot").evaluateAll((charts) =>
    charts.map((chart) => {
      const paths = Array.from(chart.querySelectorAll<SVGPathElement>(".scatterlayer .trace path.js-line"));
      const drawn = paths.filter((path) => path.getBBox().width > 20);
      const { width, height } = chart.getBoundingClientRect();
      const points = drawn.map((path) => (path.getAttribute("d") ?? "").split(/(?=[MLHVCQ])/i).length);
      return { width, height, lines: drawn.length, points: Math.max(0, ...points) };
    }),
  );
}
