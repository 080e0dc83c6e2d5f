/**
 * Text in, emotion out: the reader of `mien read`, bit for bit.
 *
 * What tags say and how texts are split into sentences is left to the page; see
 * mien/reading/tags.py and mien/reading/units.py.
 *
 * @module
 */

import { featuresOf } from "./reader_features.js";
import { AXES, KNOTS, QUANTILES, confidenceOf, scoresOf, sigmoid, strengthAt } from "./reader_linear.js";
import { normal, spoken, tokensOf } from "./reader_tokens.js";
import { ArtifactError } from "./refusals.js";
import { jsonObject, readSafetensors } from "./safetensors.js";

/** @typedef {import("./reader_linear.js").Weights} Weights */

/**
 * A text as a label, a point and a strength; see mien/reading/reading.py.
 *
 * @typedef {object} Reading
 * @property {"words" | "emoji" | "nothing"} by
 * @property {string} label
 * @property {Map<string, number>} labels from the most probable
 * @property {number} confidence in [0, 1]
 * @property {number} strength in [0, 1]: how much of the face is shown
 * @property {number} intensity in [0, 1], snapped to an anchor
 * @property {string} at that anchor
 */

/**
 * @typedef {object} ReadOptions
 * @property {Readonly<Record<string, number>>} [prefer] raises of logits by label
 * @property {number} [strength] in [0, 1]: how much of what is read is shown
 */

const SCHEMA = "mien/reader-weights/1";
const [STILL, FULL] = [0.2, 0.55];

/** Reads texts into the labels and intensities of a bank. */
export class Reader {
  /**
   * @param {Uint8Array} file a reader's .safetensors
   * @param {readonly string[]} intensities of the bank, from the lowest
   * @throws {ArtifactError} where the bytes are no reader
   */
  constructor(file, intensities) {
    this.weights = readWeights(file);
    this.intensities = intensities;
  }

  /**
   * @param {string} text read as one unit
   * @param {ReadOptions} [options]
   * @returns {Reading}
   */
  read(text, options = {}) {
    const { weights } = this;
    const tokens = tokensOf(text);
    const words = tokens.filter(spoken).length;
    const by = words > 0 ? "words" : tokens.some(({ kind }) => kind === "emoji") ? "emoji" : "nothing";
    if (by === "nothing") {
      const labels = new Map([[weights.neutral, 0]]);
      return { by, label: weights.neutral, labels, confidence: 0, strength: 0, ...this.place(0) };
    }
    const { logits, vad } = scoresOf(weights, featuresOf(normal(text), tokens));
    const prefer = options.prefer ?? {};
    const probabilities = logits.map((logit, i) => sigmoid(logit + (prefer[weights.labels[i]] ?? 0)));
    const order = probabilities.map((_, i) => i);
    order.sort((one, other) => probabilities[other] - probabilities[one] || one - other);
    const top = order[0];
    const hangul = tokens.filter(({ kind }) => kind === "hangul").length;
    const latin = tokens.filter(({ kind }) => kind === "word").length;
    const confidence = confidenceOf(weights, hangul > latin ? 1 : 0, probabilities[top]);
    const shown = Math.min(Math.max((confidence - STILL) / (FULL - STILL), 0), 1);
    return {
      by,
      label: weights.labels[top],
      labels: new Map(order.map((i) => [weights.labels[i], probabilities[i]])),
      confidence,
      strength: shown * (options.strength ?? 1),
      ...this.place(strengthAt(weights, top, vad)),
    };
  }

  /**
   * @param {number} intensity
   * @returns {{intensity: number, at: string}} the nearest anchor
   */
  place(intensity) {
    const last = this.intensities.length - 1;
    const position = Math.min(Math.floor(intensity * last + 0.5), last);
    return { intensity: position / Math.max(last, 1), at: this.intensities[position] };
  }
}

/**
 * @param {Uint8Array} file
 * @returns {Weights}
 * @throws {ArtifactError} where the bytes are no reader
 */
export function readWeights(file) {
  const { metadata, tensors } = readSafetensors(file);
  const facts = jsonObject(metadata, "the metadata");
  if (facts["schema"] !== SCHEMA) {
    throw new ArtifactError(`schema is ${String(facts["schema"])}, expected ${SCHEMA}`, "");
  }
  const labels = textsOf(facts["labels"]);
  const count = labels.length;
  const width = Math.ceil((count + AXES) / 4) * 4;
  const numbers = (/** @type {string} */ name, /** @type {number} */ size) => {
    const tensor = tensors.get(name);
    if (tensor === undefined || tensor.dtype !== "F32" || tensor.values.length !== size) {
      throw new ArtifactError(`tensor ${name}: expected ${size} float32`, "");
    }
    return /** @type {Float32Array} */ (tensor.values);
  };
  const features = tensors.get("features");
  const table = tensors.get("table");
  if (features?.dtype !== "I32" || table?.dtype !== "I32") {
    throw new ArtifactError("tensors features and table: expected int32", "");
  }
  if (table.bytes.length !== features.values.length * width) {
    throw new ArtifactError("tensor table: does not fit features and labels", "");
  }
  const rows = Uint32Array.from(features.values, (number) => number >>> 0);
  if (rows.some((number, i) => i > 0 && rows[i - 1] >= number)) {
    throw new ArtifactError("tensor features: expected ascending numbers", "");
  }
  return {
    name: String(facts["name"]),
    version: String(facts["version"]),
    labels,
    neutral: String(facts["neutral"]),
    features: rows,
    table: new Int8Array(table.bytes.slice().buffer),
    width,
    scale: numbers("scale", count + AXES),
    bias: numbers("bias", count + AXES),
    confidence: numbers("confidence", 2 * KNOTS),
    direction: numbers("direction", count * AXES),
    quantiles: numbers("quantiles", count * QUANTILES),
  };
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
