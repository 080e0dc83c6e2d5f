/**
 * Numbers as people and programs read them.
 *
 * @module
 */

/** @typedef {import("./types.js").Point} Point */

/** A float32 differs from its neighbours by this many digits. */
const DIGITS = 9;

/**
 * The shortest decimal that is this float32 again: 0.32, not 0.3199999928474426.
 *
 * @param {number} value
 * @returns {number}
 */
export function shortest(value) {
  const single = Math.fround(value);
  for (let digits = 1; digits < DIGITS; digits += 1) {
    const decimal = Number(single.toPrecision(digits));
    if (Math.fround(decimal) === single) return decimal;
  }
  return Number(single.toPrecision(DIGITS));
}

/**
 * @param {ArrayLike<number>} vad
 * @returns {Point}
 */
export function shortestPoint(vad) {
  return [shortest(vad[0]), shortest(vad[1]), shortest(vad[2])];
}

/**
 * Held to [low, high] and rounded to steps of 0.001.
 *
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function held(value, low, high) {
  const rounded = Math.round(value * 1000) / 1000;
  return Math.min(high, Math.max(low, rounded)) + 0;
}

/**
 * With a sign and two decimals: +0.50.
 *
 * @param {number} value
 * @returns {string}
 */
export function signed(value) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
