import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { promisify } from "node:util";
import { jupyterEnvironment, type Jupyter } from "./jupyter";
import { writeWhole } from "./notebook-file";

/**
 * Writes a notebook as an HTML page, whole or not at all. Pictures that its text shows from files are put into it.
 *
 * @param home the folder of the notebook as it was opened, from which its text names files
 * @returns why there is none, if there is none
 */
export async function writeHtmlPage(
  jupyter: Jupyter,
  notebook: string,
  page: string,
  home: string,
): Promise<string | undefined> {
  if (jupyter.versions.nbconvert === undefined)
    return `no HTML page, as ${jupyter.command} has no nbconvert (install it, and remove .jupyter/jupyter.json)`;
  const folder = mkdtempSync(join(tmpdir(), "tslab-gan-html-"));
  try {
    const args = ["nbconvert", "--to", "html", "--output-dir", folder, "--output", basename(page), notebook];
    await promisify(execFile)(jupyter.command, args, { env: jupyterEnvironment(), maxBuffer: 1 << 26 });
    writeWhole(page, embedPictures(readFileSync(join(folder, basename(page)), "utf8"), home));
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return `no HTML page: nbconvert failed (${(stderr?.trim().split("\n").at(-1) ?? "") || message})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PICTURES: Record<string, string> = {
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".gif": "image/gif",
};

/** The page is written elsewhere, and sent by mail: what it names relative to the notebook would be missing there. */
function embedPictures(html: string, home: string): string {
  return html.replace(
    /(<img\b[^>]*\bsrc=")([^":%]+)(")/g,
    (whole, before: string, name: string, after: string) => {
      const file = join(home, name);
      const type = PICTURES[extname(file).toLowerCase()];
      if (type === undefined || !existsSync(file)) return whole;
      return `${before}data:${type};base64,${readFileSync(file).toString("base64")}${after}`;
    },
  );
}
