import { selectBackend } from "#engine";
import * as tf from "@tensorflow/tfjs";
import { before, describe, it } from "node:test";
import { assertAsOnCpu, type CaseMaker } from "./compare-backends";
import { convolutionCases } from "./cases/convolutions";
import { elementwiseCases } from "./cases/elementwise";
import { layoutCases } from "./cases/layouts";
import { optimizerCases } from "./cases/optimizers";
import { poolingCases } from "./cases/pooling";
import { productCases } from "./cases/products";
import { reductionCases } from "./cases/reductions";
import { RandomValues } from "./random-values";

/** Another seed finds other cases: TSLAB_GAN_TEST_SEED=7 node test/run.mjs random-shapes. */
const SEED = Number(process.env["TSLAB_GAN_TEST_SEED"] ?? 42);

const families: Record<string, Record<string, CaseMaker>> = {
  products: productCases,
  convolutions: convolutionCases,
  pooling: poolingCases,
  elementwise: elementwiseCases,
  reductions: reductionCases,
  layouts: layoutCases,
  optimizers: optimizerCases,
};

for (const [family, makers] of Object.entries(families)) {
  describe(`random ${family} as on tfjs's cpu backend (seed ${SEED})`, () => {
    before(() => selectBackend({ backend: "cpu" }));

    for (const [name, make] of Object.entries(makers)) {
      it(name, async () => {
        const random = new RandomValues(SEED);
        for (let i = 0; i < 40; i++) {
          const { numTensors } = tf.memory();
          const answered = await assertAsOnCpu(make(random));
          // tfjs itself forgets tensors when an op inside of a gradient refuses its shapes.
          if (answered && tf.memory().numTensors !== numTensors)
            throw new Error(`${name}: case ${i} leaks tensors`);
        }
      });
    }
  });
}
