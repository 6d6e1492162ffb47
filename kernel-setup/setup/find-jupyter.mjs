// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isExecutable, onPath, run } from "./commands.mjs";
import { readJson } from "./files.mjs";

/**
 * A Jupyter that has a server.
 * @typedef {object} Jupyter
 * @property {string} command absolute path of `jupyter`
 * @property {string} from where it was found: "$JUPYTER", "PATH", "conda", "apt", ".venv"
 * @property {Record<string, string>} versions of server, notebook, lab, nbconvert: those that are there
 */

const parts = ["server", "notebook", "lab", "nbconvert"];

/** @param {string} root */
export function recordFile(root) {
  return join(root, ".jupyter", "jupyter.json");
}

/**
 * The Jupyter that an earlier set-up chose, if it is still there and $JUPYTER names no other.
 * @param {string} root
 * @returns {Jupyter | undefined}
 */
export function recordedJupyter(root) {
  const record = readJson(recordFile(root));
  if (record === undefined || !isExecutable(record.command) || record.versions === undefined)
    return undefined;
  const named = process.env["JUPYTER"];
  if (named ? resolveNamed(named) !== record.command : record.from === "$JUPYTER") return undefined;
  return record;
}

/**
 * A path, a folder that holds `jupyter` or bin/jupyter, or a name on PATH.
 * @param {string} named
 */
export function resolveNamed(named) {
  const places = [
    named,
    join(named, "jupyter"),
    join(named, "bin", "jupyter"),
    join(named, "Scripts", "jupyter.exe"),
  ];
  return places.find((place) => place.includes("/") && isExecutable(place)) ?? onPath(named)[0];
}

/**
 * The first Jupyter on PATH that has a server.
 * @returns {Promise<Jupyter | undefined>}
 */
export async function jupyterOnPath() {
  for (const command of new Set(onPath("jupyter"))) {
    const found = await examine(command, "PATH");
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The Jupyter of an environment made by conda, mamba or Python's venv.
 * @param {string} folder
 * @param {string} from
 */
export async function jupyterInEnvironment(folder, from) {
  const command = [join(folder, "bin", "jupyter"), join(folder, "Scripts", "jupyter.exe")].find(isExecutable);
  return command === undefined ? undefined : await examine(command, from);
}

/**
 * Asks a `jupyter` command what it has.
 * @param {string} command
 * @param {string} from
 * @returns {Promise<Jupyter | undefined>} undefined when it has no server that would open a notebook
 */
export async function examine(command, from) {
  /** @type {Record<string, string>} */
  const versions = {};
  await Promise.all(
    parts.map(async (part) => {
      const { code, output } = await run(command, [part, "--version"], { timeout: 60_000 });
      const version = /\d+\.\d+\S*/.exec(output)?.[0];
      if (code === 0 && version !== undefined) versions[part] = version;
    }),
  );
  // A bare server can run notebooks but has no page to open them in.
  return (versions["notebook"] ?? versions["lab"] ?? versions["server"])
    ? { command, from, versions }
    : undefined;
}

/** @param {string} root */
export function venvFolder(root) {
  return join(root, ".venv");
}

/** Is this Debian or one of its children, with the right to install? */
export function canUseApt() {
  return (
    process.platform === "linux" &&
    process.getuid?.() === 0 &&
    existsSync("/etc/debian_version") &&
    onPath("apt-get").length > 0
  );
}
