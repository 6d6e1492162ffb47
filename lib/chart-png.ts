import { createCanvas } from "@napi-rs/canvas";
import type { Figure, Panel } from "./chart-figure";
import { useFont } from "./plot-images";

/** Device pixels a CSS pixel. */
const SCALE = 1.5;

/** A figure as a PNG, drawn by Chart.js: what shows where no script runs. Width and height are in CSS pixels. */
export async function figureToPng(
  { panels }: Figure,
  { width = 720, height = 320 }: { width?: number; height?: number } = {},
): Promise<{ png: Buffer; width: number; height: number }> {
  const whole = createCanvas(width * SCALE, height * SCALE);
  const context = whole.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, whole.width, whole.height);
  const Chart = await loadChart();
  const each = Math.floor(width / panels.length);
  panels.forEach((panel, i) => context.drawImage(drawPanel(Chart, panel, each, height), i * each * SCALE, 0));
  return { png: await whole.encode("png"), width, height };
}

/** Chart.js with the parts that a line chart needs, loaded when the first chart is drawn. */
async function loadChart() {
  const { Chart, ...parts } = await import("chart.js");
  const { Legend, LinearScale, LineController, LineElement, PointElement, Title } = parts;
  Chart.register(Legend, LinearScale, LineController, LineElement, PointElement, Title);
  return Chart;
}

function drawPanel(
  Chart: Awaited<ReturnType<typeof loadChart>>,
  { title, xLabel, yLabel, series }: Panel,
  width: number,
  height: number,
) {
  const canvas = createCanvas(width, height);
  const font = { family: useFont(), size: 11 };
  const axis = (text: string, includeBounds = true) => ({
    type: "linear" as const,
    title: { display: text !== "", text, font, color: "#222" },
    ticks: { font, color: "#222", maxTicksLimit: 7, includeBounds },
    grid: { color: "#e4e4e4" },
  });
  const chart = new Chart(canvas as unknown as HTMLCanvasElement, {
    type: "line",
    data: {
      datasets: series.map(({ name, x, y, color }) => ({
        label: name,
        data: x.map((value, i) => ({ x: value, y: y[i]! })),
        borderColor: color,
        backgroundColor: color,
        borderWidth: 1.2,
        pointRadius: x.length > 1 ? 0 : 3,
      })),
    },
    options: {
      animation: false,
      responsive: false,
      devicePixelRatio: SCALE,
      layout: { padding: { left: 6, top: 6, bottom: 6, right: 14 } },
      plugins: {
        legend: { labels: { font, color: "#222", boxWidth: 14, boxHeight: 2 } },
        title: { display: true, text: title, font: { ...font, size: 13 }, color: "#111" },
      },
      // Up to the last step, and not to the next round number.
      scales: {
        x: { ...axis(xLabel, false), max: Math.max(1, ...series.flatMap(({ x }) => x.at(-1) ?? 0)) },
        y: axis(yLabel),
      },
    },
  });
  chart.stop();
  const drawn = createCanvas(canvas.width, canvas.height);
  drawn.getContext("2d").drawImage(canvas, 0, 0);
  chart.destroy();
  return drawn;
}
