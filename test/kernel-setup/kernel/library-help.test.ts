import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { KernelClient } from "./client";
import { plain } from "./fixture";

/** What Tab and Shift-Tab show of the project's own library, in its own notebooks folder. */
describe("help on the library in a notebook", () => {
  let kernel: KernelClient;
  before(async () => {
    kernel = await KernelClient.start({ cwd: join(resolve(__dirname, "../../.."), "notebooks") });
    const outcome = await kernel.execute(
      'import { GAN, MNISTDataModule, Trainer } from "../lib";\nconst model = new GAN();\nconst dm = new MNISTDataModule();',
    );
    assert.equal(outcome.reply.status, "ok", plain(outcome.reply.traceback));
  });
  after(() => kernel.close());

  async function complete(code: string): Promise<string[]> {
    const [start = "", end = ""] = code.split("|");
    const content = { code: start + end, cursor_pos: start.length };
    const { reply } = await kernel.request("shell", "complete_request", content);
    return reply.matches as string[];
  }

  async function inspect(code: string): Promise<string> {
    const [start = "", end = ""] = code.split("|");
    const content = { code: start + end, cursor_pos: start.length, detail_level: 0 };
    const { reply } = await kernel.request("shell", "inspect_request", content);
    return plain((reply.data as Record<string, string>)["text/plain"]);
  }

  it("completes hyperparameters, trainer options and batches", async () => {
    assert.deepEqual((await complete("model.hparams.|")).sort(), ["latentDim", "lr"]);
    const options = await complete("new Trainer({ | })");
    for (const name of ["maxEpochs", "limitTrainBatches", "gpus"]) assert.ok(options.includes(name), name);
    const batch = await complete("for (const [images] of dm.trainDataLoader()) images.sh|");
    assert.ok(batch.includes("shape"), batch.join());
  });

  it("shows meaning, shapes and an example", async () => {
    assert.match(await inspect("new GA|N()"), /GAN[^]*new GAN\(/);
    assert.match(await inspect("model.gener|ator.forward"), /Generator/);
    assert.match(
      await inspect("await trainer; new Train|er({})"),
      /Trains a model[^]*trainer\.fit\(model, dm\)/,
    );
  });
});
