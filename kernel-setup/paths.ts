import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";

/** The project's folder: the nearest one above this file with a package.json. */
export const projectRoot: string = (() => {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
})();

/** The folder with the project's own kernels and its record of Jupyter; an entry of JUPYTER_PATH. */
export const jupyterFolder: string = join(projectRoot, ".jupyter");

/** Where the user stands: npm runs scripts in the project's folder and tells the caller's apart. */
export function userFolder(): string {
  return process.env["INIT_CWD"] ?? process.cwd();
}

/** A path as the user gave it; one that does not exist there is taken from the project's folder. */
export function resolveUserPath(path: string): string {
  const near = resolve(userFolder(), path);
  return existsSync(near) || isAbsolute(path) ? near : resolve(projectRoot, path);
}

/** A path as the user would write it: short when it is below the folder where they stand. */
export function shownPath(path: string): string {
  const short = relative(userFolder(), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}
