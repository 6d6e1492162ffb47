import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { GAN, Trainer, useBackend, type Batch, type StepOutput } from "../../lib";
import { htmlOf, inCell, textOf } from "./shown-outputs";
import { SmallMNIST } from "./small-data";

before(() => useBackend());

describe("the live view", () => {
  it("is one output that updates in place, with progress, curves and images, and no script", async () => {
    const shown = await inCell(() =>
      new Trainer({ maxEpochs: 2, limitTrainBatches: 3 }).fit(new GAN(), new SmallMNIST()),
    );
    const views = shown.filter(({ options }) => options.displayId !== undefined);
    const grids = shown.filter(({ options }) => options.displayId === undefined);
    assert.equal(new Set(views.map(({ options }) => options.displayId)).size, 1);
    assert.deepEqual(
      views.map(({ options }) => options.update),
      views.map((_, i) => i > 0),
    );
    const last = views[views.length - 1]!;
    assert.match(textOf(last), /^epoch 2\/2 ━+ 3\/3 · .* it\/s · .*gLoss [\d.]+ dLoss [\d.]+ · done$/);
    const [, svg = ""] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(htmlOf(last)) ?? [];
    assert.match(Buffer.from(svg, "base64").toString(), /<svg .*<polyline .*points="[\d., ]+"/);
    // What Jupyter and GitHub cut out of notebooks that are not trusted.
    assert.doesNotMatch(htmlOf(last), /<svg/);
    assert.match(htmlOf(last), /<img .*src="data:image\/png;base64,iVBOR/);
    assert.match(htmlOf(last), /after 2 epochs/);
    assert.doesNotMatch(htmlOf(last), /<script/);
    assert.deepEqual(grids.map(textOf), ["[6 images of 28×28: Epoch 1]", "[6 images of 28×28: Epoch 2]"]);
  });

  it("says where training failed, and which batch was the last good one", async () => {
    class Exploding extends GAN {
      override trainingStep(batch: Batch, batchIdx: number, optimizerIdx: number): StepOutput {
        const output = super.trainingStep(batch, batchIdx, optimizerIdx);
        return batchIdx < 2 ? output : { ...output, loss: output.loss.mul(NaN) };
      }
    }
    const trainer = new Trainer({ maxEpochs: 1, limitTrainBatches: 4 });
    const shown = await inCell(() =>
      assert.rejects(trainer.fit(new Exploding(), new SmallMNIST()), /the loss is NaN/),
    );
    assert.match(
      textOf(shown[shown.length - 1]!),
      /gLoss [\d.]+ dLoss [\d.]+ · failed in epoch 1, batch 3; the last good batch, with these losses, was 2$/,
    );
  });

  it("says where an interrupt stopped, and goes on with the curves so far", async () => {
    const model = new GAN();
    const stop = new AbortController();
    const stopAtBatch2 = {
      onTrainBatchEnd: ({ batchIdx }: Trainer) => void (batchIdx === 2 && stop.abort(new Error("interrupt"))),
    };
    const trainer = new Trainer({ maxEpochs: 1, limitTrainBatches: 4, callbacks: [stopAtBatch2] });
    const stopped = await inCell(() =>
      assert.rejects(trainer.fit(model, new SmallMNIST(), { signal: stop.signal }), /interrupt/),
    );
    assert.match(
      textOf(stopped[stopped.length - 1]!),
      /stopped in epoch 1, batch 2; the model is as of this batch; run the cell again to go on$/,
    );
    assert.equal(trainer.history.steps.length, 2);
    // A re-run cell makes a new trainer; with fewer batches an epoch than were done, the epoch ends.
    const again = new Trainer({ maxEpochs: 2, limitTrainBatches: 1 });
    const resumed = await inCell(() => again.fit(model, new SmallMNIST()));
    assert.match(textOf(resumed[resumed.length - 1]!), /^epoch 2\/2 .* 1\/1 .*done$/);
    assert.equal(again.history.steps.length, 3);
  });
});
