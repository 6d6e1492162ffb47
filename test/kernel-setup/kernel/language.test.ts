import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { useKernel } from "./fixture";

describe("language features", () => {
  const fixture = useKernel({
    "notebooks/data.json": '{ "answer": 42 }',
    "node_modules/esm-only/package.json":
      '{ "name": "esm-only", "version": "1.0.0", "type": "module", "exports": "./index.js", "types": "./index.d.ts" }',
    "node_modules/esm-only/index.js":
      "const top = await Promise.resolve(7); export const seven = top; export default class Esm {}",
    "node_modules/esm-only/index.d.ts": "export declare const seven: number; export default class Esm {}",
  });

  async function printed(code: string): Promise<string> {
    return (await fixture.kernel.execute(code)).expectOk().stdout;
  }
  async function resultOf(code: string): Promise<string | undefined> {
    return (await fixture.kernel.execute(code)).expectOk().result;
  }

  it("awaits at the top level, everywhere an expression may be", async () => {
    assert.equal(await resultOf("await (await Promise.resolve(Promise.resolve(5)))"), "5");
    assert.equal(await resultOf("const awaited = await (async () => 6)(); awaited"), "6");
    assert.equal(
      await resultOf("[await (7), (await Promise.resolve({ a: 8 })).a, `${await Promise.resolve(9)}`]"),
      "[ 7, 8, '9' ]",
    );
    assert.equal(
      await resultOf("let chosen = 0; if (await Promise.resolve(true)) chosen = await (10); chosen"),
      "10",
    );
  });

  it("iterates with for await", async () => {
    const code = `async function* numbers() { yield 1; yield 2; }
      for await (const n of numbers()) console.log(n);
      for await (const n of [Promise.resolve(3)]) console.log(n);`;
    assert.equal(await printed(code), "1\n2\n3\n");
  });

  it("disposes with using and await using, in reverse order, also after an error", async () => {
    const code = `class Resource {
        constructor(private name: string) {}
        [Symbol.dispose]() { console.log("disposed", this.name) }
        async [Symbol.asyncDispose]() { await null; console.log("disposed later", this.name) }
      }
      { using a = new Resource("a"); await using b = new Resource("b"); console.log("inside"); }
      try { using c = new Resource("c"); throw new Error("x"); } catch { console.log("caught"); }`;
    assert.equal(await printed(code), "inside\ndisposed later b\ndisposed a\ndisposed c\ncaught\n");
  });

  it("applies standard decorators", async () => {
    const code = `function logged<T extends (...args: any[]) => any>(method: T, { name }: ClassMethodDecoratorContext): T {
        return function (this: any, ...args: any[]) { console.log("call", String(name)); return method.apply(this, args) } as T;
      }
      function named(_: unknown, context: ClassDecoratorContext) { console.log(context.kind, context.name) }
      @named class Decorated { @logged run() { return 1 } accessor field = 2 }
      console.log(new Decorated().run() + new Decorated().field);`;
    assert.equal(await printed(code), "class Decorated\ncall run\n3\n");
  });

  it("knows the notebook's folder", async () => {
    const { notebooks } = fixture.project;
    assert.equal(await resultOf("__dirname"), `'${notebooks}'`);
    assert.equal(await resultOf("process.cwd()"), `'${notebooks}'`);
    const url = (await resultOf("import.meta.url"))!.slice(1, -1);
    assert.ok(url.startsWith(`${pathToFileURL(notebooks).href}/`), url);
    assert.equal(
      await resultOf(
        "import { readFileSync } from 'node:fs'; readFileSync(new URL('data.json', import.meta.url), 'utf8')",
      ),
      `'{ "answer": 42 }'`,
    );
    assert.equal(await resultOf("require('node:path').join(__dirname, 'x')"), `'${join(notebooks, "x")}'`);
  });

  it("imports JSON, packages of both module systems, and dynamically", async () => {
    assert.equal(await resultOf('import data from "./data.json"; data.answer.toFixed(1)'), "'42.0'");
    assert.equal(
      await resultOf(
        'import { seven } from "esm-only"; import Esm from "esm-only"; [seven, new Esm().constructor.name]',
      ),
      "[ 7, 'Esm' ]",
    );
    assert.equal(await resultOf('import ts, { version } from "typescript"; ts.version === version'), "true");
    assert.equal(await resultOf('const { seven: lazy } = await import("esm-only"); lazy'), "7");
    assert.equal(await resultOf('import fs = require("node:fs"); typeof fs.readFileSync'), "'function'");
    assert.equal(
      await resultOf(
        'import type { Stats } from "node:fs"; const stats: Stats | undefined = undefined; stats',
      ),
      undefined,
    );
  });

  it("keeps the meaning of every kind of loop", async () => {
    const code = `const out: unknown[] = [];
      outer: for (let i = 0; i < 3; i++) { for (let j = 0; j < 3; j++) { if (j === 1) continue outer; if (i === 2) break outer; out.push(i * 10 + j) } }
      const closures: (() => number)[] = []; for (let i = 0; i < 3; i++) closures.push(() => i); out.push(closures.map((f) => f()));
      for (const k in { a: 1, b: 2 }) out.push(k);
      let n = 3; while (n --> 0) if (n === 1) continue; else out.push(n);
      do n++; while (n < 5);
      if (n > 4) for (const x of [n]) out.push(x); else for (;;);
      function* gen() { for (let i = 0; ; i++) { const sent: unknown = yield i; if (sent) return sent } }
      const g = gen(); g.next(); g.next(); out.push(g.next("end").value);
      const label = "a"; block: { if (label) break block; out.push("never") }
      class Static { static sum = 0; static { for (const x of [1, 2, 3]) Static.sum += x } } out.push(Static.sum);
      const object = { async *[Symbol.asyncIterator]() { for (const x of [1, 2]) yield x }, get half() { for (const x of [4]) return x / 2; return 0 } };
      for await (const x of object) out.push(x); out.push(object.half);
      var hoisted = typeof later; function later() {} out.push(hoisted);
      for (const f of [function (this: any) { for (;;) return this }, () => { for (;;) return arguments.length }]) out.push(typeof f);
      console.log(JSON.stringify(out));`.replace("return arguments.length", "return 0");
    assert.equal(
      await printed(code),
      '[0,10,[0,1,2],"a","b",2,0,5,"end",6,1,2,2,"function","function","function"]\n',
    );
  });

  it("has enums, namespaces, private fields, overloads, satisfies and const type parameters", async () => {
    const code = `enum Colour { Red = 1, Green } const enum Fast { One = 1 }
      namespace Geometry { export const pi = 3; export function area(r: number) { return pi * r * r } }
      class Counter { #n = 0; static #made = 0; constructor() { Counter.#made++ } up() { return ++this.#n } static made() { return Counter.#made } }
      function over(a: string): string; function over(a: number): number; function over(a: any) { return a }
      const config = { a: 1 } satisfies Record<string, number>;
      function tuple<const T>(x: T): T { return x }
      console.log(Colour[2], Fast.One, Geometry.area(2), new Counter().up(), Counter.made(), over(1), config.a, tuple([1, 2]).length);`;
    assert.equal(await printed(code), "Green 1 12 1 1 1 1 2\n");
  });

  it("runs cells that contain only comments, a directive or a shebang-like text", async () => {
    for (const code of ["// nothing", "/* nothing */", "'use strict';", "", "\n\n", ";"]) {
      assert.equal((await fixture.kernel.execute(code)).reply.status, "ok", code);
    }
  });
});
