/**
 * The files of readers: a linear one, or a transformer with or without a linear one beside it.
 *
 * Twins: mien/reading/weights.py, mien/reading/transformer_weights.py.
 *
 * @module
 */

import { featuresOf } from "./reader_features.js";
import { AXES, KNOTS, QUANTILES, held, linearValues } from "./reader_linear.js";
import { SPECIAL, piecesOf, vocabularyOf } from "./reader_subwords.js";
import { normal } from "./reader_tokens.js";
import { MATRICES, NORMS, outputsOf } from "./reader_transformer.js";
import { ArtifactError } from "./refusals.js";
import { jsonObject, readSafetensors } from "./safetensors.js";

/** @typedef {import("./reader_linear.js").Calibration} Calibration */
/** @typedef {import("./reader_linear.js").Scores} Scores */
/** @typedef {import("./reader_linear.js").Weights} Weights */
/** @typedef {import("./reader_tokens.js").Token} Token */
/** @typedef {import("./reader_transformer.js").Matrix} Matrix */
/** @typedef {import("./safetensors.js").Tensor} Tensor */

/**
 * @typedef {object} Model
 * @property {Facts} facts
 * @property {boolean} exact whether it gives the bits of Python
 * @property {(text: string, tokens: readonly Token[]) => Scores} scores
 */

/**
 * What a reader says of itself, and what its raw numbers mean.
 *
 * @typedef {Calibration & {name: string, version: string, neutral: string}} Facts
 */

const LINEAR = "mien/reader-weights/1";
const TRANSFORMER = "mien/transformer-weights/1";
const MOST = 512;
const LARGEST = 1e6;

/** What a tensor of bytes or numbers is read from. */
class Tensors {
  /** @param {ReadonlyMap<string, Tensor>} tensors */
  constructor(tensors) {
    this.tensors = tensors;
  }

  /**
   * @param {string} name
   * @param {number} size
   * @param {readonly [number, number]} [range] that every number lies in
   * @returns {Float32Array}
   */
  numbers(name, size, [least, most] = [-LARGEST, LARGEST]) {
    const tensor = this.tensors.get(name);
    if (tensor === undefined || tensor.dtype !== "F32" || tensor.values.length !== size) {
      throw new ArtifactError(`tensor ${name}: expected ${size} float32`, "");
    }
    const values = /** @type {Float32Array} */ (tensor.values);
    if (!values.every((value) => value >= least && value <= most)) {
      throw new ArtifactError(`tensor ${name}: a number outside [${least}, ${most}]`, "");
    }
    return values;
  }

  /**
   * @param {string} name
   * @returns {Tensor}
   */
  words(name) {
    const tensor = this.tensors.get(name);
    if (tensor?.dtype !== "I32") {
      throw new ArtifactError(`tensor ${name}: expected int32`, "");
    }
    return tensor;
  }

  /**
   * @param {string} name
   * @param {number} rows
   * @param {number} columns
   * @returns {Matrix} of signed bytes, each row with its scale
   */
  matrix(name, rows, columns) {
    const { bytes } = this.words(name);
    const stride = Math.ceil(columns / 4) * 4;
    const scale = this.numbers(`${name}.scale`, rows);
    if (rows === 0 || columns === 0 || bytes.length !== rows * stride) {
      throw new ArtifactError(`tensor ${name}: expected ${rows} x ${columns} bytes`, "");
    }
    const signed = new Int8Array(bytes.slice().buffer);
    const values = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row += 1) {
      for (let k = 0; k < columns; k += 1) {
        values[row * columns + k] = signed[row * stride + k] * scale[row];
      }
    }
    return { values, rows, columns };
  }

  /**
   * @param {string} name
   * @returns {number} how many numbers a tensor has; 0 where there is none
   */
  length(name) {
    return this.tensors.get(name)?.values.length ?? 0;
  }
}

/**
 * @param {Uint8Array} file
 * @returns {Model}
 * @throws {ArtifactError} where the bytes are no reader
 */
export function readModel(file) {
  const { metadata, tensors: found } = readSafetensors(file);
  const facts = jsonObject(metadata, "the metadata");
  const schema = facts["schema"];
  if (schema !== LINEAR && schema !== TRANSFORMER) {
    throw new ArtifactError(`schema is ${String(schema)}, expected ${LINEAR} or ${TRANSFORMER}`, "");
  }
  const tensors = new Tensors(found);
  const known = factsOf(facts, tensors);
  if (schema === LINEAR) {
    const weights = linearOf(known, tensors, "");
    return {
      facts: known,
      exact: true,
      scores: (text, tokens) => held(weights, linearValues(weights, featuresOf(normal(text), tokens))),
    };
  }
  return transformerOf(known, facts, tensors);
}

/**
 * @param {Record<string, unknown>} facts
 * @param {Tensors} tensors
 * @returns {Facts}
 */
function factsOf(facts, tensors) {
  const labels = textsOf(facts["labels"]);
  const count = labels.length;
  const neutral = String(facts["neutral"]);
  if (!labels.includes(neutral)) {
    throw new ArtifactError("metadata: expected the neutral label among the labels", "");
  }
  return {
    name: String(facts["name"]),
    version: String(facts["version"]),
    labels,
    neutral,
    confidence: tensors.numbers("confidence", 2 * KNOTS, [0, 1]),
    direction: tensors.numbers("direction", count * AXES),
    quantiles: tensors.numbers("quantiles", count * QUANTILES),
  };
}

