import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plain, useKernel } from "./fixture";

describe("inspect", () => {
  const fixture = useKernel();

  /** Inspects the name at the bar. */
  async function inspect(code: string) {
    const [before = "", after = ""] = code.split("|");
    const content = { code: before + after, cursor_pos: [...before].length, detail_level: 0 };
    const { reply } = await fixture.kernel.request("shell", "inspect_request", content);
    assert.equal(reply.status, "ok");
    const data = reply.data as Record<string, string>;
    return { found: reply.found, text: plain(data["text/plain"]), markdown: data["text/markdown"] ?? "" };
  }

  it("shows types and documentation, as text and as markdown", async () => {
    await fixture.kernel.execute(
      "/** Adds two numbers.\n * @param a the first */\nfunction add(a: number, b = 1): number { return a + b }",
    );
    const { found, text, markdown } = await inspect("ad|d(1)");
    assert.equal(found, true);
    for (const shown of [text, markdown]) {
      assert.match(shown, /add\(a: number, b\?: number\): number/);
      assert.match(shown, /Adds two numbers\./);
    }
    assert.match(markdown, /```(ts|typescript)\n/);
  });

  it("shows the type of a variable of an earlier cell, of this cell and of the library", async () => {
    await fixture.kernel.execute("const shapes = [[1, 2], [3]];");
    assert.match((await inspect("shap|es")).text, /shapes: number\[\]\[\]/);
    assert.match((await inspect("const own = 'x';\now|n")).text, /own: "x"/);
    assert.match((await inspect("Math.sq|rt(2)")).text, /sqrt\(x: number\): number/);
  });

  it("finds the name also right behind it, and behind characters of two units", async () => {
    assert.match((await inspect("const e = '😀'; Math.sqrt|")).text, /sqrt/);
  });

  it("says that it found nothing", async () => {
    for (const code of ["  |  ", "1 +| 2", "|", "noSuchName|"])
      assert.equal((await inspect(code)).found, false, code);
  });
});
