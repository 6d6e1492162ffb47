import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { GAN, Generator, Trainer, useBackend } from "../../lib";
import { inCell } from "./shown-outputs";
import { SmallMNIST } from "./small-data";

before(() => useBackend());

describe("a model made from an older class", () => {
  const fit = (model: unknown) =>
    new Trainer({ maxEpochs: 1, limitTrainBatches: 1 }).fit(model as GAN, new SmallMNIST());
  const current = (values: Record<string, unknown>) => ({ lookup: (name: string) => values[name] });

  it("says so instead of training", async () => {
    const redefined = { Generator: class Generator {} };
    await inCell(
      () =>
        assert.rejects(fit(new GAN()), /model\.generator was made from an older Generator.*Re-run the cell/),
      {},
      current(redefined),
    );
  });

  it("trains while the class is the current one, or has no name in the notebook", async () => {
    await inCell(() => fit(new GAN()), {}, current({ GAN, Generator }));
    await inCell(() => fit(new GAN()), {}, current({ Generator: 42 }));
  });

  it("is told from something that is no model at all", async () => {
    await assert.rejects(fit({}), /a Object.* is no LightningModule/);
  });
});
