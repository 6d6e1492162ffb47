import * as tf from "@tensorflow/tfjs";
import type { CaseMaker } from "../compare-backends";
import type { Input, RandomValues, Range } from "../random-values";

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const unary: Record<string, Unary> = {
  relu: tf.relu, relu6: tf.relu6, elu: tf.elu, selu: tf.selu, sigmoid: tf.sigmoid, tanh: tf.tanh, softplus: tf.softplus,
  leakyRelu: (x) => tf.leakyRelu(x, 0.2), step: tf.step, exp: tf.exp, expm1: tf.expm1, log: tf.log, log1p: tf.log1p,
  sqrt: tf.sqrt, rsqrt: tf.rsqrt, square: tf.square, neg: tf.neg, abs: tf.abs, sign: tf.sign, reciprocal: tf.reciprocal,
  floor: tf.floor, ceil: tf.ceil, round: tf.round, sin: tf.sin, cos: tf.cos, erf: tf.erf, isNaN: tf.isNaN,
  isFinite: tf.isFinite, clipByValue: (x) => tf.clipByValue(x, -0.5, 0.7), zerosLike: tf.zerosLike, onesLike: tf.onesLike,
  softmax: (x) => tf.softmax(x), logSoftmax: (x) => tf.logSoftmax(x),
}; // prettier-ignore

const arithmetic: Record<string, Binary> = {
  add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, maximum: tf.maximum, minimum: tf.minimum,
  squaredDifference: tf.squaredDifference, divNoNan: tf.divNoNan, mod: tf.mod, floorDiv: tf.floorDiv,
  greater: tf.greater, greaterEqual: tf.greaterEqual, less: tf.less, lessEqual: tf.lessEqual, equal: tf.equal, notEqual: tf.notEqual,
}; // prettier-ignore

const differentiable: Record<string, Unary> = {
  relu: tf.relu, elu: tf.elu, selu: tf.selu, sigmoid: tf.sigmoid, tanh: tf.tanh, softplus: tf.softplus, exp: tf.exp,
  leakyRelu: (x) => tf.leakyRelu(x, 0.2), square: tf.square, abs: tf.abs, clipByValue: (x) => tf.clipByValue(x, -0.5, 0.7),
  softmax: (x) => tf.softmax(x), logSoftmax: (x) => tf.logSoftmax(x),
}; // prettier-ignore

/** Shapes that broadcast to one: each dimension is full, 1, or (at the front) missing. */
function broadcastShapes(random: RandomValues): [number[], number[]] {
  const full = random.shape(0, 4);
  const shrink = () => {
    const shape = full.map((size) => (random.chance(0.25) ? 1 : size));
    return random.chance(0.3) ? shape.slice(random.int(0, shape.length)) : shape;
  };
  const style = random.int(0, 3);
  if (style === 0) return [full, full];
  return random.chance(0.5) ? [full, shrink()] : [shrink(), shrink()];
}

function unaryCase(name: string, op: Unary): CaseMaker {
  return (random) => {
    const shape = random.chance(0.2) ? [random.int(1000, 9000)] : random.shape(1, 4);
    const last = shape[shape.length - 1];
    // The softmax of nothing is the maximum of nothing.
    if (/softmax/i.test(name) && last === 0) shape[shape.length - 1] = 3;
    return {
      text: name,
      inputs: [random.input(shape, random.chance(0.3) ? "special" : "any")],
      run: (x) => op(x),
    };
  };
}

function binaryCase(name: string, op: Binary): CaseMaker {
  return (random) => {
    const [a, b] = broadcastShapes(random);
    const dtype: Input["dtype"] = random.chance(0.25) ? "int32" : "float32";
    const divides = /^(div|mod|floorDiv)/.test(name);
    const range: Range = random.chance(0.2) ? "special" : "any";
    return {
      text: name,
      inputs: [random.input(a, range, dtype), random.input(b, divides ? "positive" : range, dtype)],
      run: (x, y) => op(x, y),
    };
  };
}

function mapCases<T>(
  ops: Record<string, T>,
  make: (name: string, op: T) => CaseMaker,
): Record<string, CaseMaker> {
  return Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, make(name, op)]));
}

