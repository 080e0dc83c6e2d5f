/**
 * Runs the graph of a network in plain JavaScript: the eighteen operations that `mien train export`
 * writes, as https://onnx.ai/onnx/operators/ has them.
 *
 * A frame takes a fifth of a millisecond, so that no page has to fetch fourteen megabytes of
 * WebAssembly for it. Sums are float32, as everywhere; in another order than onnxruntime's.
 *
 * @module
 */

import { NetworkError } from "./onnx_file.js";

/** @typedef {{shape: readonly number[], values: Float32Array | Int32Array}} Tensor */
/** @typedef {import("./onnx_file.js").Step} Step */
/** @typedef {import("./onnx_file.js").OnnxFile} OnnxFile */
/** @typedef {(step: Step, given: readonly Tensor[]) => readonly Tensor[]} Operation */

/** Numbers of one tensor. */
const MOST = 2 ** 24;

/** @type {Readonly<Record<string, Operation>>} */
const OPERATIONS = {
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: pairwise((a, b) => a / b),
  Max: pairwise((a, b) => Math.max(a, b)),
  Greater: pairwise((a, b) => (a > b ? 1 : 0)),
  Sigmoid: single((x) => 1 / (1 + Math.exp(-x))),
  Softplus: single((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  Clip: (_, [x, low, high]) => {
    const [least, most] = [low?.values[0] ?? -Infinity, high?.values[0] ?? Infinity];
    return [mapped(x, (one) => Math.min(most, Math.max(least, one)))];
  },
  Where: (_, [condition, a, b]) => {
    const values = Float32Array.from(condition.values, (is, at) => (is ? a.values[at] : b.values[at]));
    return [{ shape: condition.shape, values }];
  },
  Shape: ({ numbers }, [x]) => {
    const [start, end] = [numbers.get("start") ?? 0, numbers.get("end") ?? x.shape.length];
    const sizes = x.shape.slice(start, end);
    return [{ shape: [sizes.length], values: Int32Array.from(sizes) }];
  },
  Squeeze: (_, [x]) => [{ shape: x.shape.filter((size) => size !== 1), values: x.values }],
  Reshape: (_, [x, shape]) => [{ shape: reshaped(x, Array.from(shape.values)), values: x.values }],
  MatMul: (_, [a, b]) => [product(a, b)],
  Concat: ({ numbers }, given) => [joined(given, numbers.get("axis") ?? 0)],
  Split: ({ numbers, outputs }, [x]) => {
    const axis = placeOf(numbers.get("axis") ?? 0, x.shape.length);
    const size = x.shape[axis] / outputs.length;
    return outputs.map((_, part) => sliced(x, axis, part * size, size));
  },
  Slice: (_, [x, starts, ends, axes, steps]) => {
    let found = x;
    for (let at = 0; at < starts.values.length; at += 1) {
      if ((steps?.values[at] ?? 1) !== 1) throw new NetworkError("its graph skips numbers");
      const axis = placeOf(axes?.values[at] ?? at, x.shape.length);
      const size = found.shape[axis];
      const start = bound(starts.values[at], size);
      found = sliced(found, axis, start, Math.max(0, bound(ends.values[at], size) - start));
    }
    return [found];
  },
  Gather: ({ numbers }, [x, picks]) => {
    const axis = placeOf(numbers.get("axis") ?? 0, x.shape.length);
    const parts = Array.from(picks.values, (at) => sliced(x, axis, at, 1));
    return [joined(parts, axis)];
  },
};

/** A graph, ready to be run. */
export class Graph {
  /**
   * @param {OnnxFile} file
   * @throws {NetworkError} it has an operation that networks of mien do not have
   */
  constructor({ steps, constants }) {
    const unknown = steps.find(({ type }) => !Object.hasOwn(OPERATIONS, type));
    if (unknown) throw new NetworkError(`its graph has ${unknown.type}, which only onnxruntime-web runs`);
    this.steps = steps.map((step) => ({ step, operation: OPERATIONS[step.type] }));
    this.constants = new Map([...constants].map(([name, { shape, values }]) => [name, { shape, values }]));
  }

  /**
   * @param {Readonly<Record<string, Tensor>>} inputs
   * @param {readonly string[]} wanted
   * @returns {readonly Tensor[]}
   * @throws {NetworkError} its steps do not fit together
   */
  run(inputs, wanted) {
    /** @type {Map<string, Tensor>} */
    const known = new Map(Object.entries(inputs));
    const named = (/** @type {string} */ name) => {
      const found = known.get(name) ?? this.constants.get(name);
      if (!found) throw new NetworkError(`its graph has no ${name}`);
      return found;
    };
    for (const { step, operation } of this.steps) {
      const given = step.inputs.filter((name) => name !== "").map(named);
      operation(step, given).forEach((one, at) => known.set(step.outputs[at], one));
    }
    return wanted.map(named);
  }
}

/** @param {(x: number) => number} of @returns {Operation} */
function single(of) {
  return (_, [x]) => [mapped(x, of)];
}

/** @param {Tensor} x @param {(x: number) => number} of @returns {Tensor} */
function mapped({ shape, values }, of) {
  const out = new Float32Array(values.length);
  for (let at = 0; at < out.length; at += 1) out[at] = of(values[at]);
  return { shape, values: out };
}

/**
 * Of two tensors: alike, one of them a number, or one of them a row for the other's last axes.
 *
 * @param {(a: number, b: number) => number} of
 * @returns {Operation}
 */
function pairwise(of) {
  return (_, [a, b]) => {
    const wide = a.values.length >= b.values.length ? a : b;
    const whole = [a, b].every(({ values, shape }) => values.length === wide.values.length || trails(shape, wide.shape));
    if (!whole) return [spread(of, a, b)];
    const [left, right] = [a.values, b.values];
    const [across, down] = [left.length, right.length];
    const integers = left instanceof Int32Array && right instanceof Int32Array;
    const out = integers ? new Int32Array(wide.values.length) : new Float32Array(wide.values.length);
    for (let at = 0; at < out.length; at += 1) out[at] = of(left[at % across], right[at % down]);
    return [{ shape: wide.shape, values: out }];
  };
}

/** @param {readonly number[]} shape @param {readonly number[]} wide @returns {boolean} */
function trails(shape, wide) {
  const own = shape.slice(shape.findIndex((size) => size !== 1));
  const count = shape.reduce((product, size) => product * size, 1);
  return count === 1 || own.every((size, at) => size === wide[wide.length - own.length + at]);
}

/**
 * Of two tensors of one dimension, of which either repeats along axes of size 1.
 *
 * @param {(a: number, b: number) => number} of
 * @param {Tensor} a
 * @param {Tensor} b
 * @returns {Tensor}
 */
function spread(of, a, b) {
  const rank = Math.max(a.shape.length, b.shape.length);
  const [left, right] = [a, b].map(({ shape }) => [...Array(rank - shape.length).fill(1), ...shape]);
  const shape = left.map((size, axis) => Math.max(size, right[axis]));
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > MOST) throw new NetworkError("its graph makes more numbers than networks of mien do");
  const values = new Float32Array(count);
  for (let at = 0; at < values.length; at += 1) {
    let [rest, one, other, over, under] = [at, 0, 0, 1, 1];
    for (let axis = rank - 1; axis >= 0; axis -= 1) {
      const place = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
      one += (left[axis] === 1 ? 0 : place) * over;
      other += (right[axis] === 1 ? 0 : place) * under;
      over *= left[axis];
      under *= right[axis];
    }
    values[at] = of(a.values[one], b.values[other]);
  }
  return { shape, values };
}

/** @type {WeakMap<object, Float32Array>} what stands on the right of a product, by columns */
const turnedRound = new WeakMap();

/** @param {Tensor} a (..., K) @param {Tensor} b (K, M) @returns {Tensor} (..., M) */
function product(a, b) {
  const [inner, width] = b.shape;
  if (b.shape.length !== 2 || a.shape[a.shape.length - 1] !== inner) throw new NetworkError("its graph does not fit together");
  const rows = a.values.length / inner;
  if (rows * width > MOST) throw new NetworkError("its graph makes more numbers than networks of mien do");
  let columns = turnedRound.get(b);
  if (!columns) turnedRound.set(b, (columns = turned(b)));
  const values = new Float32Array(rows * width);
  multiply(/** @type {Float32Array} */ (a.values), columns, values, inner);
  return { shape: [...a.shape.slice(0, -1), width], values };
}

/** @param {Tensor} b (K, M) @returns {Float32Array} (M, K) */
function turned({ shape: [inner, width], values }) {
  const columns = new Float32Array(values.length);
  for (let at = 0; at < columns.length; at += 1) columns[at] = values[(at % inner) * width + Math.floor(at / inner)];
  return columns;
}

/**
 * Rows by columns: four sums at a time, which do not wait for one another.
 *
 * @param {Float32Array} left rows x K
 * @param {Float32Array} columns M x K
 * @param {Float32Array} out rows x M
 * @param {number} inner K
 */
function multiply(left, columns, out, inner) {
  const width = columns.length / inner;
  const even = inner - (inner % 4);
  for (let row = 0, to = 0; to < out.length; row += inner) {
    for (let m = 0, from = 0; m < width; m += 1, from += inner, to += 1) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = 0; k < even; k += 4) {
        a += left[row + k] * columns[from + k];
        b += left[row + k + 1] * columns[from + k + 1];
        c += left[row + k + 2] * columns[from + k + 2];
        d += left[row + k + 3] * columns[from + k + 3];
      }
      for (let k = even; k < inner; k += 1) a += left[row + k] * columns[from + k];
      out[to] = a + b + (c + d);
    }
  }
}

