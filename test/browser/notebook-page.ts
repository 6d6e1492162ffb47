import { setTimeout as wait } from "node:timers/promises";
import type { Locator, Page } from "playwright-core";

/** An open notebook, driven through what a user sees: toolbar buttons, dialogs and the keyboard. */
export abstract class NotebookPage {
  readonly page: Page;
  /** The notebook's path in the project. */
  protected path = "";

  constructor(page: Page) {
    this.page = page;
  }

  /** Goes to the notebook's address and waits until its kernel is ready. */
  async open(address: string): Promise<void> {
    this.path = /notebooks\/\w+\.ipynb/.exec(address)![0];
    await this.page.goto(address);
    await this.ready();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  protected abstract ready(): Promise<void>;
  /** The sources of all cells, Markdown included. */
  abstract sources(): Promise<string[]>;
  /** The cell's element, scrolled into view. */
  abstract cell(index: number): Promise<Locator>;
  /** The outputs below a cell, scrolled into view. */
  abstract outputs(index: number): Promise<Locator>;
  /** The indices of the code cells. */
  abstract codeCells(): Promise<number[]>;
  /** The text of a cell's errors, "" when it has none. */
  abstract errors(index: number): Promise<string>;
  /** How often a cell has run to its end since the page was loaded. */
  protected abstract runs(index: number): Promise<number>;
  /** Writes over a cell's source with the keyboard. */
  abstract write(index: number, source: string): Promise<void>;
  protected abstract select(index: number): Promise<void>;
  protected abstract press(button: "run" | "interrupt" | "restart and run all" | "save"): Promise<void>;
  /** What Tab offers at the cursor, of several matches: an only one is taken at once. */
  abstract completions(): Promise<string[]>;
  /** What Shift-Tab tells about the word before the cursor. */
  abstract tooltip(): Promise<string>;
  abstract isDirty(): Promise<boolean>;
  abstract kernelIsIdle(): Promise<boolean>;

  /** The index of the one cell whose source contains a text. */
  async find(text: string): Promise<number> {
    const found = (await this.sources()).flatMap((source, index) => (source.includes(text) ? [index] : []));
    if (found.length !== 1) throw new Error(`${found.length} cells contain “${text}”, expected one`);
    return found[0]!;
  }

  /** Presses the toolbar's ▶ for a cell and does not wait for its end. */
  async start(index: number): Promise<StartedCell> {
    const before = await this.runs(index);
    await this.select(index);
    await this.press("run");
    return { finished: (options) => this.finished(index, before, options) };
  }

  /** Runs a cell to its end, whatever comes out. */
  async run(index: number, options?: { seconds?: number }): Promise<void> {
    await (await this.start(index)).finished(options);
  }

  private async finished(index: number, before: number, { seconds = 60 } = {}): Promise<void> {
    await this.until(`cell ${index} to finish`, seconds, async () => (await this.runs(index)) > before);
    await this.until("the kernel to be idle", 20, () => this.kernelIsIdle());
  }

  async interrupt(): Promise<void> {
    await this.press("interrupt");
  }

  /** Restarts the kernel and waits until the last code cell has run. */
  async restartAndRunAll({ last, seconds }: { last: number; seconds: number }): Promise<void> {
    const before = await this.runs(last);
    await this.press("restart and run all");
    await this.finished(last, before, { seconds });
  }

  async save(): Promise<void> {
    await this.press("save");
    await this.until("the notebook to be saved", 20, async () => !(await this.isDirty()));
  }

  async outputText(index: number): Promise<string> {
    return await (await this.outputs(index)).innerText();
  }

  async until(what: string, seconds: number, condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
      await wait(50);
    }
  }
}

export interface StartedCell {
  finished(options?: { seconds?: number }): Promise<void>;
}
