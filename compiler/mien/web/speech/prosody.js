/**
 * How a voice speaks beside what it says: what stands out from its own running level. The twin of
 * mien_trainer/speak/prosody.py, which has the numbers' reasons: the same samples give the same bits, in
 * any pieces.
 *
 * @module
 */

import { COLUMNS } from "../performance/prosody.js";
import { FrameWindows } from "./frame_windows.js";
import { LOOK_AHEAD } from "./mel.js";
import { Sounding, WINDOW } from "./sounding.js";

/** The most that each of them changes in a frame. */
export const STEPS = /** @type {const} */ ([0.15, 0.02]);

/** Frames by which stress comes after the sound: who knows as many ahead shows it in time. */
export const LATE = 4;

const [STRESS_STEP, HINT_STEP] = STEPS;
const [SPREADS, LOWEST, PITCHED, SMOOTH] = [1.5, -0.5, 0.25, 0.5];
const [LEVELS, MELODY, USUAL] = [120, 40, 1800];
const [LEVEL_SPREAD, PITCH_SPREAD] = [1, 0.12];
const [ABOVE_NOISE, RISING, FAINT] = [2.3, 0.01, -16.1];
const VOICED = 0.5;
const LATELY = 1 / 40;
const KNOWN = /** @type {const} */ ([60, 240]);
const [PITCH_AROUSED, BRIGHT_AROUSED] = [0.28, 0.6];
const HOLD = 45;

/** The prosody of mono sound at 16 kHz, n x 2, however it is cut: of the frames of `MelStream`. */
export class ProsodyStream extends FrameWindows {
  constructor() {
    super({ window: WINDOW, lead: WINDOW - LOOK_AHEAD, width: COLUMNS });
    this.sounding = new Sounding();
    this.stress = new Stress();
    this.arousal = new Arousal();
  }

  /** @override @param {number} start @param {Float32Array} out @param {number} at */
  write(start, out, at) {
    const { sounding, stress, arousal } = this;
    sounding.hear(this.held, start);
    const { level, bright, pitch, sure } = sounding;
    const spoken = stress.isSpoken(level);
    const voiced = spoken && sure > VOICED;
    out[at] = stress.step(spoken, level, voiced, pitch);
    out[at + 1] = arousal.step(spoken, voiced, pitch, bright);
  }
}

/** A mean and a spread that follow what is told, quickly at first. */
class Running {
  /** @param {number} frames over which it forgets @param {number} least of the spread */
  constructor(frames, least) {
    this.frames = frames;
    this.least = least;
    this.count = 0;
    this.mean = 0;
    this.square = least * least;
  }

  /** @param {number} value */
  add(value) {
    this.count = Math.min(this.count + 1, this.frames);
    if (this.count === 1) {
      this.mean = value;
      return;
    }
    const share = 1 / this.count;
    const away = value - this.mean;
    this.mean += share * away;
    this.square += share * (away * away - this.square);
  }

  /** @param {number} value @returns {number} by how many spreads it is above the mean */
  away(value) {
    if (this.count === 0) return 0;
    return (value - this.mean) / Math.max(this.least, Math.sqrt(this.square));
  }
}

/** How far a voice stands out, frame by frame. */
class Stress {
  constructor() {
    this.noise = Infinity;
    this.levels = new Running(LEVELS, LEVEL_SPREAD);
    this.melody = new Running(MELODY, PITCH_SPREAD);
    this.high = 0;
    this.smooth = 0;
    this.shown = 0;
  }

  /** @param {number} level @returns {boolean} whether the log power of the next frame is that of speech */
  isSpoken(level) {
    this.noise = Math.min(level, this.noise + RISING);
    return level > Math.max(this.noise + ABOVE_NOISE, FAINT);
  }

  /**
   * @param {boolean} spoken
   * @param {number} level
   * @param {boolean} voiced
   * @param {number} pitch
   * @returns {number}
   */
  step(spoken, level, voiced, pitch) {
    this.high *= 0.9;
    if (voiced) {
      this.high = held(this.melody.away(pitch));
      this.melody.add(pitch);
    }
    let aim = 0;
    if (spoken) {
      const above = held(this.levels.away(level)) + PITCHED * this.high;
      aim = Math.min(1, Math.max(LOWEST, above / SPREADS));
      this.levels.add(level);
    }
    this.smooth += SMOOTH * (aim - this.smooth);
    if (!spoken && Math.abs(this.smooth) < STRESS_STEP) this.smooth = 0;
    this.shown = towards(this.shown, this.smooth, STRESS_STEP);
    return this.shown;
  }
}

/** How aroused a voice sounds beside its usual way, frame by frame. */
class Arousal {
  constructor() {
    this.usualPitch = new Running(USUAL, PITCH_AROUSED);
    this.usualBright = new Running(USUAL, BRIGHT_AROUSED);
    this.pitch = 0;
    this.bright = 0;
    this.voiced = 0;
    this.quiet = 0;
    this.shown = 0;
  }

  /**
   * @param {boolean} spoken
   * @param {boolean} voiced
   * @param {number} pitch
   * @param {number} bright
   * @returns {number}
   */
  step(spoken, voiced, pitch, bright) {
    this.quiet = spoken ? 0 : this.quiet + 1;
    if (voiced) {
      this.voiced += 1;
      const share = Math.max(LATELY, 1 / this.voiced);
      this.usualPitch.add(pitch);
      this.pitch += share * (pitch - this.pitch);
      this.usualBright.add(bright);
      this.bright += share * (bright - this.bright);
    }
    let aim = 0;
    if (this.quiet <= HOLD) {
      const higher = (this.pitch - this.usualPitch.mean) / PITCH_AROUSED;
      const brighter = (this.bright - this.usualBright.mean) / BRIGHT_AROUSED;
      const known = (this.voiced - KNOWN[0]) / (KNOWN[1] - KNOWN[0]);
      aim = Math.min(1, Math.max(-1, 0.5 * (higher + brighter))) * Math.min(1, Math.max(0, known));
    }
    this.shown = towards(this.shown, aim, HINT_STEP);
    return this.shown;
  }
}

/** @param {number} spreads @returns {number} */
function held(spreads) {
  return Math.min(2, Math.max(-2, spreads));
}

/**
 * @param {number} shown
 * @param {number} aim
 * @param {number} step the most that it goes
 * @returns {number}
 */
export function towards(shown, aim, step) {
  return Math.abs(aim - shown) <= step ? aim : shown + (aim > shown ? step : -step);
}
