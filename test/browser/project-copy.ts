import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const projectRoot = resolve(__dirname, "../..");

const copied = [
  "dist",
  "engine",
  "kernel-setup",
  "lib",
  "notebooks",
  "environment.yml",
  "package-lock.json",
  "package.json",
  "tsconfig.json",
];
// Copied for what npm wrote there; the packages themselves are linked.
const npmRecords = [".package-lock.json", ".tslab-gan-setup"];

/** A copy of the project whose notebooks and sources a test may edit. The npm packages are the project's own. */
export function copyProject(): { root: string; remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), "tslab-gan-browser-"));
  for (const name of copied) {
    cpSync(join(projectRoot, name), join(root, name), { recursive: true, preserveTimestamps: true });
  }
  // Link by link, not the folder as a whole: nothing that empties the copy's node_modules can reach the real ones.
  const packages = join(projectRoot, "node_modules");
  mkdirSync(join(root, "node_modules"));
  for (const name of readdirSync(packages)) {
    const [from, to] = [join(packages, name), join(root, "node_modules", name)];
    if (npmRecords.includes(name)) cpSync(from, to);
    else symlinkSync(from, to);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }) };
}
