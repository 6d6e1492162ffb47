import { escapeHtml, niceTicks, type Panel } from "./chart-figure";

const MARGIN = { left: 38, right: 8, top: 22, bottom: 20 };

/** A panel as a small SVG: a fraction of a millisecond to make, so that it can be redrawn while a model trains. */
export function panelToSvg({ title, series }: Panel, width: number, height: number): string {
  const all = series.flatMap(({ y }) => y).filter(Number.isFinite);
  // The first steps' peaks must not flatten all that follows.
  const sorted = [...all].sort((a, b) => a - b);
  const top = Math.max(sorted[Math.floor((sorted.length - 1) * 0.98)] ?? 1, 1e-6);
  const ticks = niceTicks(Math.min(0, sorted[0] ?? 0), top);
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const lastX = Math.max(1, ...series.map(({ x }) => x.at(-1) ?? 0));
  const toX = (x: number) => MARGIN.left + (x / lastX) * (width - MARGIN.left - MARGIN.right);
  const toY = (y: number) =>
    height -
    MARGIN.bottom -
    ((Math.min(y, high) - low) / (high - low)) * (height - MARGIN.top - MARGIN.bottom);
  const grid = ticks.map((tick) => {
    const y = toY(tick).toFixed(1);
    return (
      `<line x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${y}" y2="${y}" stroke="#e4e4e4"/>` +
      `<text x="${MARGIN.left - 5}" y="${y}" dy="0.35em" text-anchor="end">${tick}</text>`
    );
  });
  const lines = series.map(({ x, y, color }) => {
    const points = x.flatMap((value, i) =>
      Number.isFinite(y[i]) ? [`${toX(value).toFixed(1)},${toY(y[i]!).toFixed(1)}`] : [],
    );
    return `<polyline fill="none" stroke="${color}" stroke-width="1.4" points="${points.join(" ")}"/>`;
  });
  const legend = series.map(({ name, color }, i) => {
    const x = MARGIN.left + 4 + i * 84;
    return (
      `<rect x="${x}" y="8" width="12" height="4" fill="${color}"/>` +
      `<text x="${x + 17}" y="10" dy="0.35em">${escapeHtml(name)}</text>`
    );
  });
  const labels =
    `<text x="${width - MARGIN.right}" y="10" dy="0.35em" text-anchor="end">${escapeHtml(title)}</text>` +
    `<text x="${MARGIN.left}" y="${height - 6}">0</text>` +
    `<text x="${width - MARGIN.right}" y="${height - 6}" text-anchor="end">step ${lastX.toLocaleString("en")}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="sans-serif" font-size="11" fill="#333">${grid.join("")}${lines.join("")}${legend.join("")}${labels}</svg>`
  );
}
