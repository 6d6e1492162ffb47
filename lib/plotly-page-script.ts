// What runs in the browser, as source text: compiled functions would bring their compiler's helpers along.

/** A function of a chart's element id and its Plotly figure: draws it now, or as soon as Plotly is on the page. */
export const DRAW_CHART = `(function (id, figure) {
  var charts = (window.tslabCharts = window.tslabCharts || { waiting: [] });
  function draw(plotly) {
    // An output may be shown twice on a page, in two views of one notebook.
    document.querySelectorAll('[id="' + id + '"]:not([data-drawn])').forEach(function (box) {
      box.setAttribute("data-drawn", "");
      var picture = box.querySelector("img");
      var chart = document.createElement("div");
      chart.style.height = figure.layout.height + "px";
      box.insertBefore(chart, picture);
      plotly.newPlot(chart, figure.data, figure.layout, figure.config).then(
        function () { picture.remove(); },
        function () { chart.remove(); }
      );
    });
  }
  if (charts.plotly) draw(charts.plotly);
  else charts.waiting.push(draw);
})`;

/** A function of Plotly's source, gzip and base64: puts it on the page and draws the charts that wait for it. */
export const LOAD_PLOTLY = `(function (packed) {
  var charts = (window.tslabCharts = window.tslabCharts || { waiting: [] });
  if (charts.plotly || typeof DecompressionStream === "undefined") return;
  var bytes = Uint8Array.from(atob(packed), function (char) { return char.charCodeAt(0); });
  var unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  new Response(unpacked).text().then(function (source) {
    // Some pages have a module loader of their own: hidden, so that Plotly does not register with it.
    var module = { exports: {} };
    new Function("module", "exports", "define", source)(module, module.exports, undefined);
    charts.plotly = module.exports;
    charts.waiting.splice(0).forEach(function (draw) { draw(charts.plotly); });
  });
})`;
