import type { Locator } from "playwright-core";

/** What a picture on the page shows. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** How many different colours it has. */
  readonly colours: number;
  /** Which share of its pixels is neither white nor transparent. */
  readonly painted: number;
}

/** Looks at the pixels of every <img> below an element, once they have loaded. */
export async function pictures(parent: Locator): Promise<Picture[]> {
  return await parent.locator("img").evaluateAll(async (images) => {
    const found = [];
    for (const image of images as HTMLImageElement[]) {
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [width, height];
      const context = canvas.getContext("2d")!;
      context.drawImage(image, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
      const painted = pixels.filter((pixel) => pixel !== 0xffffffff && pixel >>> 24 !== 0).length;
      found.push({ width, height, colours: new Set(pixels).size, painted: painted / pixels.length });
    }
    return found;
  });
}
