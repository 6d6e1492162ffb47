import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./kernel-process";

/** A folder as a user has it: notebooks/, modules beside it, a tsconfig.json, packages. Removed by `remove`. */
export interface Project {
  readonly folder: string;
  readonly notebooks: string;
  write(path: string, text: string): void;
  remove(): void;
}

/** Makes a project with these files (by path) and all of this repository's npm packages. */
export function createProject(files: Record<string, string> = {}): Project {
  // macOS has its temporary folder behind a symlink: a kernel reports real paths.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "kernel-test-")));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const notebooks = join(folder, "notebooks");
  mkdirSync(notebooks);
  // One link a package, so that a test can add packages of its own.
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith("."))
      symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { folder, notebooks, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** An empty folder without packages, tsconfig.json or anything else of a project around it. */
export function createBareFolder(): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "kernel-test-bare-")));
  return {
    folder,
    notebooks: folder,
    write: (path, text) => writeFileSync(join(folder, path), text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
