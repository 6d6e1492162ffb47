import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { kernelspecFile } from "./probe-kernel";
import { FailureError } from "./usage-error";

/** Jupyter's data folder of the user, as `jupyter --data-dir` says. */
export function userDataFolder(): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME, APPDATA } = process.env;
  if (JUPYTER_DATA_DIR) return JUPYTER_DATA_DIR;
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32") return join(APPDATA ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  return join(XDG_DATA_HOME || join(homedir(), ".local", "share"), "jupyter");
}

/**
 * Copies the project's kernelspec into a Jupyter data folder.
 *
 * @returns what was done, for people
 * @throws FailureError when another kernel has the name and is not to be replaced
 */
export function install(dataFolder: string, { replace }: { replace: boolean }): string {
  const folder = join(dataFolder, "kernels", "tslab");
  if (existsSync(folder) && !isOurs(folder) && !replace)
    throw new FailureError(`${folder} holds another kernel. Use --replace to put this one in its place.`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(dirname(kernelspecFile), folder, { recursive: true });
  return `installed the kernel tslab, “TypeScript (tslab-gan)”, in ${folder}`;
}

/**
 * Removes the kernelspec from a Jupyter data folder; one of another kernel is left.
 *
 * @returns what was done, for people
 * @throws FailureError when the kernel of this name is another one
 */
export function uninstall(dataFolder: string): string {
  const folder = join(dataFolder, "kernels", "tslab");
  if (!existsSync(folder)) return `nothing to remove: there is no ${folder}`;
  if (!isOurs(folder)) throw new FailureError(`${folder} holds another kernel and is left as it is.`);
  rmSync(folder, { recursive: true });
  return `removed ${folder}`;
}

/** Was it installed by a copy of this project? */
function isOurs(folder: string): boolean {
  try {
    const { display_name } = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as {
      display_name?: unknown;
    };
    return display_name === "TypeScript (tslab-gan)";
  } catch {
    return false;
  }
}
