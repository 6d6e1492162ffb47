// @ts-check
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { readJson, writeAtomically } from "./files.mjs";

/**
 * The kernelspec `tslab` in the project's own .jupyter folder; the user's global folders stay untouched.
 * @param {string} root
 * @returns {import("./main.mjs").Step}
 */
export function kernelspecStep(root) {
  const file = join(root, ".jupyter", "kernels", "tslab", "kernel.json");
  // Front ends show them; JupyterLab 4.0 fails to draw its list of running kernels without.
  const logos = join(root, "kernel-setup", "logo");
  const text = () => `${JSON.stringify(kernelspec(root), null, 2)}\n`;
  return {
    name: "kernel",
    check() {
      const there = readJson(file);
      if (there === undefined) return "registering it in .jupyter";
      if (readdirSync(logos).some((name) => !existsSync(join(dirname(file), name)))) return "adding its logo";
      return `${JSON.stringify(there, null, 2)}\n` === text()
        ? undefined
        : "registering it anew in .jupyter, as Node or the project's folder has changed";
    },
    run() {
      writeAtomically(file, text());
      for (const name of readdirSync(logos)) copyFileSync(join(logos, name), join(dirname(file), name));
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
