import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${line(i)}\n`).join("");
}

describe("much output", () => {
  const fixture = useKernel();

  it("delivers 5,000 lines printed in one burst", async () => {
    const cell = await fixture.kernel.execute("for (let i = 0; i < 5000; i++) console.log(`line ${i}`)");
    assert.equal(
      cell.stdout,
      lines(5000, (i) => `line ${i}`),
    );
  });

  it("delivers 5,000 lines written alternately to stdout and stderr", async () => {
    const cell = await fixture.kernel.execute(
      "for (let i = 0; i < 2500; i++) { console.log(i); console.error(`err ${i}`); }",
    );
    assert.equal(cell.stdout, lines(2500, String));
    assert.equal(
      cell.stderr,
      lines(2500, (i) => `err ${i}`),
    );
  });

  it("delivers 3,000 displays of one cell", async () => {
    const cell = await fixture.kernel.execute(
      'import { display } from "tslab"; for (let i = 0; i < 3000; i++) display.html(`<b>${i}</b>`);',
    );
    const shown = cell.all("display_data").map(({ data }) => data?.["text/html"]);
    assert.deepEqual(
      shown,
      Array.from({ length: 3000 }, (_, i) => `<b>${i}</b>`),
    );
  });

  it("finishes 250 small cells, sent at once, each with output, reply and idle", async () => {
    const cells = Array.from({ length: 250 }, (_, i) =>
      fixture.kernel.run(`console.log("cell ${i}"); ${i} + 1`),
    );
    await Promise.all(cells.map((cell) => cell.done(60_000)));
    cells.forEach((cell, i) => {
      assert.equal(cell.stdout, `cell ${i}\n`);
      assert.equal(cell.result, String(i + 1));
    });
  });

  it("delivers 600 asynchronous steps of 3 lines", async () => {
    const cell = await fixture.kernel.execute(`for (let step = 0; step < 600; step++) {
      console.log("step", step);
      await new Promise((done) => setImmediate(done));
      process.stdout.write(\`loss \${step}\\n\`);
      await null;
      console.log("end", step);
    }`);
    const expected = lines(600, (i) => `step ${i}\nloss ${i}\nend ${i}`);
    assert.equal(cell.stdout, expected);
  });

  it("neither loses a line of 20 MB printed at once nor stalls", async () => {
    const cell = await fixture.kernel.execute(
      'for (let i = 0; i < 200_000; i++) console.log(`${String(i).padStart(8, "0")} ${"x".repeat(95)}`)',
      { timeout: 60_000 },
    );
    const printed = cell.stdout;
    assert.equal(printed.length, 200_000 * 105);
    assert.ok(
      printed === lines(200_000, (i) => `${String(i).padStart(8, "0")} ${"x".repeat(95)}`),
      "the lines differ",
    );
    assert.equal((await fixture.kernel.execute("'next'")).result, "'next'");
  });

  it("delivers one string of 20 MB, and characters of several bytes in pieces", async () => {
    const long = await fixture.kernel.execute("process.stdout.write('é😀'.repeat(3_400_000))", {
      timeout: 60_000,
    });
    assert.equal(long.stdout.length, 3 * 3_400_000);
    assert.ok(!long.stdout.includes("\uFFFD"));
    const bytes = await fixture.kernel.execute(
      "for (const byte of Buffer.from('€😀')) process.stdout.write(Buffer.of(byte)); console.log()",
    );
    assert.equal(bytes.stdout, "€😀\n");
  });

  it("delivers one display of 20 MB", async () => {
    const cell = await fixture.kernel.execute(
      "import { display } from 'tslab'; display.raw('text/plain', 'y'.repeat(20_000_000))",
      { timeout: 60_000 },
    );
    const [shown] = cell.expectOk().all("display_data");
    assert.equal((shown!.data!["text/plain"] as string).length, 20_000_000);
  });
});
