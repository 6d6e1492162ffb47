import type { Locator, Page } from "playwright-core";
import { NotebookPage } from "./notebook-page";

/** What the page's own scripts offer, as far as the tests ask. */
interface ClassicWindow {
  Jupyter?: {
    notebook?: {
      _fully_loaded: boolean;
      dirty: boolean;
      kernel: { is_connected(): boolean } | null;
      get_cells(): ClassicCell[];
      events: { on(name: string, listener: (event: unknown, data: { cell: ClassicCell }) => void): void };
    };
  };
}

interface ClassicCell {
  cell_type: string;
  get_text(): string;
  /** Counted by the tests. */
  finishedRuns?: number;
}

const buttons = {
  run: "jupyter-notebook:run-cell-and-select-next",
  interrupt: "jupyter-notebook:interrupt-kernel",
  "restart and run all": "jupyter-notebook:confirm-restart-kernel-and-run-all-cells",
  save: "jupyter-notebook:save-notebook",
};

/** Jupyter Notebook 6's page. */
export class ClassicNotebook extends NotebookPage {
  protected async ready(): Promise<void> {
    await this.page.waitForFunction(() => {
      const notebook = (window as unknown as ClassicWindow).Jupyter?.notebook;
      return notebook?._fully_loaded === true && notebook.kernel?.is_connected() === true;
    });
    await this.page.evaluate(() => {
      const { notebook } = (window as unknown as ClassicWindow).Jupyter!;
      notebook!.events.on("finished_execute.CodeCell", (_event, { cell }) => {
        cell.finishedRuns = (cell.finishedRuns ?? 0) + 1;
      });
    });
    await this.until("the kernel to be idle", 30, () => this.kernelIsIdle());
  }

  async sources(): Promise<string[]> {
    return await this.page.evaluate(() =>
      (window as unknown as ClassicWindow).Jupyter!.notebook!.get_cells().map((cell) => cell.get_text()),
    );
  }

  async codeCells(): Promise<number[]> {
    return await this.page.evaluate(() =>
      (window as unknown as ClassicWindow)
        .Jupyter!.notebook!.get_cells()
        .flatMap((cell, index) => (cell.cell_type === "code" && cell.get_text() !== "" ? [index] : [])),
    );
  }

  async errors(index: number): Promise<string> {
    const errors = (await this.cell(index)).locator(".output_error, .output_stderr");
    return (await errors.allInnerTexts()).join("\n");
  }

  protected async runs(index: number): Promise<number> {
    return await this.page.evaluate(
      (at) => (window as unknown as ClassicWindow).Jupyter!.notebook!.get_cells()[at]!.finishedRuns ?? 0,
      index,
    );
  }

  async cell(index: number): Promise<Locator> {
    const cell = this.page.locator("#notebook-container > .cell").nth(index);
    await cell.scrollIntoViewIfNeeded();
    return cell;
  }

  async outputs(index: number): Promise<Locator> {
    const outputs = (await this.cell(index)).locator(".output");
    await scrollTo(outputs);
    return outputs;
  }

  async write(index: number, source: string): Promise<void> {
    await (await this.cell(index)).locator(".CodeMirror").click();
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.press("Delete");
    await this.page.keyboard.insertText(source);
    await this.until(
      "the editor to take the text",
      5,
      async () => (await this.sources())[index]?.trim() === source.trim(),
    );
  }

  protected async select(index: number): Promise<void> {
    await (await this.cell(index)).locator(".input_prompt").click();
  }

  protected async press(button: keyof typeof buttons): Promise<void> {
    await this.page.locator(`button[data-jupyter-action="${buttons[button]}"]`).click();
    if (button !== "restart and run all") return;
    await this.page.locator(".modal-dialog button", { hasText: "Restart and Run All Cells" }).click();
    await this.page.locator(".modal-backdrop").waitFor({ state: "detached" });
  }

  async completions(): Promise<string[]> {
    await this.page.keyboard.press("Tab");
    const offers = this.page.locator("#complete select option");
    await offers.first().waitFor({ state: "attached" });
    const texts = await offers.allInnerTexts();
    await this.page.keyboard.press("Escape");
    return texts.map((text) => text.trim());
  }

  async tooltip(): Promise<string> {
    await this.page.keyboard.press("Shift+Tab");
    const tooltip = this.page.locator("#tooltip .tooltiptext");
    await tooltip.filter({ hasText: /\S/ }).waitFor();
    const text = await tooltip.innerText();
    await this.page.keyboard.press("Escape");
    return text;
  }

  async isDirty(): Promise<boolean> {
    return await this.page.evaluate(() => (window as unknown as ClassicWindow).Jupyter!.notebook!.dirty);
  }

  async kernelIsIdle(): Promise<boolean> {
    return await this.page.locator("#kernel_indicator_icon.kernel_idle_icon").isVisible();
  }
}

/** A cell without outputs has an empty area, which cannot be scrolled to. */
export async function scrollTo(outputs: Locator): Promise<void> {
  if ((await outputs.count()) > 0)
    await outputs.evaluate((element) => element.scrollIntoView({ block: "nearest" }));
}

export async function openClassicNotebook(page: Page, address: string): Promise<NotebookPage> {
  const notebook = new ClassicNotebook(page);
  await notebook.open(address);
  return notebook;
}
