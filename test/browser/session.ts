import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openBrowser, openPage, type WatchedPage } from "./browser";
import type { FrontEnd } from "./front-ends";
import type { NotebookPage } from "./notebook-page";
import { copyProject } from "./project-copy";
import { startJupyter, type StartedJupyter } from "./started-jupyter";

/** A copy of the project, served by `npm start`, and a browser to look at it. */
export class Session {
  readonly frontEnd: FrontEnd;
  private copy: ReturnType<typeof copyProject> | undefined;
  private jupyter: StartedJupyter | undefined;
  private browser: Browser | undefined;
  private readonly pages: WatchedPage[] = [];

  constructor(frontEnd: FrontEnd) {
    this.frontEnd = frontEnd;
  }

  async start(): Promise<void> {
    this.copy = copyProject();
    this.jupyter = await startJupyter(this.root, this.frontEnd.jupyter);
    this.browser = await openBrowser();
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    await this.jupyter?.stop();
    this.copy?.remove();
  }

  /** The folder of the project's copy. */
  get root(): string {
    return this.copy!.root;
  }

  get tutorialFile(): string {
    return join(this.root, "notebooks", "gan.ipynb");
  }

  /** What `npm start` printed. */
  get output(): string {
    return this.jupyter!.output();
  }

  /** Opens a notebook as a user does, the tutorial by the address that `npm start` printed, and closes others. */
  async open(path = "notebooks/gan.ipynb"): Promise<NotebookPage> {
    for (const { page } of this.pages) await page.context().close();
    const watched = await this.newPage();
    return await this.frontEnd.open(watched.page, this.jupyter!.addressOf(path));
  }

  async newPage(): Promise<WatchedPage> {
    const watched = await openPage(this.browser!);
    this.pages.push(watched);
    return watched;
  }

  /** The address at which the front end edits a text file of the project. */
  editorAddress(path: string): string {
    const address = this.jupyter!.addressOf(path);
    return this.frontEnd.name === "lab" ? address : address.replace("/notebooks/", "/edit/");
  }

  /** What the browser complained about on all pages so far. */
  get complaints(): string[] {
    return this.pages.flatMap(({ complaints }) => complaints);
  }
}

/** Writes a notebook of TypeScript cells. */
export function writeNotebook(root: string, path: string, sources: readonly string[]): void {
  const cells = sources.map((source, index) => ({
    cell_type: "code",
    id: `cell-${index}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  }));
  const kernelspec = { display_name: "TypeScript (tslab-gan)", language: "typescript", name: "tslab" };
  const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(join(root, path), `${JSON.stringify(notebook, null, 1)}\n`);
}
