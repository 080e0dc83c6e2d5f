/**
 * The operations of a network's graph, as https://onnx.ai/onnx/operators/ has them: those that
 * `mien train export` and `mien train lips` write.
 *
 * Each is planned once for the tensors that it is given: it makes room for what it gives, and says
 * how to fill it. Filling makes no garbage.
 *
 * @module
 */

import { NetworkError } from "./onnx_file.js";

/** @typedef {{shape: readonly number[], values: Numbers}} Tensor */
/** @typedef {import("./onnx_file.js").Step} Step */

/**
 * @typedef {object} Planned
 * @property {readonly Tensor[]} outputs
 * @property {(() => void) | null} fill null where an output is a part of an input
 */

/** @typedef {(step: Step, given: readonly Tensor[]) => Planned} Operation */

/** Numbers of one tensor. */
const MOST = 2 ** 24;

const EPSILON = 1e-5;

/** @typedef {Float32Array | Int32Array} Numbers */

/**
 * Loops of their own: one that calls a function for each number makes garbage of its results.
 *
 * @type {Readonly<Record<string, Pairwise>>}
 */
const PAIRWISE = {
  Add(out, x, y, across, down) {
    for (let at = 0, l = 0, r = 0; at < out.length; at += 1) {
      out[at] = x[l] + y[r];
      l = l + 1 === across ? 0 : l + 1;
      r = r + 1 === down ? 0 : r + 1;
    }
  },
  Sub(out, x, y, across, down) {
    for (let at = 0, l = 0, r = 0; at < out.length; at += 1) {
      out[at] = x[l] - y[r];
      l = l + 1 === across ? 0 : l + 1;
      r = r + 1 === down ? 0 : r + 1;
    }
  },
  Mul(out, x, y, across, down) {
    for (let at = 0, l = 0, r = 0; at < out.length; at += 1) {
      out[at] = x[l] * y[r];
      l = l + 1 === across ? 0 : l + 1;
      r = r + 1 === down ? 0 : r + 1;
    }
  },
  Div(out, x, y, across, down) {
    for (let at = 0, l = 0, r = 0; at < out.length; at += 1) {
      out[at] = x[l] / y[r];
      l = l + 1 === across ? 0 : l + 1;
      r = r + 1 === down ? 0 : r + 1;
    }
  },
  Max(out, x, y, across, down) {
    for (let at = 0, l = 0, r = 0; at < out.length; at += 1) {
      out[at] = Math.max(x[l], y[r]);
      l = l + 1 === across ? 0 : l + 1;
      r = r + 1 === down ? 0 : r + 1;
    }
  },
  Greater(out, x, y, across, down) {
    for (let at = 0, l = 0, r = 0; at < out.length; at += 1) {
      out[at] = x[l] > y[r] ? 1 : 0;
      l = l + 1 === across ? 0 : l + 1;
      r = r + 1 === down ? 0 : r + 1;
    }
  },
};

/** @type {Readonly<Record<string, Single>>} */
const SINGLE = {
  Sigmoid(out, x) {
    for (let at = 0; at < out.length; at += 1) out[at] = 1 / (1 + Math.exp(-x[at]));
  },
  Softplus(out, x) {
    for (let at = 0; at < out.length; at += 1) out[at] = Math.max(x[at], 0) + Math.log1p(Math.exp(-Math.abs(x[at])));
  },
  Cast(out, x) {
    for (let at = 0; at < out.length; at += 1) out[at] = x[at];
  },
};

