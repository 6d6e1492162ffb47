import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

describe("completion", () => {
  const fixture = useKernel();

  /** Completes `code` at the bar. Positions count characters (code points), as the protocol says. */
  async function complete(code: string) {
    const [before = "", after = ""] = code.split("|");
    const content = { code: before + after, cursor_pos: [...before].length };
    const { reply } = await fixture.kernel.request("shell", "complete_request", content);
    assert.equal(reply.status, "ok");
    const [start, end] = [reply.cursor_start as number, reply.cursor_end as number];
    return {
      matches: reply.matches as string[],
      replaced: [...content.code].slice(start, end).join(""),
      start,
    };
  }

  it("offers members, and tells what they replace", async () => {
    const { matches, replaced } = await complete("Math.sq|");
    assert.ok(matches.includes("sqrt"));
    assert.equal(replaced, "sq");
    assert.deepEqual((await complete("JSON.|")).matches.sort(), ["parse", "stringify"]);
  });

  it("offers names of earlier cells with their members", async () => {
    await fixture.kernel.execute(
      "const settings = { learningRate: 0.1, latentDim: 100 }; function measure(a: number) { return a }",
    );
    assert.ok((await complete("sett|")).matches.includes("settings"));
    assert.ok((await complete("meas|")).matches.includes("measure"));
    assert.deepEqual((await complete("settings.l|")).matches.sort(), ["latentDim", "learningRate"]);
  });

  it("completes in the middle of a cell of several lines", async () => {
    const { matches, replaced } = await complete("const list = [1, 2];\nlist.ma|;\nlist.length");
    assert.ok(matches.includes("map"));
    assert.equal(replaced, "ma");
  });

  it("counts positions in characters, not in UTF-16 units", async () => {
    const { matches, replaced, start } = await complete("const s = '😀😀'; Math.sq|");
    assert.ok(matches.includes("sqrt"));
    assert.equal(replaced, "sq");
    assert.equal(start, [..."const s = '😀😀'; Math."].length);
  });

  it("offers names of node and of packages", async () => {
    assert.ok((await complete("process.vers|")).matches.includes("version"));
    await fixture.kernel.execute('import * as path from "node:path";');
    assert.ok((await complete("path.jo|")).matches.includes("join"));
  });

  it("offers nothing, and does not fail, where nothing fits", async () => {
    assert.deepEqual((await complete("'in a string |'")).matches, []);
    await complete("|");
    await complete("const const |");
  });
});
