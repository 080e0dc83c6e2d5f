/**
 * The ways from one key to the next: rising from 0 to 1 on [0, 1].
 *
 * The twin of mien/timelines/easing.py: only + - and * in the written order, in float64.
 *
 * @module
 */

/**
 * By their number in artifacts; `steepest` is the greatest slope.
 *
 * @type {readonly {name: string, steepest: number, ease: (t: number) => number}[]}
 */
export const EASINGS = [
  { name: "smoothstep", steepest: 1.5, ease: (t) => t * t * (3 - 2 * t) },
  { name: "linear", steepest: 1, ease: (t) => t },
  { name: "smootherstep", steepest: 1.875, ease: (t) => t * t * t * (t * (6 * t - 15) + 10) },
  { name: "ease-in", steepest: 2, ease: (t) => t * t },
  { name: "ease-out", steepest: 2, ease: (t) => t * (2 - t) },
];

/**
 * The share of the way that is done at the share `t` of the time.
 *
 * @param {number} number of the easing
 * @param {number} t in [0, 1]
 * @returns {number} in [0, 1]
 */
export function eased(number, t) {
  return Math.min(1, EASINGS[number].ease(t));
}
