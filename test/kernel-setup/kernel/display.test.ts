import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

describe("display", () => {
  const fixture = useKernel();

  async function shown(code: string) {
    const cell = await fixture.kernel.execute(
      `import * as tslab from "tslab"; import { display } from "tslab";\n${code}`,
    );
    return cell.expectOk();
  }

  it("has stock tslab's functions for the usual types", async () => {
    const bytes = "new Uint8Array([137, 80, 78, 71])";
    const base64 = Buffer.from([137, 80, 78, 71]).toString("base64");
    const cases: [string, string, string][] = [
      ["display.html('<i>x</i>')", "text/html", "<i>x</i>"],
      ["display.markdown('*x*')", "text/markdown", "*x*"],
      ["display.svg('<svg/>')", "image/svg+xml", "<svg/>"],
      ["display.text('x')", "text/plain", "x"],
      ["display.latex('$x$')", "text/latex", "$x$"],
      ["display.javascript('1')", "text/javascript", "1"],
      [`display.png(${bytes})`, "image/png", base64],
      [`display.jpeg(${bytes})`, "image/jpeg", base64],
      [`display.gif(${bytes})`, "image/gif", base64],
      [`display.pdf(${bytes})`, "application/pdf", base64],
      ["display.raw('application/x-own', 'x')", "application/x-own", "x"],
    ];
    for (const [code, type, content] of cases) {
      assert.equal((await shown(code)).all("display_data")[0]?.data?.[type], content, code);
    }
  });

  it("sends several MIME types, metadata and an id in one output", async () => {
    const cell = await shown(
      `display({ "text/html": "<b>1</b>", "text/plain": "1" }, { displayId: "one", metadata: { "text/html": { isolated: true } } })`,
    );
    const [output] = cell.all("display_data");
    assert.deepEqual(output!.data, { "text/html": "<b>1</b>", "text/plain": "1" });
    assert.deepEqual(output!.metadata, { "text/html": { isolated: true } });
    assert.equal(output!.transient?.display_id, "one");
  });

  it("shows a value in its rich form, or as text", async () => {
    const rich = await shown(`display({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<p/>" }) })`);
    assert.equal(rich.all("display_data")[0]!.data!["text/html"], "<p/>");
    const plain = await shown("display([1, 2])");
    assert.equal(plain.all("display_data")[0]!.data!["text/plain"], "[ 1, 2 ]");
  });

  it("updates an output in place", async () => {
    const cell = await shown(
      `const output = tslab.newDisplay(); output.text("first"); output.text("second"); output.html("<b>third</b>");`,
    );
    const [first] = cell.all("display_data");
    const updates = cell.all("update_display_data");
    assert.equal(cell.all("display_data").length, 1);
    assert.equal(first!.data!["text/plain"], "first");
    assert.equal(updates.length, 2);
    assert.ok(first!.transient?.display_id);
    for (const update of updates) assert.equal(update.transient?.display_id, first!.transient.display_id);
    assert.equal(updates[1]!.data!["text/html"], "<b>third</b>");
  });

  it("clears a cell's output, at once or with the next one", async () => {
    const cell = await shown(`console.log("gone"); display.clear(); display.clear(true);`);
    assert.deepEqual(cell.all("clear_output"), [{ wait: false }, { wait: true }]);
    assert.ok(cell.types.indexOf("stream") < cell.types.indexOf("clear_output"));
  });

  it("shows an array of records as a table, its texts escaped", async () => {
    const cell = await shown("display.table([{ epoch: 1, loss: 0.5 }, { epoch: 2, loss: '<0.25>' }])");
    const html = String(cell.all("display_data")[0]!.data!["text/html"]);
    assert.match(html, /<table/);
    for (const text of ["epoch", "loss", "0.5", "&lt;0.25"]) assert.ok(html.includes(text), text);
  });

  it("serves libraries through globalThis[Symbol.for('tslab.kernel')], with the cell's id, count and code", async () => {
    const code = `const kernel = (globalThis as any)[Symbol.for("tslab.kernel")];
kernel.display({ "text/plain": "first" }, { displayId: "from a library" });
kernel.display({ "text/plain": "second" }, { displayId: "from a library", update: true });
kernel.clearOutput(true);
console.log(JSON.stringify({ ...kernel.cell, id: kernel.cell.id, executionCount: kernel.cell.executionCount, code: kernel.cell.code }));
const answer = 42; kernel.lookup("answer")`;
    const cell = await fixture.kernel.execute(code, { metadata: { cellId: "the-cell" } });
    assert.equal(cell.expectOk().all("display_data")[0]!.transient?.display_id, "from a library");
    assert.deepEqual(cell.all("update_display_data")[0]!.data, { "text/plain": "second" });
    assert.deepEqual(cell.all("clear_output"), [{ wait: true }]);
    assert.deepEqual(JSON.parse(cell.stdout), {
      id: "the-cell",
      executionCount: cell.reply.execution_count,
      code,
    });
    assert.equal(cell.result, "42");
    const unknown = await fixture.kernel.execute(
      "const { lookup } = kernel; [lookup('answer'), lookup('noSuchName'), lookup('toString')]",
    );
    assert.equal(unknown.expectOk().result, "[ 42, undefined, undefined ]");
  });
});
