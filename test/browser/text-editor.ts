import type { Page } from "playwright-core";

/** Writes over all of a text file in Jupyter's editor, of Notebook 6 or JupyterLab, and saves it. */
export async function writeInEditor(page: Page, text: string): Promise<void> {
  await page
    .locator(".CodeMirror-line, .jp-MainAreaWidget:not(.lm-mod-hidden) .jp-FileEditor .cm-line")
    .nth(5)
    .click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
  await page.keyboard.press("Control+s");
}
