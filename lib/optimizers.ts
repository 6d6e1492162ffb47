import * as tf from "@tensorflow/tfjs";
import { adamStep } from "./backend";

/** An optimizer and the weights that are its own: no step of it touches any other. */
export interface Optimizer {
  readonly parameters: readonly tf.Variable[];
  /** Moves the weights by the gradients, given by the weights' names. */
  applyGradients(gradients: tf.NamedTensorMap): void;
  /** Frees its moments. */
  dispose(): void;
}

/** Options of {@link adam}, with PyTorch's names and defaults. */
export interface AdamOptions {
  /** Learning rate. Default 1e-3. */
  lr?: number;
  /** Decay of the two moments. Default (0.9, 0.999). */
  betas?: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  eps?: number;
}

/**
 * Adam for these weights and no others, with PyTorch's defaults.
 *
 * @param parameters e.g. `network.parameters()`
 * @throws RangeError if there are none, or an option is out of range
 * @example adam(this.generator.parameters(), { lr: 2e-4 })
 */
export function adam(
  parameters: readonly tf.Variable[],
  { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8 }: AdamOptions = {},
): Optimizer {
  if (parameters.length === 0)
    throw new RangeError("adam: no parameters to optimize: the network has no weights");
  if (!(lr > 0 && Number.isFinite(lr)))
    throw new RangeError(`adam: the learning rate must be above 0, got ${lr}`);
  for (const beta of betas) {
    if (!(beta >= 0 && beta < 1))
      throw new RangeError(`adam: betas must be in [0, 1), got [${betas.join(", ")}]`);
  }
  const moments = parameters.map((parameter) => {
    const zeros = () => tf.tidy(() => tf.variable(tf.zerosLike(parameter), false));
    return { m: zeros(), v: zeros(), step: 0 };
  });
  return {
    parameters,
    applyGradients: (gradients) => {
      for (const [i, parameter] of parameters.entries()) {
        const moment = moments[i]!;
        const { m, v } = moment;
        const gradient = gradients[parameter.name];
        // A layer that this loss does not use: it stays as it is, as in PyTorch.
        if (gradient === undefined) continue;
        const rates = { lr, beta1: betas[0], beta2: betas[1], eps, step: ++moment.step };
        const [newValue, newM, newV] = adamStep(parameter, gradient, m, v, rates);
        parameter.assign(newValue);
        m.assign(newM);
        v.assign(newV);
        tf.dispose([newValue, newM, newV]);
      }
    },
    dispose: () => tf.dispose(moments.flatMap(({ m, v }) => [m, v])),
  };
}
