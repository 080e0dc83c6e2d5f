/**
 * What is heard of a voice beside its lips: whether somebody speaks, and stressed syllables. The twin
 * of mien_trainer/speak/voice.py.
 *
 * @module
 */

import { MELS } from "./mel.js";

const f = Math.fround;
const MOVING = f(0.06);
const ATTACK = 5;
const HOLD = 15;
const RELEASE = 9;
const RISE = 1.2;
const ABOVE = 0.8;
const BEFORE = 6;
const SLOW = 1 / 60;

/** A voice, frame by frame; what `hear` found stands in `speech` and `emphasis`. */
export class Voice {
  constructor() {
    /** How much is spoken. */
    this.speech = 0;
    /** How strong the syllable is that begins, else 0. */
    this.emphasis = 0;
    this.gate = 0;
    this.quiet = HOLD + RELEASE;
    this.slow = NaN;
    this.levels = new Float64Array(BEFORE).fill(Infinity);
    this.frame = 0;
  }

  /**
   * @param {number} mouth the greatest weight of the lips
   * @param {number} level how loud the frame is, see `levelOf`
   */
  hear(mouth, level) {
    this.quiet = mouth >= MOVING ? 0 : this.quiet + 1;
    const step = this.quiet <= HOLD ? 1 / ATTACK : -1 / RELEASE;
    this.gate = Math.min(1, Math.max(0, this.gate + step));
    this.speech = f(this.gate);
    const slow = Number.isNaN(this.slow) ? level : this.slow;
    let quietest = level;
    for (let at = 0; at < BEFORE; at += 1) quietest = Math.min(quietest, this.levels[at]);
    const strong = level - quietest > RISE && level - slow > ABOVE ? Math.min(1, 0.4 + 0.2 * (level - slow)) : 0;
    this.emphasis = f(f(strong) * this.speech);
    this.slow = slow + SLOW * (level - slow);
    this.levels[this.frame % BEFORE] = level;
    this.frame += 1;
  }
}

/**
 * @param {Float32Array} mel n x 80
 * @param {number} frame
 * @returns {number} the mean of a frame's bands
 */
export function levelOf(mel, frame) {
  let sum = 0;
  for (let at = frame * MELS; at < (frame + 1) * MELS; at += 1) sum += mel[at];
  return sum / MELS;
}
