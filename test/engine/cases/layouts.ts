import * as tf from "@tensorflow/tfjs";
import type { CaseMaker } from "../compare-backends";

const DTYPES = ["float32", "int32", "bool"] as const;

export const layoutCases: Record<string, CaseMaker> = {
  transpose: (random) => {
    const shape = random.shape(1, 5, 9);
    const perm = shape.map((_, i) => i).sort(() => random.next() - 0.5);
    return {
      text: `transpose ${perm.join()}`,
      inputs: [random.input(shape, "any", random.pick(DTYPES))],
      run: (x) => tf.transpose(x, perm),
    };
  },
  reshape: (random) => {
    const shape = random.shape(1, 4);
    return {
      text: "reshape",
      inputs: [random.input(shape, "special")],
      run: (x) => tf.add(tf.reshape(x, [...shape].reverse()), 1),
    };
  },
  pad: (random) => {
    const shape = random.shape(1, 4, 7);
    const paddings = shape.map((): [number, number] => [random.int(0, 3), random.int(0, 3)]);
    return {
      text: `pad ${JSON.stringify(paddings)}`,
      inputs: [random.input(shape)],
      run: (x) => tf.pad(x, paddings, 0.5),
    };
  },
  slice: (random) => {
    const shape = random.shape(1, 5, 9);
    const begin = shape.map((size) => random.int(0, Math.max(0, size - 1)));
    const size = shape.map((all, i) => random.int(0, all - begin[i]!));
    return {
      text: `slice ${begin.join()} size ${size.join()}`,
      inputs: [random.input(shape, "any", random.pick(DTYPES))],
      run: (x) => tf.slice(x, begin, size),
    };
  },
  stridedSlice: (random) => {
    const shape = random.shape(1, 4, 9).map((size) => Math.max(1, size));
    const strides = shape.map(() => random.int(1, 3));
    return {
      text: `stridedSlice ${strides.join()}`,
      inputs: [random.input(shape)],
      run: (x) =>
        tf.stridedSlice(
          x,
          shape.map(() => 0),
          shape,
          strides,
        ),
    };
  },
  concat: (random) => {
    const shape = random.shape(1, 4, 7);
    const axis = random.int(0, shape.length - 1);
    const parts = Array.from({ length: random.int(1, 4) }, () =>
      shape.map((size, i) => (i === axis ? random.size(6) : size)),
    );
    return {
      text: `concat axis ${axis}`,
      inputs: parts.map((part) => random.input(part)),
      run: (...all) => tf.concat(all, axis),
    };
  },
  "split and stack": (random) => {
    const shape = [random.int(1, 4) * 3, ...random.shape(0, 2)];
    return { text: "split, stack", inputs: [random.input(shape)], run: (x) => tf.stack(tf.split(x, 3)) };
  },
  tile: (random) => {
    const shape = random.shape(1, 3, 6);
    const reps = shape.map(() => random.int(1, 3));
    return { text: `tile ${reps.join()}`, inputs: [random.input(shape)], run: (x) => tf.tile(x, reps) };
  },
  gather: (random) => {
    const shape = random.shape(1, 4, 9).map((size) => Math.max(1, size));
    const axis = random.int(0, shape.length - 1);
    const indices = Int32Array.from({ length: random.size(9) }, () => random.int(0, shape[axis]! - 1));
    return {
      text: `gather axis ${axis}`,
      inputs: [random.input(shape), { shape: [indices.length], dtype: "int32", values: indices }],
      run: (x, i) => tf.gather(x, i, axis),
    };
  },
  reverse: (random) => {
    const shape = random.shape(1, 4, 8);
    const axis = random.int(0, shape.length - 1);
    return { text: `reverse axis ${axis}`, inputs: [random.input(shape)], run: (x) => tf.reverse(x, axis) };
  },
  oneHot: (random) => {
    const depth = random.int(1, 9);
    const values = Int32Array.from({ length: random.size(20) }, () => random.int(0, depth - 1));
    return {
      text: `oneHot ${depth}`,
      inputs: [{ shape: [values.length], dtype: "int32", values }],
      run: (x) => tf.oneHot(x, depth),
    };
  },
  "upsampling and its gradient": (random) => {
    const shape = [random.int(1, 2), random.int(1, 6), random.int(1, 6), random.int(1, 5)];
    const up = (x: tf.Tensor) =>
      tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [shape[1]! * 2, shape[2]! * 2]);
    return {
      text: "resizeNearestNeighbor",
      inputs: [random.input(shape)],
      run: (x) => [up(x), tf.grad((p) => up(p).square())(x)],
    };
  },
};
