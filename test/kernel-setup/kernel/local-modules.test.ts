import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plain, useKernel } from "./fixture";

const counted = (name: string) =>
  `(globalThis as any).loads ??= {}; (globalThis as any).loads["${name}"] = ((globalThis as any).loads["${name}"] ?? 0) + 1;\n`;
const countedJs = (name: string) => counted(name).replaceAll(" as any", "");

describe("local modules", () => {
  const fixture = useKernel({
    "package.json":
      '{ "name": "project", "imports": { "#engine": { "types": "./engine/index.d.ts", "default": "./engine/index.js" } } }',
    "engine/index.js": `${countedJs("#engine")}exports.speed = 1;`,
    "engine/index.d.ts": "export declare const speed: number;",
    "node_modules/counted/package.json":
      '{ "name": "counted", "version": "1.0.0", "main": "index.js", "types": "index.d.ts" }',
    "node_modules/counted/index.js": `${countedJs("counted")}exports.identity = {};`,
    "node_modules/counted/index.d.ts": "export declare const identity: object;",
    "lib/index.ts": `${counted("index")}export * from "./middle"; export { untouched } from "./untouched";`,
    "lib/middle.ts": `${counted("middle")}import { leaf } from "./leaf"; import { identity } from "counted"; import { speed } from "#engine";
export function middle(n: number): string { return \`middle \${n} \${leaf} \${speed}\`; }
export { identity };`,
    "lib/leaf.ts": `${counted("leaf")}export const leaf: string = "one";`,
    "lib/untouched.ts": `${counted("untouched")}export const untouched = { state: 0 };`,
    "lib/fails.ts":
      "export interface Removed { a: number }\n\nexport function fails(): never {\n  throw new Error('in the module');\n}\n",
    "lib/ill-typed.ts": "export const fine = 1;\nexport const wrong: number = 'text';\n",
    "lib/circle-a.ts":
      'import { b } from "./circle-b"; export const a = () => "a"; export const both = () => a() + b();',
    "lib/circle-b.ts": 'import { a } from "./circle-a"; export const b = () => "b" + a();',
    "lib/place.ts": "export const dir = __dirname; export const file = __filename;",
  });
  const importCell = 'import { middle, untouched, identity } from "../lib";';

  async function resultOf(code: string): Promise<string | undefined> {
    return (await fixture.kernel.execute(code)).expectOk().result;
  }
  async function loads(): Promise<Record<string, number>> {
    return JSON.parse((await resultOf("JSON.stringify((globalThis as any).loads)"))!.slice(1, -1)) as Record<
      string,
      number
    >;
  }

  it("imports TypeScript from beside the notebook's folder, type-checked", async () => {
    const first = (await fixture.kernel.execute(`${importCell} middle(1)`)).expectOk();
    assert.equal(first.result, "'middle 1 one 1'");
    assert.equal(first.stdout + first.stderr, "", "nothing was reloaded");
    const wrong = await fixture.kernel.execute("middle('1')");
    assert.match(wrong.reply.evalue!, /'string' is not assignable to parameter of type 'number'/);
    assert.equal(
      (await fixture.kernel.execute('import { noSuchExport } from "../lib";')).reply.status,
      "error",
    );
    const missing = await fixture.kernel.execute('import { x } from "../lib/missing";');
    assert.match(missing.reply.evalue!, /missing/);
  });

  it("keeps modules and their state when nothing has changed", async () => {
    await fixture.kernel.execute("untouched.state = 5; const identityBefore = identity;");
    const again = (await fixture.kernel.execute(importCell)).expectOk();
    assert.equal(again.stdout + again.stderr, "");
    assert.equal(await resultOf("untouched.state"), "5");
    assert.deepEqual(await loads(), { index: 1, middle: 1, leaf: 1, untouched: 1, counted: 1, "#engine": 1 });
  });

  it("reloads a changed file and what depends on it, nothing else, and says so in one line", async () => {
    fixture.project.write("lib/leaf.ts", `${counted("leaf")}export const leaf: string = "two";`);
    const again = (await fixture.kernel.execute(importCell)).expectOk();
    const said = (again.stdout + again.stderr).trimEnd();
    assert.equal(said.split("\n").length, 1, said);
    assert.match(said, /reload/i);
    assert.match(said, /lib\/leaf\.ts/);
    assert.equal(await resultOf("middle(2)"), "'middle 2 two 1'");
    assert.equal(await resultOf("[untouched.state, identity === identityBefore]"), "[ 5, true ]");
    assert.deepEqual(await loads(), { index: 2, middle: 2, leaf: 2, untouched: 1, counted: 1, "#engine": 1 });
  });

  it("checks types against the changed file", async () => {
    fixture.project.write("lib/leaf.ts", "export const leaf: string = 'three'; export const added = 3;");
    fixture.project.write(
      "lib/index.ts",
      'export * from "./middle"; export * from "./leaf"; export { untouched } from "./untouched";',
    );
    assert.equal(
      await resultOf('import { added, middle } from "../lib"; [added.toFixed(), middle(3)]'),
      "[ '3', 'middle 3 three 1' ]",
    );
    fixture.project.write("lib/leaf.ts", "export const leaf: string = 'four';");
    const gone = await fixture.kernel.execute('import { added } from "../lib";');
    assert.match(gone.reply.evalue ?? "", /added/);
  });

  it("recovers from a file with an error", async () => {
    fixture.project.write("lib/leaf.ts", "export const leaf: string = ;");
    const broken = await fixture.kernel.execute(importCell);
    assert.equal(broken.reply.status, "error");
    assert.match(plain(broken.reply.traceback), /lib\/leaf\.ts:1:29|lib\/leaf\.ts.1.29/);
    fixture.project.write(
      "lib/leaf.ts",
      "export const leaf: string = 'five'; if (Math.PI > 3) throw new Error('while loading');",
    );
    const thrown = await fixture.kernel.execute(importCell);
    assert.equal(thrown.reply.evalue, "while loading");
    assert.match(plain(thrown.reply.traceback), /lib\/leaf\.ts:1/);
    fixture.project.write("lib/leaf.ts", "export const leaf: string = 'six';");
    assert.equal(await resultOf(`${importCell} middle(6)`), "'middle 6 six 1'");
  });

  it("finds a file that is new, and an import by its .js name", async () => {
    fixture.project.write("lib/added-later.ts", "export const late = 'late';");
    assert.equal(await resultOf('import { late } from "../lib/added-later"; late'), "'late'");
    fixture.project.write(
      "lib/index.ts",
      'export * from "./middle.js"; export { untouched } from "./untouched"; export { late } from "./added-later.js";',
    );
    assert.equal(await resultOf('import { late as viaIndex } from "../lib/index.js"; viaIndex'), "'late'");
  });

  it("loads dynamically imported and required modules of the newest version", async () => {
    fixture.project.write("lib/dynamic.ts", "export const version: number = 1;");
    assert.equal(await resultOf('(await import("../lib/dynamic")).version'), "1");
    fixture.project.write("lib/dynamic.ts", "export const version: number = 22;");
    assert.equal(await resultOf('(await import("../lib/dynamic")).version'), "22");
  });

  it("shows file and line of an error in a module, and the cell's line", async () => {
    const cell = await fixture.kernel.execute('import { fails } from "../lib/fails";\n\nfails();');
    const text = plain(cell.reply.traceback);
    assert.equal(cell.reply.evalue, "in the module");
    assert.match(text, /lib\/fails\.ts:4:9/);
    assert.match(text, /:3:1\b/);
    assert.doesNotMatch(text, /dist.kernel-setup|node:internal/);
  });

  it("reports a type error in a module with its file and line", async () => {
    const cell = await fixture.kernel.execute('import { fine } from "../lib/ill-typed"; fine');
    assert.equal(cell.reply.status, "error");
    assert.match(plain(cell.reply.traceback), /lib\/ill-typed\.ts\D*2:14/);
    assert.match(plain(cell.reply.traceback), /TS2322|2322/);
  });

  it("says that a module cannot await at its top level, and loads it when it does no more", async () => {
    const importCell = 'import { late } from "../lib/awaits"; late';
    for (const code of [
      "export const late = await Promise.resolve('late');",
      "export let late = ''; for await (const text of ['late']) late = text;",
    ]) {
      fixture.project.write("lib/awaits.ts", code);
      const { reply } = await fixture.kernel.execute(importCell);
      assert.equal(reply.status, "error");
      assert.match(reply.evalue!, /lib\/awaits\.ts awaits at its top level/);
    }
    fixture.project.write(
      "lib/awaits.ts",
      "export const late = (async () => await Promise.resolve('late'))();",
    );
    assert.equal(await resultOf(importCell), "'late'");
  });

  it("loads circular imports, and gives modules their own folder", async () => {
    assert.equal(await resultOf('import { both } from "../lib/circle-a"; both()'), "'aba'");
    const { folder } = fixture.project;
    assert.equal(
      await resultOf('import { dir, file } from "../lib/place"; [dir, file].join()'),
      `'${folder}/lib,${folder}/lib/place.ts'`,
    );
  });
});
