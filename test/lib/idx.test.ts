import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseIdx } from "../../lib/idx";

const idx = (rank: number, shape: number[], size: number, magic = [0, 0, 8, rank]) => {
  const bytes = Buffer.alloc(4 + 4 * shape.length + size);
  bytes.set(magic);
  shape.forEach((dimension, i) => bytes.writeUInt32BE(dimension, 4 + 4 * i));
  return bytes;
};

describe("IDX files", () => {
  it("gives shape and bytes", () => {
    const { shape, data } = parseIdx(idx(3, [2, 3, 4], 24), "images", 3);
    assert.deepEqual([shape, data.length], [[2, 3, 4], 24]);
  });
  it("refuses an empty file", () =>
    assert.throws(() => parseIdx(Buffer.alloc(0), "images", 3), /images: not an IDX file: 0 bytes/));
  it("refuses a truncated file", () =>
    assert.throws(
      () => parseIdx(idx(3, [2, 3, 4], 23), "images", 3),
      /announces \[2, 3, 4\], that is 40 bytes, the file has 39/,
    ));
  it("refuses a longer file", () =>
    assert.throws(() => parseIdx(idx(1, [2], 3), "labels", 1), /the file has 11/));
  it("refuses labels in the place of images", () =>
    assert.throws(() => parseIdx(idx(1, [40], 40), "images", 3), /begins with 00000801, not 00000803/));
  it("refuses another format", () =>
    assert.throws(
      () => parseIdx(Buffer.from("<!doctype html><html></html>"), "images", 3),
      /not an IDX file/,
    ));
});
