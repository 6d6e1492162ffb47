import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Page } from "playwright-core";
import { findChromium } from "./browser";
import { openClassicNotebook } from "./classic-notebook";
import { openLabNotebook } from "./lab-notebook";
import type { NotebookPage } from "./notebook-page";
import { projectRoot } from "./project-copy";

/** One of Jupyter's two pages, and the `jupyter` command that serves it. */
export interface FrontEnd {
  readonly name: "notebook" | "lab";
  readonly jupyter: string;
  /** Why its tests cannot run here; false when they can. */
  readonly skip: string | false;
  open(page: Page, address: string): Promise<NotebookPage>;
}

/**
 * Jupyter Notebook 6 as Debian 12 has it, and JupyterLab 4: the one that $JUPYTERLAB names, or PATH has, or Debian 13's
 * in a folder, fetched if need be.
 */
export function frontEnds(): FrontEnd[] {
  const browser = findChromium() === undefined ? "no Chromium on PATH, and $CHROMIUM names none" : false;
  const notebook = commands("jupyter").find((command) => version(command, "notebook", 6));
  const lab = findJupyterLab();
  return [
    {
      name: "notebook",
      jupyter: notebook ?? "",
      skip: browser || (notebook === undefined ? "no Jupyter Notebook 6 on PATH" : false),
      open: openClassicNotebook,
    },
    {
      name: "lab",
      jupyter: "command" in lab ? lab.command : "",
      skip: browser || ("missing" in lab ? lab.missing : false),
      open: openLabNotebook,
    },
  ];
}

function findJupyterLab(): { command: string } | { missing: string } {
  const named = process.env["JUPYTERLAB"];
  if (named !== undefined && named !== "") {
    if (version(named, "lab", 4)) return { command: named };
    return { missing: `$JUPYTERLAB is ${named}, and \`${named} lab --version\` says no JupyterLab 4` };
  }
  const onPath = commands("jupyter").find((command) => version(command, "lab", 4));
  if (onPath !== undefined) return { command: onPath };
  const script = join(projectRoot, "scripts", "jupyterlab-debian13.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  if (status === 0) return { command: stdout.trim() };
  return { missing: `no JupyterLab 4 on PATH, $JUPYTERLAB names none, and ${stderr.trim()}` };
}

function commands(name: string): string[] {
  const folders = new Set((process.env["PATH"] ?? "").split(delimiter));
  return [...folders].map((folder) => join(folder, name)).filter((file) => existsSync(file));
}

function version(jupyter: string, part: "notebook" | "lab", major: number): boolean {
  const { status, stdout } = spawnSync(jupyter, [part, "--version"], { encoding: "utf8" });
  return status === 0 && stdout.trim().startsWith(`${major}.`);
}
