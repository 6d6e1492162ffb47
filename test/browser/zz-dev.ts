import { openBrowser, openPage } from "./browser";
import { frontEnds } from "./front-ends";
import { startJupyter } from "./started-jupyter";
import { screenshot } from "./screenshots";
async function main() {
  const browser = await openBrowser();
  for (const fe of frontEnds()) {
    if (process.argv[2] && fe.name !== process.argv[2]) continue;
    console.log(fe.name, fe.skip, fe.jupyter);
    const t = Date.now();
    const lap = (s: string) => console.log(s, Date.now() - t);
    const j = await startJupyter("/tmp/n2/dev", fe.jupyter);
    lap("started");
    try {
      const { page, complaints } = await openPage(browser);
      try {
        const nb = await fe.open(page, j.address);
        lap("open");
        console.log(await nb.sources());
        await nb.run(1);
        lap("run1");
        console.log(await nb.outputText(1));
        await nb.run(2);
        lap("run2");
        console.log(await nb.outputText(2));
        await nb.write(2, "console.log('edited'); [1,2]");
        await nb.run(2);
        console.log(await nb.outputText(2));
        const started = await nb.start(3);
        await page.waitForTimeout(1000);
        await nb.interrupt();
        await started.finished({ seconds: 10 });
        lap("interrupted");
        console.log(await nb.outputText(3));
        await nb.run(4);
        console.log(await nb.outputText(4));
        await nb.write(3, "3");
        await nb.save();
        lap("saved");
        await nb.restartAndRunAll({ last: 4, seconds: 30 });
        lap("restarted");
        await nb.save();
        await nb.reload();
        lap("reloaded");
        console.log(await nb.outputText(2), await nb.outputText(4));
      } finally {
        await screenshot(page, "dev-" + fe.name);
        console.log("COMPLAINTS", complaints);
      }
    } catch (e) {
      console.log(e, j.output());
    } finally {
      await j.stop();
    }
  }
  await browser.close();
}
void main();