/** @param {Tensor} x @param {number} axis @param {number} start @param {number} size @returns {Tensor} */
function sliced({ shape, values }, axis, start, size) {
  if (start === 0 && size === shape[axis]) return { shape, values };
  const after = shape.slice(axis + 1).reduce((product, one) => product * one, 1);
  const before = shape.slice(0, axis).reduce((product, one) => product * one, 1);
  const sizes = shape.map((one, at) => (at === axis ? size : one));
  const [stride, length] = [shape[axis] * after, size * after];
  if (before === 1) return { shape: sizes, values: values.subarray(start * after, start * after + length) };
  const out = values instanceof Int32Array ? new Int32Array(before * length) : new Float32Array(before * length);
  for (let block = 0; block < before; block += 1) {
    const from = block * stride + start * after;
    for (let at = 0; at < length; at += 1) out[block * length + at] = values[from + at];
  }
  return { shape: sizes, values: out };
}

/** @param {readonly Tensor[]} parts @param {number} along @returns {Tensor} */
function joined(parts, along) {
  const [first] = parts;
  const axis = placeOf(along, first.shape.length);
  const after = first.shape.slice(axis + 1).reduce((product, one) => product * one, 1);
  const before = first.shape.slice(0, axis).reduce((product, one) => product * one, 1);
  const total = parts.reduce((sum, { shape }) => sum + shape[axis], 0);
  const shape = first.shape.map((one, at) => (at === axis ? total : one));
  const length = before * total * after;
  const out = first.values instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
  let at = 0;
  for (let block = 0; block < before; block += 1) {
    for (const one of parts) {
      const size = one.shape[axis] * after;
      out.set(one.values.subarray(block * size, (block + 1) * size), at);
      at += size;
    }
  }
  return { shape, values: out };
}

/** @param {Tensor} x @param {readonly number[]} shape @returns {number[]} */
function reshaped(x, shape) {
  const known = shape.reduce((product, one) => (one < 0 ? product : product * one), 1);
  return shape.map((one) => (one < 0 ? x.values.length / known : one));
}

/** @param {number} axis @param {number} rank @returns {number} */
function placeOf(axis, rank) {
  return axis < 0 ? axis + rank : axis;
}

/** @param {number} place @param {number} size @returns {number} */
function bound(place, size) {
  return Math.min(size, Math.max(0, place < 0 ? place + size : place));
}