/**
 * @param {Facts} facts
 * @param {Tensors} tensors
 * @param {"" | "linear."} prefix
 * @returns {Weights}
 */
function linearOf(facts, tensors, prefix) {
  const count = facts.labels.length;
  const width = Math.ceil((count + AXES) / 4) * 4;
  const features = tensors.words(`${prefix}features`);
  const table = tensors.words(`${prefix}table`);
  if (table.bytes.length !== features.values.length * width) {
    throw new ArtifactError(`tensor ${prefix}table: does not fit features and labels`, "");
  }
  const rows = Uint32Array.from(features.values, (number) => number >>> 0);
  if (rows.some((number, i) => i > 0 && rows[i - 1] >= number)) {
    throw new ArtifactError(`tensor ${prefix}features: expected ascending numbers`, "");
  }
  return {
    ...facts,
    features: rows,
    table: new Int8Array(table.bytes.slice().buffer),
    width,
    scale: tensors.numbers(`${prefix}scale`, count + AXES),
    bias: tensors.numbers(`${prefix}bias`, count + AXES),
  };
}

/**
 * @param {Facts} known
 * @param {Record<string, unknown>} facts
 * @param {Tensors} tensors
 * @returns {Model}
 */
function transformerOf(known, facts, tensors) {
  const [passes, heads, reach, longest] = sizesOf(facts["shape"]);
  const count = known.labels.length;
  const own = facts["corpora"];
  const corpora = typeof own === "object" && own !== null ? Object.values(own) : [];
  const outputs = corpora.reduce((sum, labels) => sum + textsOf(labels).length, count + AXES);
  const pieces = textOf(tensors.words("pieces").bytes).split("\n");
  if (SPECIAL.some((piece, i) => pieces[i] !== piece) || new Set(pieces).size !== pieces.length) {
    throw new ArtifactError("tensor pieces: expected the special pieces first, and none twice", "");
  }
  const [width, wide, pool, narrow] = ["project.bias", "widen.bias", "pool.bias", "embedding_norm"].map((name) =>
    tensors.length(name),
  );
  if (width === 0 || width % heads !== 0) {
    throw new ArtifactError("expected tensors of a transformer, whose heads part its width", "");
  }
  /** @type {Record<import("./reader_transformer.js").MatrixName, readonly [number, number]>} */
  const sizes = {
    project: [width, narrow],
    inward: [3 * width, width],
    outward: [width, width],
    widen: [wide, width],
    narrow: [width, wide],
    pool: [pool, 2 * width],
    head: [outputs, pool],
  };
  /** @type {Record<string, number>} */
  const lengths = {
    embedding_norm: narrow,
    attention_norm: passes * width,
    feed_norm: passes * width,
    last_norm: width,
    distance: heads * (2 * reach + 1),
  };
  const matrices = Object.fromEntries(MATRICES.map((name) => [name, tensors.matrix(name, ...sizes[name])]));
  const vectors = Object.fromEntries([
    ...NORMS.map((name) => [name, tensors.numbers(name, lengths[name])]),
    ...MATRICES.map((name) => [`${name}.bias`, tensors.numbers(`${name}.bias`, sizes[name][0])]),
  ]);
  const tables = /** @type {import("./reader_transformer.js").TransformerTables} */ ({
    passes,
    heads,
    reach,
    longest,
    embedding: tensors.matrix("embedding", pieces.length, narrow),
    matrices,
    vectors,
  });
  const vocabulary = vocabularyOf(pieces);
  const linear = tensors.length("linear.bias") > 0 ? linearOf(known, tensors, "linear.") : undefined;
  return {
    facts: known,
    exact: false,
    scores: (text, tokens) => {
      const plain = normal(text);
      const values = outputsOf(tables, piecesOf(vocabulary, plain, tokens, longest)).slice(0, count + AXES);
      const more = linear === undefined ? [] : linearValues(linear, featuresOf(plain, tokens));
      return held(
        known,
        values.map((value, k) => value + (more[k] ?? 0)),
      );
    },
  };
}

/**
 * @param {unknown} shape
 * @returns {number[]} passes, heads, reach and longest
 */
function sizesOf(shape) {
  const record = typeof shape === "object" && shape !== null ? /** @type {Record<string, unknown>} */ (shape) : {};
  return ["passes", "heads", "reach", "longest"].map((name) => {
    const size = Number(record[name]);
    if (!Number.isInteger(size) || size < 1 || size > MOST) {
      throw new ArtifactError(`metadata: shape: '${name}' is no whole number from 1 to ${MOST}`, "");
    }
    return size;
  });
}

/**
 * @param {Uint8Array} bytes
 * @returns {string} the text before the zeros at the end
 */
function textOf(bytes) {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) {
    end -= 1;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.slice(0, end));
  } catch {
    throw new ArtifactError("tensor pieces: not UTF-8", "");
  }
}

/**
 * @param {unknown} value
 * @returns {string[]}
 * @throws {ArtifactError} where it is no list of distinct texts
 */
function textsOf(value) {
  const list = Array.isArray(value) ? /** @type {unknown[]} */ (value) : [];
  const texts = list.filter((one) => typeof one === "string");
  if (texts.length === 0 || new Set(texts).size !== list.length) {
    throw new ArtifactError("metadata: 'labels' is not a list of distinct texts", "");
  }
  return texts;
}
