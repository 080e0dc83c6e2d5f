/**
 * What moves in a living face beside its expression: lids, gaze, brows, head and breath.
 *
 * The twin of mien/performance/life.py. What has begun follows from the frames before, so that
 * movements are begun in order of time, once, as far as they have been asked for; then any frame may
 * be asked for again.
 *
 * @module
 */

import { FRAME, FRAME_RATE, pulse, ticks, way } from "./clock.js";
import { between, share } from "./draws.js";

/** @typedef {import("./plan.js").LifeSettings} LifeSettings */

/** Frames by which brows and head see stressed syllables before they are heard. */
export const LOOK_AHEAD = 4;

/** Eyes as wide as this hold blinks back. */
export const STARE = 0.5;

const FADE = ticks(0.5);
const BLINK = /** @type {const} */ ([ticks(0.08), ticks(0.02), ticks(0.12)]);
const BLINK_FRAMES = Math.ceil((BLINK[0] + BLINK[1] + BLINK[2]) / FRAME);
const FIRST_BLINK = /** @type {const} */ ([0.6, 3.6]);
const BLINK_GAP = /** @type {const} */ ([3, 6]);
const BLINK_HASTE = 1;
const BLINK_AGAIN = 17;
const LEAST_GAP = 30;
const DOUBLE_BLINKS = 0.12;
const GLANCE_GAP = /** @type {const} */ ([1, 3.5]);
const GLANCE_HOLD = /** @type {const} */ ([0.1, 0.5]);
const SACCADE = ticks(0.05);
const MICRO_SHARE = 0.6;
const MICRO_DEGREES = /** @type {const} */ ([0.4, 1.2]);
const GLANCE_DEGREES = /** @type {const} */ ([1.5, 5]);
const FLAT = 0.6;
const BROW_SHARE = 0.6;
const BROW_HEIGHT = /** @type {const} */ ([0.05, 0.14]);
const BROW = /** @type {const} */ ([ticks(0.14), ticks(0.06), ticks(0.26)]);
const NOD_SHARE = 0.7;
const NOD_DEGREES = /** @type {const} */ ([0.8, 2.4]);
const NOD = /** @type {const} */ ([ticks(0.16), ticks(0.03), ticks(0.34)]);
const BEATS_APART = 24;
const STRESS_HEIGHT = 0.12;
const STRESS_DEGREES = 1.2;
const BREATH = /** @type {const} */ ([4.2, 0.9]);
const BREATH_DEGREES = 0.5;
const DRIFT_SPAN = 96 * FRAME;
const DRIFT_DEGREES = /** @type {const} */ ([1.3, 0.9, 0.8]);

const KIND = { blink: 1, glance: 2, brow: 3, nod: 4, breath: 5, drift: 6 };

/**
 * A movement to `size` and back: its first tick, and ticks.
 *
 * @typedef {object} Pulse
 * @property {number} start
 * @property {readonly number[]} size
 * @property {number} rise
 * @property {number} hold
 * @property {number} fall
 */

/**
 * What is seen of a frame while movements are begun.
 *
 * @typedef {object} Sight
 * @property {(frame: number) => number} arousal
 * @property {(frame: number) => boolean} stares whether blinks are held back
 * @property {(frame: number) => [number, number] | null} gaps seconds between two blinks, where said
 * @property {ArrayLike<number>} emphases of every frame
 */

/**
 * @typedef {object} Small
 * @property {number} lids how far a blink closes them
 * @property {readonly [number, number]} eyes yaw and pitch in degrees
 * @property {number} brows raised, in weights
 * @property {readonly [number, number, number]} head yaw, pitch and roll in degrees
 */

/** The life of one performance. */
export class Life {
  /**
   * @param {number} seed
   * @param {LifeSettings} settings
   * @param {number} frames how long the whole is
   * @param {boolean} rests
   * @param {Sight} sight
   */
  constructor(seed, settings, frames, rests, sight) {
    this.seed = seed;
    this.settings = settings;
    this.frames = frames;
    this.rests = rests;
    this.sight = sight;
    this.blinks = new Stream(seed, KIND.blink);
    this.glances = new Stream(seed, KIND.glance);
    this.brows = new Stream(seed, KIND.brow);
    this.nods = new Stream(seed, KIND.nod);
    this.breaths = new Stream(seed, KIND.breath);
    this.nextBlink = Math.trunc(this.blinks.between(FIRST_BLINK, 0) * FRAME_RATE);
    this.nextGlance = Math.trunc(this.glances.between(GLANCE_GAP, 0) * FRAME_RATE);
    this.nextBreath = 0;
    this.nextBeat = 0;
    this.lastBeat = -BEATS_APART;
    this.again = false;
  }

