import type { Locator, Page } from "playwright-core";
import { scrollTo } from "./classic-notebook";
import { NotebookPage } from "./notebook-page";

/** What JupyterLab exposes with `expose_app_in_browser`, as far as the tests ask. */
interface LabWindow {
  jupyterapp?: { shell: { currentWidget: NotebookPanel | null } };
}

interface NotebookPanel {
  content: {
    widgets: { model: CellModel }[];
    scrollToItem(index: number, align?: string): Promise<void>;
    activeCellIndex: number;
  };
  context?: {
    path: string;
    isReady: boolean;
    model: { dirty: boolean };
    sessionContext: { isReady: boolean; session: { kernel: { status: string } | null } | null };
  };
}

interface CellModel {
  type: string;
  sharedModel: { getSource(): string };
  stateChanged: {
    connect(slot: (model: CellModel, change: { name: string; newValue: unknown }) => void): void;
  };
  /** Counted by the tests. */
  finishedRuns?: number;
}

/** Other notebooks may be open in tabs behind: JupyterLab opens those of its last page again. */
const panel = ".jp-NotebookPanel:not(.lm-mod-hidden)";

const buttons = {
  run: "notebook:run-cell-and-select-next",
  interrupt: "notebook:interrupt-kernel",
  "restart and run all": "notebook:restart-run-all",
  save: "docmanager:save",
};

/** A notebook in JupyterLab 4, which keeps only the cells near the screen in the page. */
export class LabNotebook extends NotebookPage {
  protected async ready(): Promise<void> {
    await this.page.waitForFunction((path) => {
      const widget = (window as unknown as LabWindow).jupyterapp?.shell.currentWidget;
      const context = widget?.context;
      // The file that was open last may come first.
      if (context?.path !== path || !context.isReady || !context.sessionContext.isReady) return false;
      return widget!.content.widgets.length > 0;
    }, this.path);
    await this.until("the kernel to be idle", 30, () => this.kernelIsIdle());
    await this.page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
  }

  async sources(): Promise<string[]> {
    return await this.page.evaluate(() =>
      (window as unknown as LabWindow).jupyterapp!.shell.currentWidget!.content.widgets.map((cell) =>
        cell.model.sharedModel.getSource(),
      ),
    );
  }

  async codeCells(): Promise<number[]> {
    return await this.page.evaluate(() =>
      (window as unknown as LabWindow).jupyterapp!.shell.currentWidget!.content.widgets.flatMap(
        ({ model }, index) => (model.type === "code" && model.sharedModel.getSource() !== "" ? [index] : []),
      ),
    );
  }

  async errors(index: number): Promise<string> {
    const kinds = ["application/vnd.jupyter.error", "application/vnd.jupyter.stderr"];
    const selector = kinds.map((kind) => `[data-mime-type="${kind}"]`).join();
    return (await (await this.cell(index)).locator(selector).allInnerTexts()).join("\n");
  }

  protected async runs(index: number): Promise<number> {
    return await this.page.evaluate((at) => {
      const { model } = (window as unknown as LabWindow).jupyterapp!.shell.currentWidget!.content.widgets[
        at
      ]!;
      if (model.finishedRuns === undefined) {
        model.finishedRuns = 0;
        // Emptied when a run begins, set when it ends.
        model.stateChanged.connect((_, { name, newValue }) => {
          if (name === "executionCount" && typeof newValue === "number") model.finishedRuns!++;
        });
      }
      return model.finishedRuns;
    }, index);
  }

  async cell(index: number): Promise<Locator> {
    await this.page.evaluate(
      (at) =>
        (window as unknown as LabWindow).jupyterapp!.shell.currentWidget!.content.scrollToItem(at, "auto"),
      index,
    );
    const cell = this.page.locator(`${panel} .jp-Cell[data-windowed-list-index="${index}"]`);
    await cell.waitFor();
    return cell;
  }

  async outputs(index: number): Promise<Locator> {
    const outputs = (await this.cell(index)).locator(".jp-Cell-outputArea");
    await scrollTo(outputs);
    return outputs;
  }

  async write(index: number, source: string): Promise<void> {
    await (await this.cell(index)).locator(".cm-content").click();
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
    await (await this.cell(index)).locator(".jp-InputPrompt").click();
    await this.page.waitForFunction(
      (at) =>
        (window as unknown as LabWindow).jupyterapp!.shell.currentWidget!.content.activeCellIndex === at,
      index,
    );
  }

  protected async press(button: keyof typeof buttons): Promise<void> {
    await this.page.locator(`${panel} .jp-NotebookPanel-toolbar [data-command="${buttons[button]}"]`).click();
    if (button !== "restart and run all") return;
    await this.page.locator(".jp-Dialog .jp-mod-accept").click();
    await this.page.locator(".jp-Dialog").waitFor({ state: "detached" });
  }

  async completions(): Promise<string[]> {
    await this.page.keyboard.press("Tab");
    const offers = this.page.locator(".jp-Completer .jp-Completer-item .jp-Completer-match");
    await offers.first().waitFor();
    const texts = await offers.allInnerTexts();
    await this.page.keyboard.press("Escape");
    return texts.map((text) => text.trim());
  }

  async tooltip(): Promise<string> {
    await this.page.keyboard.press("Shift+Tab");
    const tooltip = this.page.locator(".jp-Tooltip").filter({ hasText: /\S/ });
    await tooltip.waitFor();
    const text = await tooltip.innerText();
    await this.page.keyboard.press("Escape");
    return text;
  }

  async isDirty(): Promise<boolean> {
    return await this.page.evaluate(
      () => (window as unknown as LabWindow).jupyterapp!.shell.currentWidget!.context!.model.dirty,
    );
  }

  async kernelIsIdle(): Promise<boolean> {
    return await this.page.evaluate(() => {
      const context = (window as unknown as LabWindow).jupyterapp!.shell.currentWidget!.context!;
      return context.sessionContext.session?.kernel?.status === "idle";
    });
  }
}

export async function openLabNotebook(page: Page, address: string): Promise<NotebookPage> {
  const notebook = new LabNotebook(page);
  await notebook.open(address);
  return notebook;
}
