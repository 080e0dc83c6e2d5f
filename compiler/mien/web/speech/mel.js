/**
 * Log-mel frames, the network's input, of sound that comes in pieces. The twin of
 * mien_trainer/mel.py, which has the formulas and their sources.
 *
 * @module
 */

import { SAMPLE_RATE } from "./clock.js";
import { FrameWindows } from "./frame_windows.js";

/** Bands of a frame. */
export const MELS = 80;

const WINDOW = 400;
const LEAD = 80;
const FALL = 64;
const FLOOR = 1e-8;
const LOWEST = 50;
const HIGHEST = 7600;
const FFT = 512;
const KNEE = 1000;
const LINEAR = 200 / 3;
const STEP = Math.log(6.4) / 27;
const KNEE_MEL = KNEE / LINEAR;

/** Samples of a frame from its moment on: all the look-ahead there is, 20 ms. */
export const LOOK_AHEAD = WINDOW - LEAD;

/** Every band of digital silence. */
export const SILENCE = Math.log(FLOOR);

/** Two halves of Hann windows: it rises slowly and falls fast. */
const WEIGHTS = Float64Array.from({ length: WINDOW }, (_, at) => {
  const rise = WINDOW - FALL;
  return 0.5 - 0.5 * Math.cos(Math.PI * (at < rise ? at / rise : (WINDOW - at) / FALL));
});

/** @type {readonly {first: number, weights: Float64Array}[]} a triangle a band, from its first bin on */
const TRIANGLES = triangles();

const COSINES = Float64Array.from({ length: FFT / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / FFT));
const SINES = Float64Array.from({ length: FFT / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / FFT));
const REVERSED = Uint16Array.from({ length: FFT }, (_, at) => {
  let found = 0;
  for (let bit = 1, from = at; bit < FFT; bit *= 2, from >>= 1) found = found * 2 + (from & 1);
  return found;
});

/** Log-mel frames of mono sound at 16 kHz, n x 80, however it is cut. */
export class MelStream extends FrameWindows {
  constructor() {
    super({ window: WINDOW, lead: LEAD, width: MELS });
    this.real = new Float64Array(FFT);
    this.imaginary = new Float64Array(FFT);
  }

  /** @override @param {number} start @param {Float32Array} out @param {number} place */
  write(start, out, place) {
    const { held, real, imaginary } = this;
    for (let at = 0; at < FFT; at += 1) {
      const from = /** @type {number} */ (REVERSED[at]);
      real[at] = from < WINDOW ? held[start + from] * WEIGHTS[from] : 0;
      imaginary[at] = 0;
    }
    transform(real, imaginary);
    for (let band = 0; band < MELS; band += 1) {
      const { first, weights } = TRIANGLES[band];
      let energy = 0;
      for (let tap = 0; tap < weights.length; tap += 1) {
        const bin = first + tap;
        energy += weights[tap] * (real[bin] * real[bin] + imaginary[bin] * imaginary[bin]);
      }
      out[place + band] = Math.log(Math.max(FLOOR, energy));
    }
  }
}

/**
 * A Fourier transform of numbers that stand in bit-reversed order, in place.
 *
 * @param {Float64Array} real
 * @param {Float64Array} imaginary
 */
function transform(real, imaginary) {
  for (let half = 1; half < FFT; half *= 2) {
    const turn = FFT / 2 / half;
    for (let start = 0; start < FFT; start += 2 * half) {
      for (let k = 0; k < half; k += 1) {
        const cosine = COSINES[k * turn];
        const sine = SINES[k * turn];
        const low = start + k;
        const high = low + half;
        const a = real[high] * cosine - imaginary[high] * sine;
        const b = real[high] * sine + imaginary[high] * cosine;
        real[high] = real[low] - a;
        imaginary[high] = imaginary[low] - b;
        real[low] += a;
        imaginary[low] += b;
      }
    }
  }
}

/** @param {number} hertz @returns {number} */
function melOf(hertz) {
  return hertz < KNEE ? hertz / LINEAR : KNEE_MEL + Math.log(hertz / KNEE) / STEP;
}

/** @param {number} mel @returns {number} */
function hertzOf(mel) {
  return mel < KNEE_MEL ? mel * LINEAR : KNEE * Math.exp((mel - KNEE_MEL) * STEP);
}

function triangles() {
  const [low, high] = [melOf(LOWEST), melOf(HIGHEST)];
  const feet = Array.from({ length: MELS + 2 }, (_, m) => hertzOf(low + ((high - low) * m) / (MELS + 1)));
  return Array.from({ length: MELS }, (_, band) => {
    const [left, peak, right] = feet.slice(band, band + 3);
    const height = 2 / (right - left);
    /** @type {number[]} */
    const weights = [];
    let first = 0;
    for (let bin = 0; bin <= FFT / 2; bin += 1) {
      const hertz = (bin * SAMPLE_RATE) / FFT;
      if (hertz <= left || hertz >= right) continue;
      if (weights.length === 0) first = bin;
      const share = hertz <= peak ? (hertz - left) / (peak - left) : (right - hertz) / (right - peak);
      weights.push(share * height);
    }
    return { first, weights: Float64Array.from(weights) };
  });
}
