import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { isKnownNoise } from "./console-noise";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** The Chromium that $CHROMIUM names or PATH has. */
export function findChromium(): string | undefined {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && existsSync(named)) return named;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return ["chromium", "chromium-browser", "google-chrome"]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors in the browser's console, and requests that would leave this machine; Jupyter's own noise left out. */
  readonly complaints: string[];
}

/** A browser without network but for the tests' own server. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("no Chromium on PATH, and $CHROMIUM names none");
  return await chromium.launch({ executablePath, headless: true, args: flags });
}

/** A new page with a user's empty profile. */
export async function openPage(browser: Browser): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  const complain = (text: string) => {
    if (!isKnownNoise(text)) complaints.push(text);
  };
  page.on("console", (message) => {
    if (message.type() === "error") complain(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complain(`uncaught: ${error.message}\n${error.stack ?? ""}`));
  await context.route(
    (url) => !["127.0.0.1", "localhost", "[::1]"].includes(url.hostname) && url.protocol.startsWith("http"),
    (route) => {
      complain(`request that needs a network: ${route.request().url()}`);
      return route.abort();
    },
  );
  // "Leave this page?" of a notebook that was not saved.
  page.on("dialog", (dialog) => void dialog.accept().catch(() => undefined));
  return { page, complaints };
}
