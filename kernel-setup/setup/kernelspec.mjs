// @ts-check
import { join } from "node:path";
import { readJson, writeAtomically } from "./files.mjs";

/**
 * The kernelspec `tslab` in the project's own .jupyter folder; the user's global folders stay untouched.
 * @param {string} root
 * @returns {import("./main.mjs").Step}
 */
export function kernelspecStep(root) {
  const file = join(root, ".jupyter", "kernels", "tslab", "kernel.json");
  const text = () => `${JSON.stringify(kernelspec(root), null, 2)}\n`;
  return {
    name: "kernel",
    check() {
      const there = readJson(file);
      if (there === undefined) return "registering it in .jupyter";
      return `${JSON.stringify(there, null, 2)}\n` === text()
        ? undefined
        : "registering it anew in .jupyter, as Node or the project's folder has changed";
    },
    run() {
      writeAtomically(file, text());
      return Promise.resolve("registered as tslab, “TypeScript (tslab-gan)”");
    },
    state: () => "registered",
  };
}

/** @param {string} root */
function kernelspec(root) {
  return {
    argv: [process.execPath, join(root, "dist", "kernel-setup", "kernel", "main.js"), "{connection_file}"],
    display_name: "TypeScript (tslab-gan)",
    language: "typescript",
    interrupt_mode: "message",
  };
}
