import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import vm from "node:vm";
import type { TypeScript } from "./compiler/typescript-internals";
import { versions } from "./kernel-info";

let script: vm.Script | undefined;

/** Compiled code belongs to one version of TypeScript, Node.js and the processor's kind. */
function cachePath(): string {
  const modules = dirname(dirname(dirname(require.resolve("typescript"))));
  return join(
    modules,
    ".cache",
    "tslab-gan",
    `typescript-${versions.typescript}-node-${versions.node}-${process.arch}.bin`,
  );
}

/**
 * Loads TypeScript as `require` does, but keeps V8's compiled code between sessions: that halves the time, and what
 * the first cell takes.
 */
export function loadTypeScript(): TypeScript {
  const filename = require.resolve("typescript");
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, "utf8")}\n})`;
  const cachedData = readCache();
  script = new vm.Script(source, { filename, ...(cachedData ? { cachedData } : {}) });
  const isFresh = cachedData !== undefined && script.cachedDataRejected !== true;
  const module = new Module(filename);
  // A cell that imports TypeScript gets this one, and not another 60 MB.
  require.cache[filename] = module;
  const load = script.runInThisContext() as (...args: unknown[]) => void;
  load.call(module.exports, module.exports, createRequire(filename), module, filename, dirname(filename));
  module.loaded = true;
  if (isFresh) script = undefined;
  return module.exports as TypeScript;
}

/** Keeps what was compiled so far, if that is worth it. To be called when there is nothing else to do. */
export function saveCompiledTypeScript(): void {
  if (!script) return;
  const data = script.createCachedData();
  script = undefined;
  const path = cachePath();
  try {
    mkdirSync(dirname(path), { recursive: true });
    // In one step: another kernel may be reading.
    const part = `${path}.${process.pid}`;
    writeFileSync(part, data);
    renameSync(part, path);
  } catch {
    // A read-only installation works without.
  }
}

function readCache(): Buffer | undefined {
  try {
    return readFileSync(cachePath());
  } catch {
    return undefined;
  }
}
