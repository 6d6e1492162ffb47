import * as tf from "@tensorflow/tfjs";
import { noteClasses } from "./class-names";

/**
 * Base class of everything with weights, as `torch.nn.Module`: a network is a class whose fields are
 * layers, and whose `forward` says how data flows through them.
 *
 * @example
 * class TwoLayers extends Module<tf.Tensor2D, tf.Tensor2D> {
 *   hidden = new Linear(100, 50);
 *   output = new Linear(50, 1);
 *   forward(x: tf.Tensor2D) {
 *     return this.output.forward(tf.relu(this.hidden.forward(x)));
 *   }
 * }
 */
export abstract class Module<Input = tf.Tensor, Output = tf.Tensor> {
  /** true while training (dropout drops), false while evaluating (dropout does nothing). */
  training = true;

  constructor() {
    noteClasses(this);
  }

  /** Input to output. Call it where the gradients of its weights may be wanted: it must be synchronous. */
  abstract forward(input: Input): Output;

  /** The weights by name, e.g. `lin1.weight`: this module's own, then those of its fields, in order. */
  namedParameters(prefix = ""): Map<string, tf.Variable> {
    const found = new Map<string, tf.Variable>();
    for (const [name, value] of this.weightFields()) {
      if (value instanceof tf.Variable) {
        if (value.trainable) found.set(prefix + name, value);
      } else {
        value.namedParameters(`${prefix}${name}.`).forEach((weight, path) => found.set(path, weight));
      }
    }
    return found;
  }

  /** All trainable weights, for an optimizer: `adam(network.parameters())`. */
  parameters(): tf.Variable[] {
    return [...this.namedParameters().values()];
  }

  /** Everything a checkpoint must hold: the weights, and statistics such as batch norm's running mean. */
  stateDict(prefix = ""): Map<string, tf.Variable> {
    const found = new Map<string, tf.Variable>();
    for (const [name, value] of this.weightFields()) {
      if (value instanceof tf.Variable) found.set(prefix + name, value);
      else value.stateDict(`${prefix}${name}.`).forEach((weight, path) => found.set(path, weight));
    }
    return found;
  }

  /** This module's fields that are modules, by name; elements of an array as `name.0`, `name.1`, … */
  children(): Map<string, Module<never, unknown>> {
    const modules = this.weightFields().filter(
      (field): field is [string, Module<never, unknown>] => !(field[1] instanceof tf.Variable),
    );
    return new Map(modules);
  }

  /** Sets training mode for this module and all inside it. */
  train(mode = true): this {
    this.training = mode;
    for (const child of this.children().values()) child.train(mode);
    return this;
  }

  /** Sets evaluation mode: dropout passes everything, batch norm uses its running statistics. */
  eval(): this {
    return this.train(false);
  }

  /** A short name for summaries and errors, e.g. `Linear(100 → 50)`. */
  toString(): string {
    return this.constructor.name;
  }

  /** Frees the weights' memory. The module cannot be used afterwards. */
  dispose(): void {
    for (const weight of this.stateDict().values()) weight.dispose();
  }

  private weightFields(): [string, tf.Variable | Module<never, unknown>][] {
    return Object.entries(this as Record<string, unknown>)
      .flatMap(([name, value]): [string, unknown][] =>
        Array.isArray(value)
          ? value.map((element: unknown, i) => [`${name}.${i}`, element])
          : [[name, value]],
      )
      .filter(
        (field): field is [string, tf.Variable | Module<never, unknown>] =>
          field[1] instanceof tf.Variable || field[1] instanceof Module,
      );
  }
}

/**
 * The number of single weights, e.g. 358,529 for the tutorial's generator.
 *
 * @example countParameters(new Generator()) // 358529
 */
export function countParameters(module: Module<never, unknown>): number {
  return module.parameters().reduce((sum, weight) => sum + weight.size, 0);
}

/**
 * A copy of the value through which no gradient flows, as `tensor.detach()` in PyTorch. The discriminator's
 * step uses it, so that learning to tell fakes apart does not change the generator that made them.
 *
 * @example const yFake = discriminator.forward(detach(generator.forward(z))); // [B, 1]
 */
export function detach<T extends tf.Tensor>(tensor: T): T {
  // Another tensor on the same data, of which the tape knows nothing. A custom gradient of zeros would not do: a loss
  // that depends on nothing else would seem to have a gradient, and train nothing without a word.
  const engine = tf.engine();
  const { dataId, shape, dtype } = tensor;
  const { backend } = engine.state.tensorInfo.get(dataId)!;
  backend.incRef(dataId);
  return engine.makeTensorFromDataId(dataId, shape, dtype, backend) as T;
}