/** @type {Readonly<Record<string, Operation>>} */
export const OPERATIONS = {
  ...Object.fromEntries(Object.entries(PAIRWISE).map(([name, fills]) => [name, pairwise(fills)])),
  ...Object.fromEntries(Object.entries(SINGLE).map(([name, fills]) => [name, single(fills)])),
  Clip: (_, [{ shape, values: given }, low, high]) => {
    const least = low?.values[0] ?? -Infinity;
    const most = high?.values[0] ?? Infinity;
    const values = room(given.length);
    const fill = () => {
      for (let at = 0; at < values.length; at += 1) values[at] = Math.min(most, Math.max(least, given[at]));
    };
    return { outputs: [{ shape, values }], fill };
  },
  Where: (_, [condition, a, b]) => {
    const values = room(condition.values.length);
    const [is, left, right] = [condition.values, a.values, b.values];
    const fill = () => {
      for (let at = 0; at < values.length; at += 1) values[at] = is[at] ? left[at] : right[at];
    };
    return { outputs: [{ shape: condition.shape, values }], fill };
  },
  Shape: ({ numbers }, [x]) => {
    const sizes = x.shape.slice(numbers.get("start") ?? 0, numbers.get("end") ?? x.shape.length);
    return view({ shape: [sizes.length], values: Int32Array.from(sizes) });
  },
  Squeeze: (_, [x]) => view({ shape: x.shape.filter((size) => size !== 1), values: x.values }),
  Reshape: (_, [x, shape]) => view({ shape: reshaped(x, Array.from(shape.values)), values: x.values }),
  MatMul: (_, [a, b]) => product(a, b),
  LayerNormalization: (step, [x, scale, bias]) => normalised(step, x, scale, bias),
  Concat: ({ numbers }, given) => joined(given, numbers.get("axis") ?? 0),
  Split: ({ numbers, outputs }, [x]) => {
    const axis = placeOf(numbers.get("axis") ?? 0, x.shape.length);
    const size = x.shape[axis] / outputs.length;
    const parts = outputs.map((_, part) => sliced(x, axis, part * size, size));
    const fills = parts.flatMap(({ fill }) => fill ?? []);
    return {
      outputs: parts.flatMap((one) => one.outputs),
      fill: fills.length ? () => fills.forEach((fill) => fill()) : null,
    };
  },
  Slice: (_, [x, starts, ends, axes, steps]) => {
    let found = view(x);
    /** @type {(() => void)[]} */
    const fills = [];
    for (let at = 0; at < starts.values.length; at += 1) {
      if ((steps?.values[at] ?? 1) !== 1) throw new NetworkError("its graph skips numbers");
      const axis = placeOf(axes?.values[at] ?? at, x.shape.length);
      const [from] = found.outputs;
      const start = bound(starts.values[at], from.shape[axis]);
      found = sliced(from, axis, start, Math.max(0, bound(ends.values[at], from.shape[axis]) - start));
      if (found.fill) fills.push(found.fill);
    }
    return { outputs: found.outputs, fill: fills.length ? () => fills.forEach((fill) => fill()) : null };
  },
  Gather: ({ numbers }, [x, picks]) => {
    const axis = placeOf(numbers.get("axis") ?? 0, x.shape.length);
    const parts = Array.from(picks.values, (at) => sliced(x, axis, at, 1));
    const whole = joined(parts.flatMap(({ outputs }) => outputs), axis);
    const fills = [...parts.flatMap(({ fill }) => fill ?? []), ...(whole.fill ? [whole.fill] : [])];
    return { outputs: whole.outputs, fill: () => fills.forEach((fill) => fill()) };
  },
};

/** @param {number} count @returns {Float32Array} */
function room(count) {
  if (!(count <= MOST)) throw new NetworkError("its graph makes more numbers than networks of mien do");
  return new Float32Array(count);
}

/** @param {Tensor} tensor @returns {Planned} */
function view(tensor) {
  return { outputs: [tensor], fill: null };
}

/** @param {readonly number[]} shape @returns {number} */
function countOf(shape) {
  return shape.reduce((product, size) => product * size, 1);
}

/** @typedef {(out: Numbers, x: Numbers) => void} Single a number of each */
/** @typedef {(out: Numbers, x: Numbers, y: Numbers, across: number, down: number) => void} Pairwise */

/** @param {Single} fills @returns {Operation} */
function single(fills) {
  return (_, [{ shape, values: given }]) => {
    const values = room(given.length);
    return { outputs: [{ shape, values }], fill: () => fills(values, given) };
  };
}

/**
 * Of two tensors: alike, one of them a number, one of them a row for the other's last axes, or either
 * repeating along axes of size 1.
 *
 * @param {Pairwise} fills
 * @returns {Operation}
 */
function pairwise(fills) {
  return (_, [a, b]) => {
    const wide = a.values.length >= b.values.length ? a : b;
    const [left, right] = [a.values, b.values];
    const whole = [a, b].every(({ values, shape }) => values.length === wide.values.length || trails(shape, wide.shape));
    if (!whole) return spread(fills, a, b);
    const integers = left instanceof Int32Array && right instanceof Int32Array;
    const values = integers ? new Int32Array(wide.values.length) : room(wide.values.length);
    const fill = () => fills(values, left, right, left.length, right.length);
    return { outputs: [{ shape: wide.shape, values }], fill };
  };
}

/** @param {readonly number[]} shape @param {readonly number[]} wide @returns {boolean} */
function trails(shape, wide) {
  const own = shape.slice(shape.findIndex((size) => size !== 1));
  return countOf(shape) === 1 || own.every((size, at) => size === wide[wide.length - own.length + at]);
}

/**
 * @param {Pairwise} fills
 * @param {Tensor} a
 * @param {Tensor} b
 * @returns {Planned}
 */