  /**
   * What is small in a frame.
   *
   * @param {number} frame
   * @param {number} speech
   * @param {number} stress how far the voice stands out
   * @returns {Small}
   */
  at(frame, speech, stress) {
    this.begin(frame);
    const moment = frame * FRAME;
    let there = way(moment, 0, FADE);
    if (this.rests) there *= 1 - way(moment, (this.frames - 1) * FRAME - FADE, FADE);
    const [yaw, pitch] = this.glances.sum(moment, 2);
    const talk = 0.5 + 0.5 * speech;
    const head = DRIFT_DEGREES.map((_, axis) => this.drift(moment, axis) * talk * this.settings.head);
    head[1] += this.nods.sum(moment, 1)[0];
    head[1] -= this.breaths.sum(moment, 1)[0];
    const loud = Math.max(0, stress) * (this.settings.prosody ?? 0);
    head[1] += loud * (STRESS_DEGREES * this.settings.head);
    const raised = this.brows.sum(moment, 1)[0] + loud * (STRESS_HEIGHT * this.settings.brows);
    return {
      lids: this.blinks.most(moment),
      eyes: [yaw * there, pitch * there],
      brows: raised * there,
      head: [head[0] * there, head[1] * there, head[2] * there],
    };
  }

  /**
   * Begin all that begins up to a frame.
   *
   * @param {number} frame
   */
  begin(frame) {
    this.beginBlinks(frame);
    while (this.settings.glances > 0 && this.nextGlance <= frame) this.beginGlance();
    for (; this.nextBeat <= frame; this.nextBeat += 1) this.beginBeat(this.nextBeat);
    while (this.nextBreath <= frame) this.beginBreath();
  }

  /** @param {number} frame before which no frame is asked for any more */
  forget(frame) {
    for (const stream of [this.blinks, this.glances, this.brows, this.nods, this.breaths]) stream.forget(frame * FRAME);
  }

  /** @param {number} until */
  beginBlinks(until) {
    const rate = this.settings.blinks;
    while (rate > 0 && this.nextBlink <= until) {
      const frame = this.nextBlink;
      if (this.sight.stares(frame)) {
        this.nextBlink += 1;
        continue;
      }
      if (this.rests && frame + BLINK_FRAMES >= this.frames) {
        this.nextBlink = Infinity;
        return;
      }
      this.blinks.add(frame, [1], BLINK);
      this.again = !this.again && this.blinks.share(1) < DOUBLE_BLINKS;
      const said = this.sight.gaps(frame);
      const gap =
        said !== null && said[1] > 0
          ? this.blinks.between(said, 2)
          : this.blinks.between(BLINK_GAP, 2) - BLINK_HASTE * this.sight.arousal(frame);
      const frames = Math.max(LEAST_GAP, Math.trunc((gap / rate) * FRAME_RATE));
      this.nextBlink = frame + (this.again ? BLINK_AGAIN : frames);
    }
  }

  /** Begin the next glance. */
  beginGlance() {
    const { glances } = this;
    const size = glances.between(glances.share(1) < MICRO_SHARE ? MICRO_DEGREES : GLANCE_DEGREES, 2);
    const yaw = glances.between([-1, 1], 3) * size;
    const pitch = glances.between([-FLAT, FLAT], 4) * size;
    const hold = glances.between(GLANCE_HOLD, 5);
    const gap = glances.between(GLANCE_GAP, 6);
    const frame = this.nextGlance;
    const rate = Math.max(this.settings.glances, 0.1);
    this.nextGlance = frame + Math.max(12, Math.trunc((hold + gap / rate) * FRAME_RATE));
    glances.add(frame, [yaw, pitch], [SACCADE, ticks(hold), SACCADE]);
  }

