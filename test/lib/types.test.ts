import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";

const root = resolve(__dirname, "../..");
const CELL = join(root, "test/lib/cell-under-test.ts");
const START = `import * as tf from "@tensorflow/tfjs";
import { GAN, Linear, LightningModule, Module, Trainer, randn, type Batch, type StepOutput } from "../../lib";
`;

/** The compiler's complaints about code that a user might write, with the project's own settings. */
const complaints = (() => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  let previous: ts.Program | undefined;
  return (code: string): string => {
    const host = ts.createCompilerHost({ ...options, noUnusedLocals: false });
    const getSourceFile = host.getSourceFile.bind(host);
    const fileExists = host.fileExists.bind(host);
    host.fileExists = (name) => name === CELL || fileExists(name);
    host.getSourceFile = (name, ...rest) =>
      name === CELL
        ? ts.createSourceFile(name, START + code, ts.ScriptTarget.ES2022)
        : (previous?.getSourceFile(name) ?? getSourceFile(name, ...rest));
    previous = ts.createProgram([CELL], { ...options, noUnusedLocals: false }, host, previous);
    const found = [
      ...previous.getSyntacticDiagnostics(),
      ...previous.getSemanticDiagnostics(previous.getSourceFile(CELL)),
    ];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n");
  };
})();

describe("types catch", () => {
  it("nothing in right code", () => {
    const code = `
      class Mine extends GAN {
        override trainingStep(batch: Batch, batchIdx: number, optimizerIdx: number): StepOutput {
          const output = super.trainingStep(batch, batchIdx, optimizerIdx);
          return { ...output, log: { scaled: output.loss.mul<tf.Scalar>(2), lr: this.hparams.lr } };
        }
      }
      const images: tf.Tensor4D = new Mine({ latentDim: 8 }).forward(randn([6, 8]));`;
    assert.equal(complaints(code), "");
  });

  const mistakes: [string, string, RegExp][] = [
    [
      "an async training step",
      `class Mine extends GAN { override async trainingStep(b: Batch, i: number, o: number) { return super.trainingStep(b, i, o); } }`,
      /Property 'loss' is missing in type 'Promise<StepOutput>'/,
    ],
    [
      "noise of the wrong rank",
      `new GAN().forward(randn([6, 1, 100]));`,
      /not assignable to parameter of type '\[number, number\]'|Tensor/,
    ],
    [
      "images given to a linear layer",
      `new Linear(784, 10).forward(tf.zeros<tf.Rank.R4>([1, 28, 28, 1]));`,
      /Tensor2D|Tensor<Rank.R2>/,
    ],
    ["a misspelt option", `new Trainer({ maxEpoch: 3 });`, /'maxEpoch' does not exist.*maxEpochs/s],
    ["a hyperparameter that is not there", `new GAN().hparams.latentdim;`, /Did you mean 'latentDim'/],
    [
      "a training step without a loss",
      `class Mine extends GAN { override trainingStep() { return { log: {} }; } }`,
      /'loss' is missing/,
    ],
    [
      "optimizers left out",
      `class Mine extends LightningModule { forward(z: tf.Tensor2D) { return z.as4D(1, 1, 1, 1); } trainingStep(): StepOutput { return { loss: tf.scalar(1) }; } }`,
      /configureOptimizers/,
    ],
  ];
  for (const [what, code, message] of mistakes) {
    it(what, () => assert.match(complaints(code), message));
  }
});
