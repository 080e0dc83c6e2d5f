/**
 * The transformer of shared layers: pieces of a text to logits and VAD.
 *
 * The twin of mien/reading/transformer.py, which has the sources of its formulas. Outputs are whole
 * 1,024ths, so that the order of sums and the exponential of a machine hardly ever show.
 *
 * @module
 */

/**
 * A matrix of signed bytes, each row with its scale, as numbers.
 *
 * @typedef {object} Matrix
 * @property {Float64Array} values row-major
 * @property {number} rows
 * @property {number} columns
 */

/**
 * The numbers of a transformer: L labels, K outputs, H wide, P passes.
 *
 * @typedef {object} TransformerTables
 * @property {number} passes
 * @property {number} heads
 * @property {number} reach
 * @property {number} longest
 * @property {Matrix} embedding
 * @property {Readonly<Record<MatrixName, Matrix>>} matrices
 * @property {Readonly<Record<VectorName, Float32Array>>} vectors
 */

/** @typedef {"project" | "inward" | "outward" | "widen" | "narrow" | "pool" | "head"} MatrixName */
/** @typedef {`${MatrixName}.bias` | "embedding_norm" | "attention_norm" | "feed_norm" | "last_norm" | "distance"} VectorName */

/** @type {readonly MatrixName[]} */
export const MATRICES = ["project", "inward", "outward", "widen", "narrow", "pool", "head"];
/** @type {readonly VectorName[]} */
export const NORMS = ["embedding_norm", "attention_norm", "feed_norm", "last_norm", "distance"];

const EPSILON = 1e-6;
const STEPS = 1024;

/**
 * What the network makes of a text.
 *
 * @param {TransformerTables} tables
 * @param {readonly number[]} pieces by their numbers, one or more
 * @returns {number[]} K
 */
export function outputsOf(tables, pieces) {
  return Array.from(forward(tables, pieces), (value) => Math.floor(value * STEPS + 0.5) / STEPS);
}

/**
 * @param {TransformerTables} tables
 * @param {readonly number[]} pieces
 * @returns {Float64Array}
 */
function forward({ passes, heads, reach, embedding, matrices, vectors }, pieces) {
  const many = pieces.length;
  const narrow = embedding.columns;
  const rows = new Float64Array(many * narrow);
  pieces.forEach((piece, i) => {
    rows.set(embedding.values.subarray(piece * narrow, (piece + 1) * narrow), i * narrow);
  });
  const width = matrices.project.rows;
  const norm = (/** @type {"attention_norm" | "feed_norm"} */ name, /** @type {number} */ turn) =>
    vectors[name].subarray(turn * width, (turn + 1) * width);
  const layer = (/** @type {MatrixName} */ name, /** @type {Float64Array} */ x) =>
    dense(x, matrices[name], vectors[/** @type {const} */ (`${name}.bias`)]);
  const x = layer("project", rms(rows, vectors.embedding_norm));
  for (let turn = 0; turn < passes; turn += 1) {
    const y = layer("inward", rms(x, norm("attention_norm", turn)));
    add(x, layer("outward", attended(y, many, width, heads, reach, vectors.distance)));
    const wide = layer("widen", rms(x, norm("feed_norm", turn)));
    for (let i = 0; i < wide.length; i += 1) {
      const value = Math.max(wide[i], 0);
      wide[i] = value * value;
    }
    add(x, layer("narrow", wide));
  }
  const last = rms(x, vectors.last_norm);
  const pooled = new Float64Array(2 * width);
  for (let k = 0; k < width; k += 1) {
    let total = 0;
    let most = -Infinity;
    for (let i = 0; i < many; i += 1) {
      total += last[i * width + k];
      most = Math.max(most, last[i * width + k]);
    }
    pooled[k] = total / many;
    pooled[width + k] = most;
  }
  return layer("head", layer("pool", pooled).map((value) => Math.max(value, 0)));
}

/**
 * @param {Float64Array} y rows of queries, keys and values
 * @param {number} many
 * @param {number} width
 * @param {number} heads
 * @param {number} reach
 * @param {Float32Array} distance heads x (2 reach + 1)
 * @returns {Float64Array} many x width
 */
function attended(y, many, width, heads, reach, distance) {
  const found = new Float64Array(many * width);
  const seen = new Float64Array(many);
  const size = width / heads;
  const share = Math.sqrt(size);
  const stride = 3 * width;
  for (let head = 0; head < heads; head += 1) {
    const own = head * size;
    for (let i = 0; i < many; i += 1) {
      let most = -Infinity;
      for (let j = 0; j < many; j += 1) {
        let sum = 0;
        for (let k = 0; k < size; k += 1) {
          sum += y[i * stride + own + k] * y[j * stride + width + own + k];
        }
        const step = Math.min(Math.max(j - i, -reach), reach) + reach;
        seen[j] = sum / share + distance[head * (2 * reach + 1) + step];
        most = Math.max(most, seen[j]);
      }
      let total = 0;
      for (let j = 0; j < many; j += 1) {
        seen[j] = Math.exp(seen[j] - most);
        total += seen[j];
      }
      for (let j = 0; j < many; j += 1) {
        const weight = seen[j] / total;
        for (let k = 0; k < size; k += 1) {
          found[i * width + own + k] += weight * y[j * stride + 2 * width + own + k];
        }
      }
    }
  }
  return found;
}

/**
 * @param {Float64Array} x rows
 * @param {Float32Array} gain as wide as a row
 * @returns {Float64Array} rows of root mean square 1, times the gain
 */
function rms(x, gain) {
  const width = gain.length;
  const found = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    let square = 0;
    for (let k = 0; k < width; k += 1) {
      square += x[start + k] * x[start + k];
    }
    const size = Math.sqrt(square / width + EPSILON);
    for (let k = 0; k < width; k += 1) {
      found[start + k] = (x[start + k] / size) * gain[k];
    }
  }
  return found;
}

/**
 * @param {Float64Array} x rows
 * @param {Matrix} matrix
 * @param {Float32Array} bias
 * @returns {Float64Array} rows as wide as the matrix has rows
 */
function dense(x, { values, rows, columns }, bias) {
  const many = x.length / columns;
  const found = new Float64Array(many * rows);
  const whole = rows - (rows % 4);
  for (let i = 0; i < many; i += 1) {
    const row = i * columns;
    for (let r = 0; r < whole; r += 4) {
      // Four sums side by side: a processor waits for one alone.
      const first = r * columns;
      const [second, third, fourth] = [first + columns, first + 2 * columns, first + 3 * columns];
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = 0; k < columns; k += 1) {
        const value = x[row + k];
        a += value * values[first + k];
        b += value * values[second + k];
        c += value * values[third + k];
        d += value * values[fourth + k];
      }
      const place = i * rows + r;
      found[place] = a + bias[r];
      found[place + 1] = b + bias[r + 1];
      found[place + 2] = c + bias[r + 2];
      found[place + 3] = d + bias[r + 3];
    }
    for (let r = whole; r < rows; r += 1) {
      let sum = 0;
      for (let k = 0; k < columns; k += 1) {
        sum += x[row + k] * values[r * columns + k];
      }
      found[i * rows + r] = sum + bias[r];
    }
  }
  return found;
}

/**
 * @param {Float64Array} x
 * @param {Float64Array} more
 */
function add(x, more) {
  for (let i = 0; i < x.length; i += 1) {
    x[i] += more[i];
  }
}