  /** @param {number} frame */
  beginBeat(frame) {
    const strong = this.sight.emphases[frame + LOOK_AHEAD] ?? 0;
    if (strong === 0 || frame - this.lastBeat < BEATS_APART) return;
    this.lastBeat = frame;
    const { brows, nods, settings } = this;
    const height = brows.between(BROW_HEIGHT, 2) * strong * settings.brows;
    const raised = brows.share(1) < BROW_SHARE;
    const depth = nods.between(NOD_DEGREES, 2) * strong * settings.head;
    const nodded = nods.share(1) < NOD_SHARE;
    brows.add(frame, [raised ? height : 0], BROW);
    nods.add(frame, [nodded ? depth : 0], NOD);
  }

  /** Begin the next breath. */
  beginBreath() {
    const { breaths, nextBreath } = this;
    const seconds = BREATH[0] - BREATH[1] * this.sight.arousal(nextBreath);
    const deep = breaths.between([0.7, 1], 1);
    const size = BREATH_DEGREES * deep * this.settings.breath;
    breaths.add(nextBreath, [size], [ticks(0.4 * seconds), 0, ticks(0.5 * seconds)]);
    this.nextBreath += Math.trunc(seconds * FRAME_RATE);
  }

  /**
   * The head on its way through points that the seed gives, from 0 on.
   *
   * @param {number} moment
   * @param {number} axis
   * @returns {number}
   */
  drift(moment, axis) {
    const cell = Math.floor(moment / DRIFT_SPAN);
    const come = way(moment, cell * DRIFT_SPAN, DRIFT_SPAN);
    return (1 - come) * this.driftPoint(cell, axis) + come * this.driftPoint(cell + 1, axis);
  }

  /** @param {number} at @param {number} axis @returns {number} */
  driftPoint(at, axis) {
    return at === 0 ? 0 : between(-1, 1, this.seed, KIND.drift, at, axis) * DRIFT_DEGREES[axis];
  }
}

/** The movements of one kind, in order of time, and the draws of the next one. */
class Stream {
  /**
   * @param {number} seed
   * @param {number} kind
   */
  constructor(seed, kind) {
    this.seed = seed;
    this.kind = kind;
    /** @type {Pulse[]} */
    this.pulses = [];
    /** How many there were. */
    this.count = 0;
    this.longest = 0;
  }

  /**
   * @param {number} which
   * @returns {number}
   */
  share(which) {
    return share(this.seed, this.kind, this.count, which);
  }

  /**
   * @param {readonly [number, number]} span
   * @param {number} which
   * @returns {number}
   */
  between([low, high], which) {
    return between(low, high, this.seed, this.kind, this.count, which);
  }

  /**
   * @param {number} frame
   * @param {readonly number[]} size
   * @param {readonly [number, number, number]} lengths
   */
  add(frame, size, [rise, hold, fall]) {
    this.pulses.push({ start: frame * FRAME, size, rise, hold, fall });
    this.count += 1;
    this.longest = Math.max(this.longest, rise + hold + fall);
  }

  /** @param {number} moment before which nothing is asked for any more */
  forget(moment) {
    const { pulses, longest } = this;
    let over = 0;
    while (over < pulses.length && pulses[over].start + longest < moment) over += 1;
    if (over > 0) pulses.splice(0, over);
  }

  /**
   * The movements that may be under way at a tick.
   *
   * @param {number} moment
   * @returns {Pulse[]}
   */
  around(moment) {
    const { pulses, longest } = this;
    let to = pulses.length;
    while (to > 0 && pulses[to - 1].start > moment) to -= 1;
    let from = to;
    while (from > 0 && pulses[from - 1].start + longest > moment) from -= 1;
    return pulses.slice(from, to);
  }

  /**
   * @param {number} moment
   * @param {number} width
   * @returns {number[]}
   */
  sum(moment, width) {
    const total = new Array(width).fill(0);
    for (const one of this.around(moment)) {
      const shape = shapeOf(one, moment);
      for (let axis = 0; axis < width; axis += 1) total[axis] += shape * one.size[axis];
    }
    return total;
  }

  /**
   * @param {number} moment
   * @returns {number}
   */
  most(moment) {
    return this.around(moment).reduce((most, one) => Math.max(most, shapeOf(one, moment)), 0);
  }
}

/**
 * @param {Pulse} pulse
 * @param {number} moment
 * @returns {number}
 */
function shapeOf({ start, rise, hold, fall }, moment) {
  return pulse(moment, start, rise, hold, fall);
}
