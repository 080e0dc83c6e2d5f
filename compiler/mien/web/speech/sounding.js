/**
 * What is heard of a voice in a window of 40 ms: how loud, how bright, how high. The twin of `sounding`
 * in mien_trainer/speak/prosody.py, which has the formulas; float64 in the written order.
 *
 * @module
 */

import { exactLog } from "../exact.js";
import { SAMPLE_RATE } from "./clock.js";
import { LOOK_AHEAD } from "./mel.js";

/** Samples of a window. */
export const WINDOW = 2 * LOOK_AHEAD;

const FOLD = 8;
const RATE = SAMPLE_RATE / FOLD;
const FLAT = 0.9;
const [SHORTEST, LONGEST] = [5, 27];
const LAGS = LONGEST - SHORTEST + 1;
const FIRST_PEAK = 0.8;
const LEAST = 1e-12;
const NOWHERE = -2;

/** Samples at half the rate of FOLD, theirs without hum, those at the rate of FOLD, and theirs. */
const [FOLDED, TAPS] = [WINDOW / 4, WINDOW / 4 - 1];
const [HALVED, SLOW] = [FOLDED / 2 - 1, FOLDED / 2 - 2];
const HEARD = SLOW - LONGEST;

/** Hears window by window; what was heard stands in its fields. */
export class Sounding {
  constructor() {
    /** The logarithms of the power below 2 kHz, of the share of power that is high, and of a pitch in Hz. */
    this.level = 0;
    this.bright = 0;
    this.pitch = 0;
    /** How well the window repeats itself after the period of its pitch, 0 to 1. */
    this.sure = 0;
    this.folded = new Float64Array(FOLDED);
    this.taps = new Float64Array(SLOW);
    this.alike = new Float64Array(LAGS + 2).fill(NOWHERE);
    this.heights = new Float64Array(LAGS);
    this.shifts = new Float64Array(LAGS);
    this.terms = new Float64Array(WINDOW);
  }

  /** @param {Float32Array} samples @param {number} start of a window among them */
  hear(samples, start) {
    const { folded, terms } = this;
    for (let at = 0, from = start; at < FOLDED; at += 1, from += 4) {
      folded[at] = (samples[from] + samples[from + 1] + (samples[from + 2] + samples[from + 3])) * 0.25;
    }
    for (let at = 0; at < TAPS; at += 1) {
      const tap = folded[at + 1] - FLAT * folded[at];
      terms[at] = tap * tap;
    }
    this.level = exactLog(total(terms, TAPS) / TAPS + LEAST);
    for (let at = 0; at < WINDOW - 1; at += 1) {
      const step = samples[start + at + 1] - samples[start + at];
      terms[at] = step * step;
    }
    const high = total(terms, WINDOW - 1) + LEAST;
    for (let at = 0; at < WINDOW; at += 1) terms[at] = samples[start + at] * samples[start + at];
    this.bright = exactLog(high / (total(terms, WINDOW) + LEAST));
    this.flatten();
    this.compare();
    this.choose();
  }

  /** Halve what is folded, and take away what hums. */
  flatten() {
    const { folded, taps, terms } = this;
    for (let at = 0; at < HALVED; at += 1) {
      terms[at] = (folded[2 * at] + folded[2 * at + 2] + 2 * folded[2 * at + 1]) * 0.25;
    }
    for (let at = 0; at < SLOW; at += 1) taps[at] = terms[at + 1] - FLAT * terms[at];
  }

  /** How much what is heard is like what is heard each lag later. */
  compare() {
    const { taps, terms, alike } = this;
    for (let at = 0; at < HEARD; at += 1) terms[at] = taps[at] * taps[at];
    const near = total(terms, HEARD);
    for (let lag = 0; lag < LAGS; lag += 1) {
      const later = lag + SHORTEST;
      for (let at = 0; at < HEARD; at += 1) terms[at] = taps[at + later] * taps[at + later];
      const energy = near * total(terms, HEARD);
      for (let at = 0; at < HEARD; at += 1) terms[at] = taps[at] * taps[at + later];
      alike[lag + 1] = total(terms, HEARD) / Math.sqrt(energy + LEAST * LEAST);
    }
  }

  /** The shortest period that fits about as well as the one that fits best. */
  choose() {
    const { alike, heights, shifts } = this;
    let highest = NOWHERE;
    for (let lag = 0; lag < LAGS; lag += 1) {
      const before = alike[lag];
      const own = alike[lag + 1];
      const after = alike[lag + 2];
      const bend = before - own + (after - own);
      const peak = own >= before && own >= after && bend < 0;
      const slope = before - after;
      shifts[lag] = peak && before > NOWHERE && after > NOWHERE ? (0.5 * slope) / bend : 0;
      heights[lag] = peak ? own - 0.25 * slope * shifts[lag] : NOWHERE;
      highest = Math.max(highest, heights[lag]);
    }
    let lag = 0;
    while (lag < LAGS && !(heights[lag] >= FIRST_PEAK * highest)) lag += 1;
    lag %= LAGS; // none fits: the first
    this.pitch = exactLog(RATE / (lag + SHORTEST + shifts[lag]));
    this.sure = Math.min(1, Math.max(0, heights[lag]));
  }
}

/**
 * The sum of the first numbers, by halves of the next power of 2: one order on every machine.
 *
 * @param {Float64Array} terms overwritten
 * @param {number} count
 * @returns {number}
 */
function total(terms, count) {
  let half = 1;
  while (2 * half < count) half *= 2;
  for (let left = count; half >= 1; left = half, half /= 2) {
    for (let at = 0; at < left - half; at += 1) terms[at] += terms[at + half];
  }
  return terms[0];
}
