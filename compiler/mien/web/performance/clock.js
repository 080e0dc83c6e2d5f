/**
 * The clock of a performance: frames and ticks, and how things get from one state to another.
 *
 * The twin of mien/performance/clock.py: whole ticks, float64 in the written order.
 *
 * @module
 */

/** Faces a second. */
export const FRAME_RATE = 60;

/** Ticks a frame. */
export const FRAME = 1000;

/** Ticks a second. */
export const TICKS = FRAME_RATE * FRAME;

/**
 * The nearest tick to a moment, or to a length, in seconds.
 *
 * @param {number} seconds
 * @returns {number}
 */
export function ticks(seconds) {
  return Math.floor(seconds * TICKS + 0.5);
}

/**
 * The cubic t t (3 - 2 t) of a share held to [0, 1].
 *
 * @param {number} share
 * @returns {number}
 */
export function smoothstep(share) {
  const t = Math.min(1, Math.max(0, share));
  return t * t * (3 - 2 * t);
}

/**
 * How far a movement of `length` ticks from `start` on has come at a tick; at once where 0.
 *
 * @param {number} moment
 * @param {number} start
 * @param {number} length
 * @returns {number}
 */
export function way(moment, start, length) {
  if (length <= 0) return moment >= start ? 1 : 0;
  return smoothstep((moment - start) / length);
}

/**
 * Up to 1 in `rise` ticks from `start` on, held, down again; 0 before and after.
 *
 * @param {number} moment
 * @param {number} start
 * @param {number} rise
 * @param {number} hold
 * @param {number} fall
 * @returns {number}
 */
export function pulse(moment, start, rise, hold, fall) {
  return way(moment, start, rise) * (1 - way(moment, start + rise + hold, fall));
}
