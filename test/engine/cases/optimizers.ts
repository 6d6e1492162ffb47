import * as tf from "@tensorflow/tfjs";
import type { CaseMaker } from "../compare-backends";

/** Three steps of an optimizer on two weights, with gradients that change from step to step. */
function steps(name: string, make: () => tf.Optimizer): CaseMaker {
  return (random) => {
    const shapes = [random.shape(1, 3).map((size) => Math.max(1, size)), [random.int(1, 700)]];
    return {
      text: `${name}, three steps`,
      inputs: shapes.flatMap((shape) => [random.input(shape), random.input(shape)]),
      run: (...inputs) => {
        const variables = [tf.variable(inputs[0]!), tf.variable(inputs[2]!)];
        const gradients = [inputs[1]!, inputs[3]!];
        const optimizer = make();
        for (let step = 1; step <= 3; step++) {
          optimizer.applyGradients(
            variables.map(({ name }, i) => ({ name, tensor: gradients[i]!.mul(step) })),
          );
        }
        const results = variables.map((variable) => variable.clone());
        tf.dispose(variables);
        optimizer.dispose();
        return results;
      },
      tolerance: 1e-4,
    };
  };
}

export const optimizerCases: Record<string, CaseMaker> = {
  Adam: steps("adam", () => tf.train.adam(2e-4, 0.9, 0.999, 1e-8)),
  "Adam with other settings": steps("adam(0.1, 0.5, 0.9)", () => tf.train.adam(0.1, 0.5, 0.9, 1e-3)),
  SGD: steps("sgd", () => tf.train.sgd(0.1)),
  RMSProp: steps("rmsprop", () => tf.train.rmsprop(0.01)),
};
