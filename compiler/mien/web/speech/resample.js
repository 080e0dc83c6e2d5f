/**
 * Sound of any rate at 16 kHz, as it comes: a windowed sinc, in phase with its input.
 *
 * @module
 */

import { SAMPLE_RATE } from "./clock.js";

/** Samples a second, from the telephone to the studio. */
export const RATES = /** @type {const} */ ([8000, 192000]);

/** Zeros of the sinc on each side: 2 ms of sound that is waited for. */
const ZEROS = 32;

/** The band that is kept, of the narrower of both. */
const BAND = 0.96;
const SHAPE = 8;

/** Resamples one stream of mono sound. */
export class Resampler {
  /**
   * @param {number} rate samples a second of what is pushed
   * @throws {RangeError} a rate that no sound has
   */
  constructor(rate) {
    if (!(rate >= RATES[0] && rate <= RATES[1])) {
      throw new RangeError(`${rate} samples a second: expected ${RATES[0]} to ${RATES[1]}`);
    }
    const whole = Math.round(rate);
    const shared = divisor(whole, SAMPLE_RATE);
    this.same = whole === SAMPLE_RATE;
    /** An output every `step / parts` samples of input. */
    this.step = whole / shared;
    this.parts = SAMPLE_RATE / shared;
    const narrow = Math.min(1, SAMPLE_RATE / whole);
    this.cut = BAND * narrow;
    this.half = this.same ? 0 : Math.ceil(ZEROS / narrow);
    /** @type {Map<number, Float64Array>} */
    this.kernels = new Map();
    this.held = new Float32Array(this.half);
    this.first = -this.half;
    this.given = 0;
  }

  /**
   * @param {Float32Array} samples
   * @returns {Float32Array} as many at 16 kHz as are certain by now
   */
  push(samples) {
    if (this.same) return samples;
    const held = new Float32Array(this.held.length + samples.length);
    held.set(this.held);
    held.set(samples, this.held.length);
    const last = this.first + held.length - this.half;
    // The outputs whose places are before `last`.
    const until = Math.max(this.given, Math.ceil((last * this.parts) / this.step));
    const out = new Float32Array(until - this.given);
    for (let at = 0; at < out.length; at += 1) out[at] = this.value(held, this.given + at);
    this.given = until;
    const gone = Math.min(held.length, Math.max(0, this.place(until) - this.half + 1 - this.first));
    this.held = held.slice(gone);
    this.first += gone;
    return out;
  }

  /**
   * The last samples, once no more come.
   *
   * @returns {Float32Array}
   */
  finish() {
    return this.push(new Float32Array(this.half));
  }

  /** @param {number} output @returns {number} the input at or before it */
  place(output) {
    return Math.floor((output * this.step) / this.parts);
  }

  /** @param {Float32Array} held @param {number} output @returns {number} */
  value(held, output) {
    const place = this.place(output);
    const kernel = this.kernel(output * this.step - place * this.parts);
    const from = place - this.half + 1 - this.first;
    let sum = 0;
    for (let tap = 0; tap < kernel.length; tap += 1) sum += kernel[tap] * (held[from + tap] ?? 0);
    return Math.min(1, Math.max(-1, sum));
  }

  /** @param {number} part of the way to the next sample, in `parts` @returns {Float64Array} */
  kernel(part) {
    const known = this.kernels.get(part);
    if (known) return known;
    const share = part / this.parts;
    const kernel = Float64Array.from({ length: 2 * this.half }, (_, tap) => {
      const away = tap - this.half + 1 - share;
      const across = away / this.half;
      const window = Math.abs(across) < 1 ? bessel(SHAPE * Math.sqrt(1 - across * across)) / bessel(SHAPE) : 0;
      const turn = Math.PI * this.cut * away;
      return window * this.cut * (turn === 0 ? 1 : Math.sin(turn) / turn);
    });
    const sum = kernel.reduce((total, one) => total + one, 0);
    kernel.forEach((one, tap) => (kernel[tap] = one / sum));
    this.kernels.set(part, kernel);
    return kernel;
  }
}

/** @param {number} a @param {number} b @returns {number} */
function divisor(a, b) {
  return b === 0 ? a : divisor(b, a % b);
}

/** @param {number} x @returns {number} the modified Bessel function of order 0 */
function bessel(x) {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
