import { createCanvas, type Canvas } from "@napi-rs/canvas";
import { escapeHtml } from "./chart-figure";
import { display } from "./display";
import type { NamedHistory } from "./plot-curves";
import { drawGrid } from "./plot-images";

/**
 * Shows the images of the fixed noise of several runs side by side, with a slider for the epoch. It needs no
 * kernel: it works in the saved notebook, too. Without scripts the last epoch shows.
 *
 * @throws RangeError if no run has kept images
 * @example await plotImagesByEpoch(...runs);
 */
export async function plotImagesByEpoch(...runs: readonly NamedHistory[]): Promise<void> {
  const shown = runs.filter(({ history }) => history.images.length > 0);
  if (shown.length === 0) {
    throw new RangeError(
      "plotImagesByEpoch: no run has kept images: train models that have a field validationZ",
    );
  }
  const strips = shown.map(({ name, history }) => {
    const frames = history.images.map((images) => drawGrid(images, { size: images.width }, 1).canvas);
    return { name, frames, width: frames[0]!.width, height: frames[0]!.height };
  });
  const epochs = Math.max(...strips.map(({ frames }) => frames.length));
  const zoom = 2;
  const boxes = await Promise.all(
    strips.map(async ({ name, frames, width, height }) => {
      const png = (await stack(frames).encode("png")).toString("base64");
      const at = -(frames.length - 1) * height * zoom;
      return (
        `<div style="display:inline-block;margin-right:12px"><div>${escapeHtml(name)}</div>` +
        `<div style="width:${width * zoom}px;height:${height * zoom}px;overflow:hidden;border:1px solid #ccc">` +
        `<img width="${width * zoom}" height="${height * zoom * frames.length}" data-step="${height * zoom}" ` +
        `data-last="${frames.length - 1}" alt="${escapeHtml(name)}" ` +
        `style="image-rendering:pixelated;max-width:none;display:block;margin:${at}px 0 0 0" src="data:image/png;base64,${png}">` +
        `</div></div>`
      );
    }),
  );
  // An attribute of the element itself: it needs no name on the page, and works in every copy of the output.
  const onInput =
    `var box=this.parentNode.parentNode,at=+this.value;` +
    `box.querySelectorAll('img').forEach(function(i){i.style.marginTop=-Math.min(at,i.dataset.last)*i.dataset.step+'px'});` +
    `box.querySelector('output').textContent=at?'after '+at+' epoch'+(at>1?'s':''):'before training'`;
  const last = lastFrames(strips);
  display({
    "text/html":
      `<div style="background:#fff;color:#222;padding:8px;display:inline-block">` +
      `<div><input type="range" min="0" max="${epochs - 1}" value="${epochs - 1}" aria-label="epoch" ` +
      `style="width:240px;vertical-align:middle" oninput="${escapeHtml(onInput)}"> ` +
      `<output>after ${epochs - 1} epoch${epochs === 2 ? "" : "s"}</output></div>${boxes.join("")}</div>`,
    "image/png": (await last.encode("png")).toString("base64"),
    "text/plain": `[images by epoch: ${strips.map(({ name, frames }) => `${name}, ${frames.length - 1} epochs`).join("; ")}]`,
  });
}

function stack(frames: readonly Canvas[]): Canvas {
  const { width, height } = frames[0]!;
  const strip = createCanvas(width, height * frames.length);
  frames.forEach((frame, i) => strip.getContext("2d").drawImage(frame, 0, i * height));
  return strip;
}

function lastFrames(strips: readonly { frames: readonly Canvas[]; width: number; height: number }[]): Canvas {
  const all = createCanvas(
    strips.reduce((sum, { width }) => sum + width, 0),
    Math.max(...strips.map(({ height }) => height)),
  );
  let left = 0;
  for (const { frames, width } of strips) {
    all.getContext("2d").drawImage(frames.at(-1)!, left, 0);
    left += width;
  }
  return all;
}
