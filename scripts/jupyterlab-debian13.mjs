// @ts-check
// JupyterLab 4 as Debian 13 packages it, in a folder of its own: for the browser tests on a system (Debian 12) that
// has none. The packages come by debootstrap, signatures checked, and are only unpacked: their Python runs through
// their own loader, so that nothing is mounted, configured or installed outside the folder, and running needs no root.
//
//   node scripts/jupyterlab-debian13.mjs     prints the path of its `jupyter` command
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onPath } from "../kernel-setup/setup/commands.mjs";
import { canUseApt } from "../kernel-setup/setup/find-jupyter.mjs";
import { aptInstall } from "../kernel-setup/setup/jupyter-step.mjs";

const execute = promisify(execFile);
const suite = "trixie";
const mirror = "http://deb.debian.org/debian";
/** What JupyterLab's server imports. The package `jupyterlab` itself would pull in webpack, jest and 500 others. */
const pythonPackages = [
  "python3-async-lru",
  "python3-httpx",
  "python3-jupyter-server",
  "python3-jupyterlab-server",
  "python3-nbconvert",
  "python3-notebook-shim",
];
/** @type {Record<string, string>} by Node's name of the architecture */
const loaders = { x64: "lib64/ld-linux-x86-64.so.2", arm64: "lib/ld-linux-aarch64.so.1" };
const loader = loaders[process.arch];

/** Kept between runs, outside any checkout. */
export function debian13Folder() {
  return resolve(
    process.env["TSLAB_GAN_DEBIAN13"] ??
      join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "tslab-gan", "debian13"),
  );
}

/** @param {string} folder */
function jupyterIn(folder) {
  return join(folder, "bin", "jupyter");
}

/** Why it cannot be made here, or undefined when it can. */
export function whyImpossible() {
  if (process.platform !== "linux" || loader === undefined)
    return `${process.platform} on ${process.arch} is no Linux that Debian 13's programs run on here`;
  if (process.getuid?.() !== 0) return "debootstrap needs root";
  if (onPath("debootstrap").length === 0 && !canUseApt()) return "debootstrap is not installed";
  return undefined;
}

/**
 * Makes the folder if it is missing: half a minute and 100 MB of downloads.
 * @param {(line: string) => void} [say]
 * @returns {Promise<string>} the path of its `jupyter` command
 */
export async function jupyterLabOfDebian13(say = () => undefined) {
  const folder = debian13Folder();
  if (existsSync(jupyterIn(folder))) return jupyterIn(folder);
  const reason = whyImpossible();
  if (reason !== undefined) throw new Error(`no JupyterLab of Debian 13 in ${folder}: ${reason}`);
  if (onPath("debootstrap").length === 0) await aptInstall(["debootstrap"]);
  const started = Date.now();
  say(`downloading JupyterLab of Debian 13 to ${folder}`);
  const unfinished = `${folder}.${process.pid}.tmp`;
  try {
    await download(join(unfinished, "packages"));
    await unpack(join(unfinished, "packages"), unfinished);
    writeCommands(unfinished);
    renameUnlessThere(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  say(`done in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return jupyterIn(folder);
}

/** @param {string} folder */
async function download(folder) {
  mkdirSync(folder, { recursive: true });
  const include = `--include=${pythonPackages.join(",")}`;
  const { stdout } = await debootstrap(["--print-debs", include, suite, join(folder, "plan"), mirror]);
  const packages = [...stdout.trim().split(/\s+/), "jupyterlab"];
  const all = ["--download-only", "--no-resolve-deps", `--include=${packages.join(",")}`];
  await debootstrap([...all, suite, folder, mirror]);
}

/** @param {string[]} options */
async function debootstrap(options) {
  try {
    return await execute("debootstrap", ["--variant=minbase", ...options], {
      timeout: 300_000,
      maxBuffer: 2 ** 26,
    });
  } catch (error) {
    const { stdout = "", stderr = "" } = /** @type {{ stdout?: string, stderr?: string }} */ (error);
    const lines = `${stdout}\n${stderr}`.trim().split("\n").slice(-5);
    throw new Error(`debootstrap could not fetch Debian's packages from ${mirror}:\n${lines.join("\n")}`, {
      cause: error,
    });
  }
}

/**
 * @param {string} packages
 * @param {string} folder
 */
async function unpack(packages, folder) {
  const archives = join(packages, "var", "cache", "apt", "archives");
  for (const name of readdirSync(archives).sort()) {
    if (name.endsWith(".deb")) await execute("dpkg-deb", ["--extract", join(archives, name), folder]);
  }
  // The packages, the sources that the page was bundled from, and documentation: more than the half of it all.
  for (const path of [
    packages,
    ...["nodejs", "doc", "man", "locale"].map((name) => join(folder, "usr/share", name)),
  ])
    rmSync(path, { recursive: true, force: true });
}

/** @param {string} folder */
function writeCommands(folder) {
  const commands = join(folder, "bin");
  // Debian's /bin is a link to /usr/bin: the commands for users of the folder are kept apart from it.
  rmSync(commands, { force: true });
  mkdirSync(commands);
  const triplet = `${process.arch === "x64" ? "x86_64" : "aarch64"}-linux-gnu`;
  // YARNCOMMAND: JupyterLab asks yarn, which is left out here, for its configuration.
  const run = `#!/bin/sh
here=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
export PYTHONHOME="$here/usr" PYTHONDONTWRITEBYTECODE=1 YARNCOMMAND=true
unset PYTHONPATH
exec "$here/${loader}" --library-path "$here/usr/lib/${triplet}" "$here/usr/bin/python3" `;
  writeExecutable(join(commands, "jupyter-lab"), `${run}-m jupyterlab "$@"\n`);
  writeExecutable(join(commands, "jupyter-server"), `${run}-m jupyter_server "$@"\n`);
  writeExecutable(join(commands, "jupyter-nbconvert"), `${run}-m nbconvert "$@"\n`);
  writeExecutable(
    join(commands, "jupyter"),
    '#!/bin/sh\ncommand="$(dirname "$(readlink -f "$0")")/jupyter-$1"\nshift\nexec "$command" "$@"\n',
  );
}

/**
 * @param {string} file
 * @param {string} text
 */
function writeExecutable(file, text) {
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/**
 * @param {string} from
 * @param {string} to
 */
function renameUnlessThere(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another process was quicker: its folder is as good.
    if (!existsSync(jupyterIn(to))) throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await jupyterLabOfDebian13((line) => console.error(line)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
