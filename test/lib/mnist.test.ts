import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { DataLoader, MNISTDataModule, seedEverything, type Batch } from "../../lib";

describe("MNISTDataModule", () => {
  const dm = new MNISTDataModule();
  before(async () => {
    await dm.prepareData();
    await dm.setup();
  });

  it("splits into 55,000, 5,000 and 10,000 without overlap", () => {
    const [train, val, test] = [dm.trainDataLoader(), dm.valDataLoader(), dm.testDataLoader()];
    assert.deepEqual(
      [train, val, test].map(({ dataset }) => dataset.indices.length),
      [55_000, 5_000, 10_000],
    );
    assert.equal(new Set([...train.dataset.indices, ...val.dataset.indices]).size, 60_000);
    assert.equal(train.length, 430);
  });

  it("gives normalised batches [B, 28, 28, 1] and keeps the last short one", () => {
    const loader = dm.trainDataLoader();
    const [images, labels] = loader.batches({ start: 0 }).next().value as Batch;
    assert.deepEqual([images.shape, labels.shape], [[128, 28, 28, 1], [128]]);
    const [low, high] = [images.min().dataSync()[0]!, images.max().dataSync()[0]!];
    assert.ok(Math.abs(low - (0 - 0.1307) / 0.3081) < 1e-5 && Math.abs(high - (1 - 0.1307) / 0.3081) < 1e-5);
    const [last] = loader.batches({ start: 429 }).next().value as Batch;
    assert.equal(last.shape[0], 88);
    tf.dispose([images, labels, last]);
  });

  it("keeps images and labels together: the mean image of the ones is a stroke in the middle", () => {
    const { images, labels, indices } = dm.trainDataLoader().dataset;
    const mean = new Float64Array(784);
    const ones = indices.filter((at) => labels[at] === 1);
    for (const at of ones) for (let i = 0; i < 784; i++) mean[i]! += images[at * 784 + i]! / ones.length;
    assert.ok(mean[14 * 28 + 14]! > 200 && mean[14 * 28 + 3]! < 5);
  });

  it("shuffles each epoch anew, repeatably, and prefetch does not change the order", () => {
    const { dataset, batchSize } = dm.trainDataLoader();
    const labelsOf = (loader: DataLoader, epoch: number) => {
      const batches = loader.batches({ epoch });
      const [images, labels] = batches.next().value as Batch;
      batches.return();
      const values = labels.dataSync().join("");
      tf.dispose([images, labels]);
      return values;
    };
    const make = (prefetch: number) => {
      seedEverything(7);
      return new DataLoader(dataset, { batchSize, shuffle: true, prefetch, transform: (x) => x.clone() });
    };
    const before = tf.memory().numTensors;
    assert.equal(labelsOf(make(0), 0), labelsOf(make(3), 0));
    assert.notEqual(labelsOf(make(0), 0), labelsOf(make(0), 1));
    assert.equal(tf.memory().numTensors, before, "batches prepared ahead are freed");
  });

  it("has another split for another seed", async () => {
    const other = new MNISTDataModule({ splitSeed: 1 });
    await other.prepareData();
    await other.setup("fit");
    assert.notDeepEqual(other.valDataLoader().dataset.indices, dm.valDataLoader().dataset.indices);
  });

  it("refuses a batch of zero", () => {
    assert.throws(
      () => new MNISTDataModule({ batchSize: 0 }),
      /MNISTDataModule: batchSize must be .* at least 1, got 0/,
    );
  });

  it("says what to call when setup was not", async () => {
    const fresh = new MNISTDataModule();
    assert.throws(
      () => fresh.trainDataLoader(),
      /trainDataLoader: there is no data yet.*await setup\("fit"\)/s,
    );
    await assert.rejects(fresh.setup(), /setup: the files are not there yet.*await prepareData\(\)/s);
  });
});
