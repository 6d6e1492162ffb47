import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

const root = resolve(__dirname, "..");
const tool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
};
const sources = (room: string) =>
  readdirSync(join(root, room), { recursive: true })
    .map((name) => join(room, String(name)))
    .filter((name) => name.endsWith(".ts") && statSync(join(root, name)).isFile());
const importsOf = (file: string) =>
  [...readFileSync(join(root, file), "utf8").matchAll(/(?:from|import|require)\s*\(?\s*"([^"]+)"/g)].map(
    ([, name]) => name!,
  );

describe("the project", () => {
  it("type-checks", () => tool("node_modules/typescript/bin/tsc", "-p", ".", "--noEmit"));
  it("lints without a warning", () => tool("node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"));
  it("is formatted", () => tool("node_modules/prettier/bin/prettier.cjs", "--check", "."));
});

describe("the rooms", () => {
  it("lib imports engine in one place only", () => {
    const doors = sources("lib").filter((file) => importsOf(file).some((name) => name.includes("engine")));
    assert.deepEqual(doors, ["lib/backend.ts"]);
  });
  it("lib does not import kernel-setup", () => {
    for (const file of sources("lib"))
      assert.ok(!importsOf(file).some((name) => name.includes("kernel-setup")), file);
  });
  for (const room of ["engine", "kernel-setup"]) {
    it(`${room} does not import lib`, () => {
      const files = sources(room);
      assert.ok(files.length > 5);
      for (const file of files)
        assert.ok(!importsOf(file).some((name) => /(^|\/)\.\.\/lib(\/|$)/.test(name)), file);
    });
  }
});
