import assert from "node:assert/strict";
import { it } from "node:test";
import type { NotebookPage } from "./notebook-page";
import { pictures } from "./pictures";
import { screenshot } from "./screenshots";
import { writeNotebook, type Session } from "./session";

const path = "notebooks/kernel.ipynb";
const cells = {
  prints: 'console.log("to stdout");\nconsole.error("to stderr");\nprocess.stdout.write("no newline")',
  value: "const six: number = 6;\nsix * 7",
  html: 'import { display } from "tslab";\ndisplay.html("<b id=bold>bold</b> text")',
  picture: `import { createCanvas } from "@napi-rs/canvas";
const canvas = createCanvas(60, 40);
const context = canvas.getContext("2d");
context.fillStyle = "red";
context.fillRect(0, 0, 30, 40);
display({ "image/png": canvas.toBuffer("image/png").toString("base64"), "text/plain": "[red]" })`,
  updates: `for (let i = 1; i <= 20; i++) {
  display({ "text/plain": "step " + i }, { displayId: "steps", update: i > 1 } as object);
  await new Promise((resolve) => setTimeout(resolve, 100));
}`,
  lines: 'for (let i = 1; i <= 5000; i++) console.log("line " + i)',
  throws: 'function fails() {\n  throw new RangeError("too small");\n}\nfails()',
  typeError: 'const text: number = "no number"',
  awaits: `let rounds = 0;
while (true) {
  rounds++;
  await new Promise((resolve) => setTimeout(resolve, 10));
}`,
  spins: "let spun = 0;\nawait null;\nwhile (true) spun++;",
  after: "`rounds ${rounds > 0}, spun ${spun > 0}`",
  reading: "const rootOfTwo = Math.sqrt(2);\nrootOfTwo",
};
type CellName = keyof typeof cells;
const names = Object.keys(cells) as CellName[];
const at = (name: CellName) => names.indexOf(name);

/** What any TypeScript notebook does: outputs, errors, interrupts, completion. */
export function kernelTests(session: Session): void {
  let notebook: NotebookPage;
  const shot = (name: string) => screenshot(notebook.page, `kernel-${session.frontEnd.name}-${name}`);

  it("opens a notebook", async () => {
    writeNotebook(session.root, path, Object.values(cells));
    notebook = await session.open(path);
    assert.deepEqual((await notebook.sources()).slice(0, names.length), Object.values(cells));
  });

  it("prints, and shows a value", async () => {
    await notebook.run(at("prints"));
    const printed = await notebook.outputText(at("prints"));
    for (const text of ["to stdout", "to stderr", "no newline"]) assert.ok(printed.includes(text), printed);
    await notebook.run(at("value"));
    assert.match(await notebook.outputText(at("value")), /\[2\]:\s*42/);
  });

  it("shows HTML and pictures", async () => {
    await notebook.run(at("html"));
    assert.equal(await (await notebook.outputs(at("html"))).locator("b#bold").innerText(), "bold");
    await notebook.run(at("picture"));
    const [picture, ...others] = await pictures(await notebook.outputs(at("picture")));
    assert.equal(others.length, 0);
    assert.deepEqual(picture, { width: 60, height: 40, colours: 2, painted: 0.5 });
    await shot("outputs");
  });

  it("updates an output in place", async () => {
    const started = await notebook.start(at("updates"));
    const seen = new Set<string>();
    await notebook.until("three updates", 10, async () => {
      const text = await notebook.outputText(at("updates"));
      for (const step of text.match(/step \d+/g) ?? []) seen.add(step);
      return seen.size >= 3;
    });
    await started.finished();
    await notebook.until("the last update", 5, async () =>
      (await notebook.outputText(at("updates"))).includes("step 20"),
    );
    assert.equal((await notebook.outputText(at("updates"))).match(/step/g)?.length, 1);
  });

  it("brings all of 5,000 lines", async () => {
    await notebook.run(at("lines"));
    const lines = (await (await notebook.outputs(at("lines"))).textContent())?.match(/line \d+/g);
    assert.equal(lines?.length, 5000);
    assert.equal(lines.at(-1), "line 5000");
  });

  it("shows errors with the cell's own lines, and goes on", async () => {
    await notebook.run(at("throws"));
    const thrown = await notebook.outputText(at("throws"));
    assert.match(thrown, /RangeError: too small/);
    assert.match(thrown, /fails[^\n]*:2:/);
    await notebook.run(at("typeError"));
    assert.match(await notebook.outputText(at("typeError")), /not assignable to type 'number'/);
    await shot("errors");
    await notebook.run(at("value"));
    assert.match(await notebook.outputText(at("value")), /42/);
  });

  for (const name of ["awaits", "spins"] as const) {
    it(`stops a loop that ${name}`, async () => {
      const started = await notebook.start(at(name));
      await notebook.until("the cell to run", 10, async () => !(await notebook.kernelIsIdle()));
      await notebook.page.waitForTimeout(300);
      await notebook.interrupt();
      await started.finished({ seconds: 10 });
      assert.match(await notebook.outputText(at(name)), /interrupt/i);
    });
  }

  it("keeps the variables of interrupted cells", async () => {
    await notebook.run(at("after"));
    assert.match(await notebook.outputText(at("after")), /rounds true, spun true/);
  });

  it("runs an edited cell", async () => {
    await notebook.write(at("value"), "const seven = 7;\nseven * 7");
    await notebook.run(at("value"));
    assert.match(await notebook.outputText(at("value")), /49/);
  });

  it("completes and explains", async () => {
    await notebook.write(at("reading"), "Math.si");
    await notebook.page.keyboard.press("Control+End");
    const offers = await notebook.completions();
    for (const name of ["sign", "sin", "sinh"]) assert.ok(offers.includes(name), offers.join());
    await notebook.write(at("reading"), "const rootOfTwo = Math.sqrt");
    await notebook.page.keyboard.press("Control+End");
    assert.match(await notebook.tooltip(), /sqrt\(x: number\): number/);
  });
}
