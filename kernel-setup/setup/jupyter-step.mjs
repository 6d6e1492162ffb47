// @ts-check
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { mustRun, onPath, run, SetupError } from "./commands.mjs";
import { writeAtomically } from "./files.mjs";
import {
  canUseApt,
  examine,
  jupyterInEnvironment,
  jupyterOnPath,
  recordedJupyter,
  recordFile,
  resolveNamed,
  venvFolder,
} from "./find-jupyter.mjs";

/** @typedef {import("./find-jupyter.mjs").Jupyter} Jupyter */

const environmentName = "tslab-gan";
const debianPackages = ["jupyter-notebook", "jupyter-server", "jupyter-nbconvert"];

/**
 * A Jupyter with a server, recorded in .jupyter/jupyter.json.
 * @param {string} root
 * @returns {import("./main.mjs").Step}
 */
export function jupyterStep(root) {
  return {
    name: "Jupyter",
    check: () => (recordedJupyter(root) === undefined ? "looking for one" : undefined),
    async run(say) {
      const jupyter = await chooseJupyter(root, say);
      writeAtomically(recordFile(root), `${JSON.stringify(jupyter, null, 2)}\n`);
      return `found ${describe(jupyter)}`;
    },
    state() {
      const jupyter = recordedJupyter(root);
      return jupyter === undefined ? "missing" : describe(jupyter);
    },
  };
}

/** @param {Jupyter} jupyter */
function describe({ command, from, versions }) {
  const parts = Object.entries(versions).map(([part, version]) => `${part} ${version}`);
  return `${command} (by ${from}: ${parts.join(", ")})`;
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {Promise<Jupyter>}
 */
async function chooseJupyter(root, say) {
  const named = process.env["JUPYTER"];
  if (named) return jupyterNamed(named);
  /** @type {string[]} */
  const failures = [];
  for (const attempt of [jupyterOnPath, jupyterByConda, jupyterByApt, jupyterByPip]) {
    try {
      const found = await attempt(root, say);
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say(`that failed: ${error.message.split("\n")[0]}`);
      failures.push(error.message);
    }
  }
  throw new SetupError(
    [
      "none was found, and none could be installed here. Install one of these, then run this again:",
      ...wishes,
      ...failures,
    ].join("\n  "),
  );
}

const wishes = [
  "- conda or mamba (https://conda-forge.org/download), and the rest is done from environment.yml",
  `- Debian, Ubuntu: sudo apt-get install ${debianPackages.join(" ")}`,
  "- Python ≥ 3.9 with venv and pip: python3 -m pip install jupyterlab nbconvert",
  "- or set JUPYTER to the path of a `jupyter` command that you have",
];

/** @param {string} named @returns {Promise<Jupyter>} */
async function jupyterNamed(named) {
  const command = resolveNamed(named);
  if (command === undefined)
    throw new SetupError(
      `$JUPYTER is “${named}”, and there is no such command. Set it to the path of \`jupyter\`, or unset it.`,
    );
  const found = await examine(command, "$JUPYTER");
  if (found === undefined)
    throw new SetupError(
      `$JUPYTER is “${named}”, and it has no server (\`${command} server --version\` fails). ` +
        "Install jupyterlab beside it, set JUPYTER to another one, or unset it.",
    );
  return found;
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
async function jupyterByConda(root, say) {
  const tool = ["mamba", "micromamba", "conda"].flatMap(onPath)[0];
  if (tool === undefined) return undefined;
  const existing = await condaEnvironment(tool);
  if (existing !== undefined) return jupyterInEnvironment(existing, "conda");
  say(`making the environment ${environmentName} from environment.yml with ${tool} (some minutes)`);
  const create = basename(tool).startsWith("micromamba") ? ["create", "--yes"] : ["env", "create", "--yes"];
  await mustRun(tool, [...create, "--file", join(root, "environment.yml")], {
    advice: "Check the network, or make the environment yourself.",
  });
  const made = await condaEnvironment(tool);
  return made === undefined ? undefined : jupyterInEnvironment(made, "conda");
}

/** @param {string} tool @returns {Promise<string | undefined>} the folder of our environment */
async function condaEnvironment(tool) {
  const { code, output } = await run(tool, ["env", "list", "--json"], { timeout: 60_000 });
  if (code !== 0) return undefined;
  try {
    /** @type {string[]} */
    const folders = JSON.parse(output.slice(output.indexOf("{"))).envs;
    return folders.find((folder) => basename(folder) === environmentName);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} _root
 * @param {(line: string) => void} say
 */
async function jupyterByApt(_root, say) {
  if (!canUseApt()) return undefined;
  say(`installing ${debianPackages.join(", ")} with apt-get (a minute or two)`);
  await aptInstall(debianPackages);
  return (await jupyterInEnvironment("/usr", "apt")) ?? jupyterOnPath();
}

/** @param {string[]} packages */
export async function aptInstall(packages) {
  const advice = `Check the network, or install by hand: apt-get install ${packages.join(" ")}`;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await mustRun("apt-get", ["update", "-q"], { advice, env });
  await mustRun("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], { advice, env });
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
async function jupyterByPip(root, say) {
  const folder = venvFolder(root);
  const existing = await jupyterInEnvironment(folder, ".venv");
  if (existing !== undefined) return existing;
  const python = ["python3", "python"].flatMap(onPath)[0];
  if (python === undefined) return undefined;
  say(
    "making a virtual environment in .venv and installing jupyterlab and nbconvert with pip (some minutes)",
  );
  const advice = "Check the network, and that Python has venv and pip (Debian: python3-venv).";
  try {
    await mustRun(python, ["-m", "venv", folder], { advice });
    const bin =
      process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
    await mustRun(bin, ["-m", "pip", "install", "--quiet", "jupyterlab>=4,<5", "nbconvert>=7,<8"], {
      advice,
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return jupyterInEnvironment(folder, ".venv");
}