export const elementwiseCases: Record<string, CaseMaker> = {
  ...mapCases(unary, unaryCase),
  ...mapCases(arithmetic, binaryCase),
  ...mapCases(differentiable, (name, op) => (random) => {
    const shape = random.shape(1, 3).map((size) => Math.max(1, size));
    return {
      text: `gradient of ${name}`,
      inputs: [random.input(shape), random.input(shape)],
      run: (x, dy) => tf.grad(op)(x, dy),
      tolerance: 1e-4,
    };
  }),
  ...Object.fromEntries(
    Object.entries({ add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div } as Record<string, Binary>).map(
      ([name, op]): [string, CaseMaker] => [
        `gradients of ${name}, broadcast`,
        (random) => {
          const [a, b] = broadcastShapes(random);
          return {
            text: `gradients of ${name}`,
            inputs: [random.input(a), random.input(b, "positive")],
            run: (x, y) => tf.grads((p, q) => op(p, q))([x, y]),
            tolerance: 1e-4,
          };
        },
      ],
    ),
  ),
  pow: (random) => {
    const [a, b] = broadcastShapes(random);
    return {
      text: "pow",
      inputs: [random.input(a, "positive"), random.input(b)],
      run: (x, y) => tf.pow(x, y),
    };
  },
  "pow with one exponent": (random) => {
    const exponent = random.pick([2, 1.5, 0.5, -1, 3]);
    return {
      text: `pow ${exponent}`,
      inputs: [random.input(random.shape(1, 3), exponent === 2 ? "special" : "positive")],
      run: (x) => tf.pow(x, exponent),
    };
  },
  prelu: (random) => {
    const shape = random.shape(2, 4);
    return {
      text: "prelu",
      inputs: [random.input(shape), random.input(shape.slice(1))],
      run: (x, a) => tf.prelu(x, a),
    };
  },
  where: (random) => {
    const shape = random.shape(1, 4);
    return {
      text: "where",
      inputs: [random.input(shape, "any", "bool"), random.input(shape, "special"), random.input(shape)],
      run: (c, a, b) => tf.where(c, a, b),
    };
  },
  logical: (random) => {
    const [a, b] = broadcastShapes(random);
    const op = random.pick([tf.logicalAnd, tf.logicalOr, tf.logicalXor] as Binary[]);
    return {
      text: "logical",
      inputs: [random.input(a, "any", "bool"), random.input(b, "any", "bool")],
      run: (x, y) => op(x, y),
    };
  },
  addN: (random) => {
    const shape = random.shape(1, 3);
    return {
      text: "addN",
      inputs: Array.from({ length: random.int(1, 4) }, () => random.input(shape)),
      run: (...all) => tf.addN(all),
    };
  },
  "mixed dtypes": (random) => {
    const [a, b] = broadcastShapes(random);
    const op = random.pick([tf.add, tf.mul, tf.sub] as Binary[]);
    // A difference of two bools is not defined: cpu says 255.
    const [first, second] = random.pick<["float32" | "int32", Input["dtype"]]>([
      ["float32", "int32"],
      ["float32", "bool"],
      ["int32", "bool"],
      ["int32", "float32"],
    ]);
    return {
      text: "mixed arithmetic",
      inputs: [random.input(a, "any", first), random.input(b, "any", second)],
      run: (x, y) => op(x, y),
    };
  },
  "biases of large tensors, with what follows": (random) => {
    const channels = random.int(1, 70);
    const shape = random.pick([
      [Math.ceil(20_000 / channels), channels],
      [3, 7, Math.ceil(1000 / channels), channels],
    ]);
    return {
      text: "x + bias",
      inputs: [random.input(shape, random.chance(0.3) ? "special" : "any"), random.input([channels])],
      run: (x, bias) => {
        const sum = tf.add(x, bias);
        // Results must not depend on inputs that are gone by the time somebody looks.
        const [x2, bias2] = [tf.mul(x, 1), tf.mul(bias, 1)];
        const unread = tf.add(x2, bias2);
        tf.dispose([x2, bias2]);
        const [activated, reshaped] = [tf.relu(unread), unread.flatten()];
        unread.dispose();
        const twice = tf.relu(tf.add(tf.add(x, bias), bias));
        const loss = (p: tf.Tensor, q: tf.Tensor) => tf.relu(tf.add(p, q)).mean();
        return [sum, tf.relu(sum), activated, reshaped, twice, ...tf.grads(loss)([x, bias])];
      },
      tolerance: 1e-4,
    };
  },
  cast: (random) => {
    const dtypes = ["float32", "int32", "bool"] as const;
    const [from, to] = [random.pick(dtypes), random.pick(dtypes)];
    return {
      text: `cast to ${to}`,
      inputs: [random.input(random.shape(1, 3), "any", from)],
      run: (x) => x.cast(to),
    };
  },
};
