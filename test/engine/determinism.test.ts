import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { runChild } from "./run-child";

interface Run {
  threads: number;
  losses: number[];
  weights: string;
}

async function train(seed: number, threads: number): Promise<Run> {
  const env = { TSLAB_GAN_THREADS: String(threads) };
  const { code, stdout, stderr } = await runChild("train-digest.ts", { args: [String(seed)], env });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Run;
}

describe("training on simd", () => {
  let one: Run;

  before(async () => {
    one = await train(42, 1);
    assert.equal(one.threads, 1);
  });

  for (const threads of [1, 2, 3]) {
    it(`gives bit-identical losses and weights with ${threads} of 1, 2 or 3 threads`, async () => {
      assert.deepEqual(await train(42, threads), { ...one, threads });
    });
  }

  it("gives other losses and weights with another seed", async () => {
    const other = await train(43, 2);
    assert.notDeepEqual(other.losses, one.losses);
    assert.notEqual(other.weights, one.weights);
  });
});
