import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { projectRoot } from "./project-copy";

/** Where the pictures go that a person looks at: $TSLAB_GAN_SCREENSHOTS, or out/screenshots. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = resolve(projectRoot, process.env["TSLAB_GAN_SCREENSHOTS"] ?? "out/screenshots");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}
