/**
 * A performance that nobody knows the end of: lips are appended as they come, and cues as they are
 * given. Memory stays flat but for what cues remember, a few numbers each.
 *
 * @module
 */

import { LOOK_AHEAD } from "../performance/life.js";
import { Performance } from "../performance/performance.js";
import { REST } from "../performance/plan.js";
import { COLUMNS, heard } from "../performance/prosody.js";
import { BlinkHabits } from "../performance/blink_habits.js";
import { STEPS, towards } from "./prosody.js";

/** @typedef {import("../performance/plan.js").LipTrack} LipTrack */
/** @typedef {import("../performance/plan.js").LifeSettings} LifeSettings */
/** @typedef {import("../performance/plan.js").Move} Move */

/** Frames that are kept: more than are ever asked for again, or known ahead. */
export const KEPT = 1024;

/** Frames in which lips come to rest where their sound breaks off. */
const RELEASE = 9;

const NOTHING = Object.freeze({ stress: 0, arousal: 0 });

/** More than what rounding to float32 adds to a step. */
const ROUNDING = 1e-6;

/** Faces of one bank for lips that come in pieces. */
export class LiveFaces extends Performance {
  /**
   * @param {import("../evaluator.js").Evaluator} evaluator
   * @param {readonly string[]} channels of the lips
   * @param {{life: LifeSettings | null, seed: number}} options
   */
  constructor(evaluator, channels, { life, seed }) {
    const [speech, contacts, emphases] = [0, 1, 2].map(() => new Float32Array(KEPT));
    const weights = new Float32Array(KEPT * channels.length);
    const plan = { first: REST, moves: [], looks: [], life, seed, frames: Infinity, rests: false };
    const prosody = new Float32Array(KEPT * COLUMNS);
    super(evaluator, plan, { channels, weights, speech, contacts, emphases, prosody });
    this.prosody = prosody;
    /** How many frames of lips have come. */
    this.known = 0;
    /** How many had when life was tidied. */
    this.tidied = 0;
    /** For how many frames nothing was said. */
    this.quiet = RELEASE;
    /** How many of them are known when a frame is shown: brows and head follow a syllable by the rest. */
    this.ahead = 0;
    if (this.life) this.life.sight.emphases = this.syllables(emphases);
  }

  /** @param {LipTrack} track of the same channels */
  append({ weights, speech, contacts, emphases, prosody }) {
    const width = this.lips.channels.length;
    for (let frame = 0; frame < speech.length; frame += 1) {
      const at = (this.known + frame) % KEPT;
      this.lips.weights.set(weights.subarray(frame * width, (frame + 1) * width), at * width);
      this.lips.speech[at] = speech[frame];
      this.lips.contacts[at] = contacts[frame];
      this.lips.emphases[at] = emphases[frame];
      for (let column = 0; column < COLUMNS; column += 1) {
        this.follow(this.known + frame, column, prosody?.[frame * COLUMNS + column] ?? 0);
      }
    }
    this.known += speech.length;
    this.quiet = 0;
    this.forgetLife();
  }

  /** @param {number} frames in which nothing is said: the lips come to rest, and are there */
  pause(frames) {
    const { weights, speech, contacts, emphases, channels } = this.lips;
    const width = channels.length;
    if (frames >= 2 * KEPT) {
      for (const one of [weights, speech, contacts, emphases, this.prosody]) one.fill(0);
      this.quiet = RELEASE;
      this.known += frames;
      return;
    }
    for (let frame = 0; frame < frames; frame += 1) {
      const [at, before] = [this.known + frame, this.known + frame - 1].map((one) => (one + KEPT) % KEPT);
      const left = Math.max(0, RELEASE - 1 - this.quiet) / Math.max(1, RELEASE - this.quiet);
      for (let c = 0; c < width; c += 1) weights[at * width + c] = left * weights[before * width + c];
      speech[at] = left * speech[before];
      contacts[at] = emphases[at] = 0;
      for (let column = 0; column < COLUMNS; column += 1) this.follow(this.known + frame, column, 0);
      this.quiet += 1;
    }
    this.known += frames;
    this.forgetLife();
  }

  /** Movements that were over long ago. */
  forgetLife() {
    if (this.known < this.tidied + KEPT) return;
    this.tidied = this.known;
    this.life?.forget(this.known - 2 * KEPT);
  }

  /**
   * Where sound breaks off or begins anew, the voice is followed as slowly as in sound that goes on.
   *
   * @param {number} frame
   * @param {number} column of prosody
   * @param {number} aim
   */
  follow(frame, column, aim) {
    const before = frame > 0 ? this.prosody[((frame - 1) % KEPT) * COLUMNS + column] : aim;
    this.prosody[(frame % KEPT) * COLUMNS + column] = towards(before, aim, STEPS[column] + ROUNDING);
  }

  /** @param {number} frame before which what came counts */
  forget(frame) {
    this.known = Math.max(0, Math.min(this.known, frame));
    this.quiet = 0;
  }

  /** @param {Move} move from a frame on that was not shown yet */
  cue(move) {
    this.curves.append(move);
    this.turns ||= move.clip !== null;
    this.habits.holds.push(...new BlinkHabits(this.evaluator.tables, [move]).holds);
  }

  /** @param {number} frame @returns {boolean} */
  keeps(frame) {
    return frame >= 0 && frame < this.known && frame >= this.known - KEPT;
  }

  /** @override @param {number} frame @param {Float32Array} [out] @returns {Float32Array} */
  visemes(frame, out = new Float32Array(this.columns.length)) {
    return this.keeps(frame) ? super.visemes(frame % KEPT, out) : out.fill(0);
  }

  /** @override @param {number} frame @returns {import("../performance/prosody.js").Heard} */
  voice(frame) {
    return this.keeps(frame) ? heard(this.lips, frame % KEPT) : NOTHING;
  }

  /** @override @param {Float32Array} track @param {number} frame @returns {number} */
  heard(track, frame) {
    return this.keeps(frame) ? (track[frame % KEPT] ?? 0) : 0;
  }

  /**
   * The syllables as life asks for them, a few frames ahead; later where they are not known by then.
   *
   * @param {Float32Array} emphases
   * @returns {ArrayLike<number>}
   */
  syllables(emphases) {
    return new Proxy(/** @type {ArrayLike<number>} */ ({ length: 0 }), {
      get: (_, frame) => this.heard(emphases, Number(frame) - LOOK_AHEAD + this.ahead),
    });
  }
}

