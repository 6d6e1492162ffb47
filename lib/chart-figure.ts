/** One line of a chart: y over x, of equal lengths. */
export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** CSS colour; series of one name and colour share one entry of the legend. */
  readonly color: string;
}

/** One pair of axes with its lines. */
export interface Panel {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

/** A chart: panels side by side. Drawn by Plotly in a browser, and as a PNG where no script runs. */
export interface Figure {
  readonly panels: readonly Panel[];
}

/** Colours that are told apart on white, also by most colour-blind readers (Okabe and Ito, 2008). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"];

/** The colour of the i-th line. */
export function lineColor(i: number): string {
  return COLORS[i % COLORS.length]!;
}

/**
 * A curve with at most `limit` points: each the mean of as many neighbours. Keeps notebooks small and drawing
 * cheap; the curve's own noise shrinks a little.
 */
export function thinOut(
  x: readonly number[],
  y: readonly number[],
  limit: number,
): { x: number[]; y: number[] } {
  const width = Math.ceil(y.length / limit);
  const means = (values: readonly number[]) => {
    const thin: number[] = [];
    for (let first = 0; first < values.length; first += width) {
      const last = Math.min(first + width, values.length);
      let sum = 0;
      for (let i = first; i < last; i++) sum += values[i]!;
      thin.push(Number((sum / (last - first)).toPrecision(5)));
    }
    return thin;
  };
  return { x: means(x), y: means(y) };
}

/** Round numbers from at most `low` to at least `high`, about `count` of them. */
export function niceTicks(low: number, high: number, count = 4): number[] {
  const raw = Math.max(high - low, 1e-9) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw * 0.99)!;
  const ticks: number[] = [];
  for (let tick = Math.floor(low / step) * step; ; tick += step) {
    ticks.push(Number(tick.toPrecision(6)));
    if (tick >= high - step * 1e-6) return ticks;
  }
}

/** Text for HTML and SVG: names come from users. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[char]!,
  );
}
