/**
 * Where a face looks: eyes go first, in a saccade, the head follows, and the eyes turn back in it.
 *
 * The twin of mien/performance/gaze.py, in degrees.
 *
 * @module
 */

import { TICKS, way } from "./clock.js";

/** @typedef {import("./plan.js").Look} Look */

const SACCADE = /** @type {const} */ ([0.021, 0.0022]);
const HEAD_LAG = 0.04;
const HEAD_TURN = /** @type {const} */ ([0.25, 0.008]);

/**
 * @typedef {object} Turn
 * @property {number} start
 * @property {number} length
 * @property {readonly [number, number]} to yaw and pitch
 */

/** Gaze and head over time. */
export class Gaze {
  /** @param {readonly Look[]} looks in order */
  constructor(looks) {
    /** @type {Turn} */
    const ahead = { start: -Infinity, length: 0, to: [0, 0] };
    /** @type {Turn[]} */
    this.eyes = [ahead];
    /** @type {Turn[]} */
    this.heads = [ahead];
    for (const { start, yaw, pitch, head } of looks) {
      add(this.eyes, start, [yaw + 0, pitch + 0], SACCADE);
      const late = start + Math.floor(HEAD_LAG * TICKS + 0.5);
      add(this.heads, late, [yaw * head + 0, pitch * head + 0], HEAD_TURN);
    }
  }

  /**
   * Look ahead again in `length` ticks from `start` on; later looks do not begin.
   *
   * @param {number} start
   * @param {number} length
   */
  close(start, length) {
    this.eyes = closed(this.eyes, start, length);
    this.heads = closed(this.heads, start, length);
  }

  /**
   * Yaw and pitch of the gaze, and of the head.
   *
   * @param {number} moment
   * @returns {[number[], number[]]}
   */
  at(moment) {
    return [turned(this.eyes, moment), turned(this.heads, moment)];
  }
}

/**
 * @param {Turn[]} turns
 * @param {number} start
 * @param {[number, number]} to
 * @param {readonly [number, number]} pace
 */
function add(turns, start, to, [least, slower]) {
  const was = turns[turns.length - 1].to;
  const yaw = to[0] - was[0];
  const pitch = to[1] - was[1];
  const seconds = least + slower * Math.sqrt(yaw * yaw + pitch * pitch);
  turns.push({ start, length: Math.floor(seconds * TICKS + 0.5), to });
}

/**
 * @param {readonly Turn[]} turns
 * @param {number} start
 * @param {number} length
 * @returns {Turn[]}
 */
function closed(turns, start, length) {
  const kept = turns.filter((one) => one.start < start);
  if (kept.length > 1) kept.push({ start, length, to: [0, 0] });
  return kept;
}

/**
 * @param {readonly Turn[]} turns
 * @param {number} moment
 * @returns {number[]}
 */
function turned(turns, moment) {
  let base = turns.length - 1;
  while (base > 0 && turns[base].start + turns[base].length > moment) base -= 1;
  let now = [...turns[base].to];
  for (const { start, length, to } of turns.slice(base + 1)) {
    if (start > moment) continue;
    const come = way(moment, start, length);
    now = now.map((one, axis) => (1 - come) * one + come * to[axis]);
  }
  return now;
}
