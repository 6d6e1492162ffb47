import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { jupyterFolder, projectRoot } from "./paths";
import { FailureError } from "./usage-error";

/** A Jupyter that has a server. */
export interface Jupyter {
  /** Absolute path of its `jupyter` command. */
  readonly command: string;
  /** Where it was found: "$JUPYTER", "PATH", "conda", "apt" or ".venv". */
  readonly from: string;
  /** The versions of those parts that are there. */
  readonly versions: { readonly [part in JupyterPart]?: string };
}

export type JupyterPart = "server" | "notebook" | "lab" | "nbconvert";

/** What of the set-up is used here. It is plain JavaScript outside the build, because it runs before any build. */
interface FindJupyter {
  recordedJupyter(root: string): Jupyter | undefined;
  jupyterOnPath(): Promise<Jupyter | undefined>;
}

function findJupyterModule(): Promise<FindJupyter> {
  const file = join(projectRoot, "kernel-setup", "setup", "find-jupyter.mjs");
  return import(pathToFileURL(file).href) as Promise<FindJupyter>;
}

/**
 * The Jupyter that the set-up chose.
 *
 * @throws FailureError when there is none, or it is gone
 */
export async function chosenJupyter(): Promise<Jupyter> {
  const found = (await findJupyterModule()).recordedJupyter(projectRoot);
  if (found === undefined)
    throw new FailureError(
      "no Jupyter was found yet. Run `npm run setup -- --jupyter`, which finds or installs one.",
    );
  return found;
}

/** The Jupyter that the set-up chose or would find on PATH; installs nothing. */
export async function anyJupyter(): Promise<Jupyter | undefined> {
  const find = await findJupyterModule();
  return find.recordedJupyter(projectRoot) ?? (await find.jupyterOnPath());
}

/** The environment in which a Jupyter finds the project's kernels before all others. */
export function jupyterEnvironment(): NodeJS.ProcessEnv {
  const inherited = process.env["JUPYTER_PATH"];
  const separator = process.platform === "win32" ? ";" : ":";
  return {
    ...process.env,
    JUPYTER_PATH: inherited ? `${jupyterFolder}${separator}${inherited}` : jupyterFolder,
  };
}
