/**
 * The linear reader: whole-number sums over features, then + - * / and sqrt in a written order.
 *
 * The twin of mien/reading/linear.py, bit for bit.
 *
 * @module
 */

import { exactExp } from "./exact.js";

/** @typedef {import("./reader_features.js").Feature} Feature */

/**
 * What raw numbers mean; see mien/reading/weights.py. L labels.
 *
 * @typedef {object} Calibration
 * @property {readonly string[]} labels
 * @property {Float32Array} confidence for each script a curve of 17 points
 * @property {Float32Array} direction L x 3
 * @property {Float32Array} quantiles L x 9
 */

/** @typedef {{logits: number[], vad: number[]}} Scores */

/**
 * A linear reader's numbers. L labels, n features.
 *
 * @typedef {object} Weights
 * @property {readonly string[]} labels
 * @property {Uint32Array} features n, ascending
 * @property {Int8Array} table n rows of `width`, of which the first L + 3 are weights
 * @property {number} width
 * @property {Float32Array} scale L + 3
 * @property {Float32Array} bias L + 3
 */

export const AXES = 3;
export const KNOTS = 17;
export const QUANTILES = 9;

const FARTHEST = 30;
/**
 * The logits and the VAD of a text by its features, before they are held to their ranges.
 *
 * @param {Weights} weights
 * @param {readonly Feature[]} features
 * @returns {number[]} L + 3
 */
export function linearValues(weights, features) {
  const count = weights.labels.length;
  /** @type {number[]} */
  const sums = new Array(count + AXES).fill(0);
  let square = 0;
  for (const feature of features) {
    square += feature.count * feature.count;
    const row = rowOf(weights.features, feature.number);
    if (row >= 0) {
      for (let k = 0; k < sums.length; k += 1) {
        sums[k] += weights.table[row * weights.width + k] * feature.count;
      }
    }
  }
  const length = Math.sqrt(Math.max(square, 1));
  return sums.map((sum, k) => weights.bias[k] + (sum * weights.scale[k]) / length);
}

/**
 * @param {{labels: readonly string[]}} weights
 * @param {readonly number[]} values L + 3
 * @returns {Scores} held to their ranges
 */
export function held({ labels }, values) {
  const count = labels.length;
  return {
    logits: values.slice(0, count).map((value) => Math.min(Math.max(value, -FARTHEST), FARTHEST)),
    vad: values.slice(count).map((value) => Math.min(Math.max(value, -1), 1)),
  };
}

/**
 * @param {number} logit from -30 to 30
 * @returns {number} 1 / (1 + exp(-logit))
 */
export function sigmoid(logit) {
  return 1 / (1 + exactExp(-logit));
}

/**
 * How often a text is one of its top label.
 *
 * @param {Calibration} weights
 * @param {number} script
 * @param {number} probability the raw one
 * @returns {number}
 */
export function confidenceOf(weights, script, probability) {
  const curve = weights.confidence.subarray(script * KNOTS, (script + 1) * KNOTS);
  const place = probability * (KNOTS - 1);
  const start = Math.min(Math.floor(place), KNOTS - 2);
  const share = place - start;
  return curve[start] + (curve[start + 1] - curve[start]) * share;
}

/**
 * Where a text stands among those of its label, from 0 (the weakest) to 1.
 *
 * @param {Calibration} weights
 * @param {number} label
 * @param {readonly number[]} vad
 * @returns {number}
 */
export function strengthAt(weights, label, vad) {
  const line = weights.direction.subarray(label * AXES, (label + 1) * AXES);
  const value = line[0] * vad[0] + line[1] * vad[1] + line[2] * vad[2];
  const quantiles = weights.quantiles.subarray(label * QUANTILES, (label + 1) * QUANTILES);
  const last = QUANTILES - 1;
  if (value <= quantiles[0]) {
    return 0;
  }
  for (let i = 0; i < last; i += 1) {
    if (value < quantiles[i + 1]) {
      return (i + (value - quantiles[i]) / (quantiles[i + 1] - quantiles[i])) / last;
    }
  }
  return 1;
}

/**
 * @param {Uint32Array} features
 * @param {number} number
 * @returns {number} its row, or -1
 */
function rowOf(features, number) {
  let low = 0;
  let high = features.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (features[middle] < number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < features.length && features[low] === number ? low : -1;
}
