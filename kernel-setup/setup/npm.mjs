// @ts-check
import { existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { mustRun } from "./commands.mjs";
import { hashOf, readJson, writeAtomically } from "./files.mjs";

/**
 * npm packages as package-lock.json lists them.
 * @param {string} root
 * @returns {import("./main.mjs").Step}
 */
export function npmStep(root) {
  const stamp = join(root, "node_modules", ".tslab-gan-setup");
  const wanted = () => ({ lock: hashOf(root, ["package-lock.json"]), node: process.version });
  const matches = (/** @type {any} */ a, /** @type {any} */ b) => a?.lock === b.lock && a?.node === b.node;
  return {
    name: "npm packages",
    check() {
      if (!existsSync(join(root, "node_modules")))
        return "installing them from package-lock.json (this takes a minute)";
      const now = wanted();
      const then = readJson(stamp);
      if (matches(then, now)) return undefined;
      if (then !== undefined && then.node !== now.node)
        return `installing them anew for Node ${now.node} (was ${then.node})`;
      // Somebody ran npm themselves: what is there counts, if it is what the lock file says.
      const difference = differenceFromLock(root);
      if (difference !== undefined) return `installing them anew from package-lock.json (${difference})`;
      writeAtomically(stamp, JSON.stringify(now));
      return undefined;
    },
    async run() {
      const now = wanted();
      rmSync(stamp, { force: true });
      const [command, prefix] = npmCommand();
      await mustRun(
        command,
        [
          ...prefix,
          "ci",
          "--loglevel=warn",
          "--no-audit",
          "--no-fund",
          "--include=dev",
          "--include=optional",
        ],
        {
          cwd: root,
          advice:
            "Check the network and npm's settings (`npm ping`, `npm config list`); `npm install` mends a lock file. Then run this again.",
        },
      );
      writeAtomically(stamp, JSON.stringify(now));
      return `installed (${Object.keys(readJson(hiddenLock(root))?.packages ?? {}).length})`;
    },
    state: () => "as in package-lock.json",
  };
}

/**
 * The npm that runs this, or the one on PATH.
 * @returns {[string, string[]]}
 */
function npmCommand() {
  const own = process.env["npm_execpath"];
  return own !== undefined && basename(own) === "npm-cli.js" ? [process.execPath, [own]] : ["npm", []];
}

/**
 * npm's own list of what it installed, written when an installation has succeeded.
 * @param {string} root
 */
function hiddenLock(root) {
  return join(root, "node_modules", ".package-lock.json");
}

/**
 * The first difference between what is installed and the lock file, if there is any.
 * @param {string} root
 * @returns {string | undefined}
 */
export function differenceFromLock(root) {
  const installed = readJson(hiddenLock(root))?.packages;
  if (installed === undefined) return "the last installation did not end";
  const locked = readJson(join(root, "package-lock.json"))?.packages ?? {};
  for (const [path, { version, optional, link }] of Object.entries(locked)) {
    if (path === "" || link === true) continue;
    const there = installed[path];
    // An optional package that could not be installed is not listed.
    if (there === undefined ? optional !== true : there.version !== version)
      return `${path.slice("node_modules/".length)} is ${there?.version ?? "missing"}, wanted ${version}`;
    if (there !== undefined && !existsSync(join(root, path)) && optional !== true)
      return `${path.slice("node_modules/".length)} is missing`;
  }
  return undefined;
}
