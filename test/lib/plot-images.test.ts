import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import * as tf from "@tensorflow/tfjs";
import { imagesToPng } from "../../lib";

async function pixelsOf(png: Buffer) {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3);
}

describe("plotImages", () => {
  it("draws reversed grey, each image from its own minimum to its maximum, in two rows of three", async () => {
    // Image i is dark in its left half and light in its right half, at another scale each.
    const images = tf.tensor4d(
      Array.from({ length: 6 * 784 }, (_, i) => (i % 28 < 14 ? 1 : -1) * (1 + Math.floor(i / 784))),
      [6, 28, 28, 1],
    );
    const { png, width, height } = await imagesToPng(images);
    assert.deepEqual([width, height], [3 * 94 + 10, 2 * 94 + 10]);
    const at = await pixelsOf(png);
    for (const [column, row] of [
      [0, 0],
      [2, 0],
      [1, 1],
    ] as const) {
      const [x, y] = [2 * (10 + column * 94), 2 * (10 + row * 94 + 42)];
      assert.deepEqual(at(x + 40, y), [0, 0, 0], "the maximum is black");
      assert.deepEqual(at(x + 140, y), [255, 255, 255], "the minimum is white");
      // Nearest neighbour: the edge between the halves is one device pixel wide.
      assert.deepEqual(
        [at(x + 83, y), at(x + 84, y)],
        [
          [0, 0, 0],
          [255, 255, 255],
        ],
      );
    }
  });

  it("writes the title even where no font is installed", async () => {
    const { png, width } = await imagesToPng(tf.ones([2, 28, 28, 1]), {
      title: "Epoch 0",
      size: 200,
      rows: 2,
    });
    const at = await pixelsOf(png);
    let ink = 0;
    for (let x = 0; x < width * 2; x++) for (let y = 4; y < 50; y++) if (at(x, y)[0]! < 128) ink++;
    assert.ok(ink > 100, `${ink} dark pixels`);
  });

  it("says which shape it expects", async () => {
    await assert.rejects(
      imagesToPng(tf.ones([2, 28, 28, 3])),
      /expected images of shape \[B, H, W, 1\], got \[2, 28, 28, 3\]/,
    );
  });
});