function spread(fills, a, b) {
  const rank = Math.max(a.shape.length, b.shape.length);
  const [left, right] = [a, b].map(({ shape }) => [...Array(rank - shape.length).fill(1), ...shape]);
  const shape = left.map((size, axis) => Math.max(size, right[axis]));
  const values = room(countOf(shape));
  const whole = [left, right].map((sizes, which) => {
    const given = [a, b][which].values;
    const places = Int32Array.from(values, (_, at) => {
      let [rest, place, over] = [at, 0, 1];
      for (let axis = rank - 1; axis >= 0; axis -= 1) {
        place += (sizes[axis] === 1 ? 0 : rest % shape[axis]) * over;
        rest = Math.floor(rest / shape[axis]);
        over *= sizes[axis];
      }
      return place;
    });
    return { given, places, values: new Float32Array(values.length) };
  });
  const fill = () => {
    for (const one of whole) {
      for (let at = 0; at < values.length; at += 1) one.values[at] = one.given[one.places[at]];
    }
    fills(values, whole[0].values, whole[1].values, values.length, values.length);
  };
  return { outputs: [{ shape, values }], fill };
}

/** @param {Tensor} a (..., K) @param {Tensor} b (K, M) @returns {Planned} (..., M) */
function product(a, b) {
  const [inner, width] = b.shape;
  if (b.shape.length !== 2 || a.shape[a.shape.length - 1] !== inner) throw new NetworkError("its graph does not fit together");
  const values = room((a.values.length / inner) * width);
  const columns = turned(b);
  const left = /** @type {Float32Array} */ (a.values);
  const fill = () => multiply(left, columns, values, inner);
  return { outputs: [{ shape: [...a.shape.slice(0, -1), width], values }], fill };
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
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
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

/**
 * @param {Step} step
 * @param {Tensor} x (..., K)
 * @param {Tensor} scale (K,)
 * @param {Tensor} bias (K,)
 * @returns {Planned}
 */
function normalised({ numbers }, { shape, values: given }, { values: scale }, bias) {
  const width = scale.length;
  const axis = placeOf(numbers.get("axis") ?? -1, shape.length);
  if (axis !== shape.length - 1 || shape[axis] !== width) throw new NetworkError("its graph does not fit together");
  const shift = bias?.values ?? new Float32Array(width);
  const epsilon = numbers.get("epsilon") ?? EPSILON;
  const values = room(given.length);
  const fill = () => {
    for (let row = 0; row < given.length; row += width) {
      let mean = 0;
      for (let k = 0; k < width; k += 1) mean += given[row + k];
      mean /= width;
      let variance = 0;
      for (let k = 0; k < width; k += 1) variance += (given[row + k] - mean) * (given[row + k] - mean);
      const by = 1 / Math.sqrt(variance / width + epsilon);
      for (let k = 0; k < width; k += 1) values[row + k] = (given[row + k] - mean) * by * scale[k] + shift[k];
    }
  };
  return { outputs: [{ shape, values }], fill };
}

/** @param {Tensor} x @param {number} axis @param {number} start @param {number} size @returns {Planned} */
function sliced({ shape, values }, axis, start, size) {
  if (start === 0 && size === shape[axis]) return view({ shape, values });
  const [before, after] = [countOf(shape.slice(0, axis)), countOf(shape.slice(axis + 1))];
  const sizes = shape.map((one, at) => (at === axis ? size : one));
  const [stride, length] = [shape[axis] * after, size * after];
  if (before === 1) return view({ shape: sizes, values: values.subarray(start * after, start * after + length) });
  const out = values instanceof Int32Array ? new Int32Array(before * length) : room(before * length);
  const fill = () => {
    for (let block = 0, to = 0; block < before; block += 1) {
      for (let at = 0, from = block * stride + start * after; at < length; at += 1, to += 1) out[to] = values[from + at];
    }
  };
  return { outputs: [{ shape: sizes, values: out }], fill };
}

/** @param {readonly Tensor[]} parts @param {number} along @returns {Planned} */
function joined(parts, along) {
  const [first] = parts;
  const axis = placeOf(along, first.shape.length);
  const [before, after] = [countOf(first.shape.slice(0, axis)), countOf(first.shape.slice(axis + 1))];
  const total = parts.reduce((sum, { shape }) => sum + shape[axis], 0);
  const shape = first.shape.map((one, at) => (at === axis ? total : one));
  const out = first.values instanceof Int32Array ? new Int32Array(before * total * after) : room(before * total * after);
  const sizes = parts.map((one) => one.shape[axis] * after);
  const fill = () => {
    let to = 0;
    for (let block = 0; block < before; block += 1) {
      for (let part = 0; part < parts.length; part += 1) {
        const { values } = parts[part];
        for (let at = 0, from = block * sizes[part]; at < sizes[part]; at += 1, to += 1) out[to] = values[from + at];
      }
    }
  };
  return { outputs: [{ shape, values: out }], fill };
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
