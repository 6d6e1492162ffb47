import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { jupyterEnvironment, type Jupyter } from "./jupyter";
import { writeWhole } from "./notebook-file";

/**
 * Writes a notebook as an HTML page, whole or not at all.
 *
 * @returns why there is none, if there is none
 */
export async function writeHtmlPage(
  jupyter: Jupyter,
  notebook: string,
  page: string,
): Promise<string | undefined> {
  if (jupyter.versions.nbconvert === undefined)
    return `no HTML page, as ${jupyter.command} has no nbconvert (install it, and remove .jupyter/jupyter.json)`;
  const folder = mkdtempSync(join(tmpdir(), "tslab-gan-html-"));
  try {
    const args = ["nbconvert", "--to", "html", "--output-dir", folder, "--output", basename(page), notebook];
    await promisify(execFile)(jupyter.command, args, { env: jupyterEnvironment(), maxBuffer: 1 << 26 });
    writeWhole(page, readFileSync(join(folder, basename(page))));
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return `no HTML page: nbconvert failed (${(stderr?.trim().split("\n").at(-1) ?? "") || message})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
