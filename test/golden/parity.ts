import { selectBackend, type BackendName } from "#engine";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { GAN } from "../../lib/gan";
import type { Batch } from "../../lib/data-loader";
import { countParameters } from "../../lib/module";
import type { Optimizer } from "../../lib/optimizers";
import { optimizerStep } from "../../lib/training-step";
import { assertClose, assertRelative } from "./compare";
import { BATCH, batchOf, images, numbers, STEPS, weight } from "./pytorch-gan";

/** The library's GAN, fed with the noise that PyTorch was fed with. */
class GoldenGAN extends GAN {
  noise!: tf.Tensor2D;

  override forward(): tf.Tensor4D {
    return this.generator.forward(this.noise);
  }

  weights(): [path: string, variable: tf.Variable][] {
    return [...this.namedParameters()];
  }
}

/** Declares the tests that a backend computes PyTorch's numbers, in the first `steps` of the five steps. */
export function describeParity(name: BackendName, steps: number): void {
  describe(`PyTorch's numbers on ${name}`, () => {
    let model: GoldenGAN;

    before(async () => {
      await selectBackend({ backend: name });
      model = new GoldenGAN();
      model.eval(); // without dropout, as the golden numbers
    });

    function reset(): Optimizer[] {
      for (const [path, variable] of model.weights()) tf.tidy(() => variable.assign(weight("init", path)));
      return model.configureOptimizers();
    }

    it("counts PyTorch's parameters", () => {
      assert.equal(countParameters(model.discriminator), 21_381);
      assert.equal(countParameters(model.generator), 358_529);
    });

    it("computes the outputs within 1e-5", async () => {
      reset();
      model.noise = batchOf("z_generator", 0);
      const generated = tf.tidy(() => model.forward());
      await assertClose(generated, images("forward.generated"), 1e-5, "generated images");
      const real = tf.tidy(() => model.discriminator.forward(batchOf("real", 0)));
      await assertClose(
        real,
        tf.tensor(numbers("forward.score_real"), [BATCH, 1]),
        1e-5,
        "scores of real images",
      );
      const fake = tf.tidy(() => model.discriminator.forward(generated));
      await assertClose(fake, tf.tensor(numbers("forward.score_fake"), [BATCH, 1]), 1e-5, "scores of fakes");
    });

    it(`follows ${steps} training steps: gradients within 1e-4, losses within 1e-5, the other network untouched`, async () => {
      const optimizers = reset();
      const networks = ["generator", "discriminator"] as const;
      for (let step = 0; step < steps; step++) {
        const batch = batchOf<tf.Tensor4D>("real", step);
        for (const [optimizerIdx, network] of networks.entries()) {
          model.noise = batchOf(`z_${network}`, step);
          const optimizer = optimizers[optimizerIdx]!;
          const labels = tf.zeros<tf.Rank.R1>([BATCH]);
          const other = networks[1 - optimizerIdx]!;
          const before = await snapshot(model, other);
          const loss =
            step === 0
              ? await firstStep(model, optimizer, [batch, labels], optimizerIdx)
              : (await optimizerStep(model, optimizer, [batch, labels], step, optimizerIdx)).loss;
          const expected = numbers(`loss.${network}`)[step]!;
          assert.ok(
            Math.abs(loss - expected) <= 1e-5,
            `loss of the ${network} in step ${step}: ${loss}, not ${expected}`,
          );
          assert.deepEqual(
            await snapshot(model, other),
            before,
            `the ${network}'s step changed the ${other}`,
          );
        }
      }
      if (steps < STEPS) return;
      for (const [path, variable] of model.weights()) {
        await assertClose(variable, weight("final", path), 1e-4, `${path} after five steps`);
      }
    });
  });
}

/** One step, with a look at the gradients on the way; returns the loss. */
async function firstStep(
  model: GoldenGAN,
  optimizer: Optimizer,
  batch: Batch,
  optimizerIdx: number,
): Promise<number> {
  const { value, grads } = tf.variableGrads(
    () => model.trainingStep(batch, 0, optimizerIdx).loss,
    [...optimizer.parameters],
  );
  for (const [path, variable] of model.weights()) {
    if (!optimizer.parameters.includes(variable)) continue;
    await assertRelative(grads[variable.name]!, weight("grad", path), 1e-4, `gradient of ${path}`);
  }
  optimizer.applyGradients(grads);
  return (await value.data())[0]!;
}

/** The bits of all weights of one network. */
async function snapshot(model: GoldenGAN, network: "generator" | "discriminator"): Promise<Uint32Array[]> {
  const values = await Promise.all(model[network].parameters().map((variable) => variable.data()));
  return values.map((value) => new Uint32Array(Float32Array.from(value).buffer));
}
