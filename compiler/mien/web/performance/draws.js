/**
 * Draws without a state: the same numbers for the same seed and place.
 *
 * The twin of mien/performance/draws.py.
 *
 * @module
 */

const START = 0x9e3779b9;
const SCALE = 4294967296;

/**
 * 32 bits that depend on every one of `words`, whole numbers from 0 on, and their order.
 *
 * @param {...number} words
 * @returns {number}
 */
export function bits(...words) {
  let mixed = START;
  for (const word of words) {
    mixed ^= word;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
    mixed ^= mixed >>> 16;
  }
  return mixed >>> 0;
}

/**
 * A number in [0, 1).
 *
 * @param {...number} words
 * @returns {number}
 */
export function share(...words) {
  return bits(...words) / SCALE;
}

/**
 * A number in [`low`, `high`).
 *
 * @param {number} low
 * @param {number} high
 * @param {...number} words
 * @returns {number}
 */
export function between(low, high, ...words) {
  return low + (high - low) * share(...words);
}
