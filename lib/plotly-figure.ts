import type { Figure } from "./chart-figure";

/** A chart as Plotly's JSON: what `application/vnd.plotly.v1+json` holds, and `Plotly.newPlot` takes. */
export interface PlotlyFigure {
  readonly data: readonly object[];
  readonly layout: object;
  readonly config: object;
}

const GAP = 0.1;

/** A figure for Plotly: zoom by dragging, double-click to see all, hover for values. White also on a dark page. */
export function plotlyFigure({ panels }: Figure, height = 340): PlotlyFigure {
  const share = (1 - GAP * (panels.length - 1)) / panels.length;
  const id = (i: number) => (i === 0 ? "" : String(i + 1));
  const legendNames = new Set<string>();
  const data = panels.flatMap(({ series }, i) =>
    series.map(({ name, x, y, color }) => {
      const showlegend = !legendNames.has(name);
      legendNames.add(name);
      return {
        type: "scatter",
        mode: x.length > 1 ? "lines" : "markers",
        name,
        legendgroup: name,
        showlegend,
        x,
        y,
        line: { color, width: 1.5 },
        marker: { color },
        xaxis: `x${id(i)}`,
        yaxis: `y${id(i)}`,
      };
    }),
  );
  const axes = panels.map(({ xLabel, yLabel }, i) => {
    const left = i * (share + GAP);
    const look = { gridcolor: "#e4e4e4", zerolinecolor: "#bbb" };
    return {
      [`xaxis${id(i)}`]: {
        ...look,
        title: { text: xLabel },
        domain: [left, left + share],
        anchor: `y${id(i)}`,
      },
      [`yaxis${id(i)}`]: { ...look, title: { text: yLabel }, anchor: `x${id(i)}` },
    };
  });
  const titles = panels.map(({ title }, i) => ({
    text: title,
    x: i * (share + GAP) + share / 2,
    y: 1.02,
    xref: "paper",
    yref: "paper",
    xanchor: "center",
    yanchor: "bottom",
    showarrow: false,
    font: { size: 15 },
  }));
  return {
    data,
    layout: Object.assign(
      {
        height,
        margin: { l: 55, r: 20, t: 55, b: 55 },
        paper_bgcolor: "#fff",
        plot_bgcolor: "#fff",
        font: { color: "#222" },
        legend: { orientation: "h", x: 0, y: 1.22 },
        annotations: titles,
      },
      ...axes,
    ) as object,
    // Without the button that would send the data to a server.
    config: { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["sendDataToCloud"] },
  };
}
