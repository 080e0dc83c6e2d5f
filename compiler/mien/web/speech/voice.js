/**
 * What is heard of a voice beside its lips: whether somebody speaks, and stressed syllables. The twin
 * of mien_trainer/speak/voice.py.
 *
 * @module
 */

import { MELS } from "./mel.js";

const f = Math.fround;
const MOVING = 0.06;
const ATTACK = 5;
const HOLD = 15;
const RELEASE = 9;
const RISE = 1.2;
const ABOVE = 0.8;
const BEFORE = 6;
const SLOW = 1 / 60;

/** A voice, frame by frame. */
export class Voice {
  constructor() {
    this.speech = 0;
    this.quiet = HOLD + RELEASE;
    /** @type {number | null} */
    this.slow = null;
    /** @type {number[]} */
    this.levels = [];
  }

  /**
   * @param {number} mouth the greatest weight of the lips
   * @param {Float32Array} mel the frame's bands
   * @returns {{speech: number, emphasis: number}} how much is spoken, and how strong the syllable is
   *   that begins, else 0
   */
  heard(mouth, mel) {
    this.quiet = mouth >= f(MOVING) ? 0 : this.quiet + 1;
    const step = this.quiet <= HOLD ? 1 / ATTACK : -1 / RELEASE;
    this.speech = Math.min(1, Math.max(0, this.speech + step));
    const speech = f(this.speech);
    return { speech, emphasis: f(f(this.emphasis(mel)) * speech) };
  }

  /** @param {Float32Array} mel @returns {number} */
  emphasis(mel) {
    const level = mel.reduce((sum, one) => sum + one, 0) / MELS;
    const slow = this.slow ?? level;
    const rise = level - Math.min(level, ...this.levels);
    const strong = rise > RISE && level - slow > ABOVE ? Math.min(1, 0.4 + 0.2 * (level - slow)) : 0;
    this.slow = slow + SLOW * (level - slow);
    this.levels.push(level);
    if (this.levels.length > BEFORE) this.levels.shift();
    return strong;
  }
}
