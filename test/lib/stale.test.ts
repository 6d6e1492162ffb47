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

  /** An object made while cells knew these classes. */
  const made = async <T>(make: () => T, values: Record<string, unknown>): Promise<T> => {
    let result: T | undefined;
    await inCell(() => void (result = make()), {}, current(values));
    return result!;
  };
  const refused = (what: () => Promise<void>, message: RegExp, values: Record<string, unknown>) =>
    inCell(() => assert.rejects(what, message), {}, current(values));

  it("says so instead of training", async () => {
    const model = await made(() => new GAN(), { GAN, Generator });
    const message = /model\.generator was made from an older Generator.*Re-run the cell/;
    await refused(() => fit(model), message, { GAN, Generator: class Generator {} });
  });

  it("says so when a class that its class extends is an older one", async () => {
    class Mine extends GAN {}
    const model = await made(() => new Mine(), { GAN, Mine });
    await refused(() => fit(model), /model was made from an older GAN/, { GAN: class GAN {}, Mine });
  });

  it("says so of a data module, too", async () => {
    const data = await made(() => new SmallMNIST(), { SmallMNIST });
    const train = () => new Trainer({ maxEpochs: 1, limitTrainBatches: 1 }).fit(new GAN(), data);
    await refused(train, /data module was made from an older SmallMNIST/, {
      SmallMNIST: class SmallMNIST {},
    });
  });

  it("trains a model of lib's where a cell has a class of the same name", async () => {
    class Generator {}
    const model = await made(() => new GAN(), { Generator });
    await inCell(() => fit(model), {}, current({ Generator }));
  });

  it("trains while the class is the current one, or has no name in the notebook", async () => {
    await inCell(() => fit(new GAN()), {}, current({ GAN, Generator }));
    await inCell(() => fit(new GAN()), {}, current({ Generator: 42 }));
  });

  it("is told from something that is no model at all", async () => {
    await assert.rejects(fit({}), /a Object.* is no LightningModule/);
  });
});
