/**
 * Sound that comes in pieces of any length, as the windows about each frame's moment.
 *
 * @module
 */

import { frameCount, frameSample } from "./clock.js";

/** What hears mono sound at 16 kHz frame by frame, however it is cut. */
export class FrameWindows {
  /**
   * @param {{window: number, lead: number, width: number}} sizes samples of a window, those of them before
   *   the frame's moment, and numbers that a frame is written as
   */
  constructor({ window, lead, width }) {
    this.window = window;
    this.lead = lead;
    this.width = width;
    this.held = new Float32Array(4 * window);
    /** How many samples are held; the first of them is sample `first` of the sound. */
    this.count = lead;
    this.first = -lead;
    this.received = 0;
    this.frame = 0;
  }

  /**
   * The frames that samples complete: those whose window is all there.
   *
   * @param {ArrayLike<number>} samples in [-1, 1]
   * @returns {Float32Array} n x `width`
   */
  push(samples) {
    this.hold(samples);
    this.received += samples.length;
    return this.take(frameCount(this.received - (this.window - this.lead) + 1));
  }

  /**
   * The last frames, with zeros for what never came. Nothing can be pushed after.
   *
   * @param {number} [silent] frames that follow them
   * @returns {Float32Array}
   */
  finish(silent = 0) {
    this.hold(new Float32Array(this.window + frameSample(silent + 1)));
    return this.take(frameCount(this.received) + silent);
  }

  /**
   * @param {number} _start of the window among what is held
   * @param {Float32Array} _out
   * @param {number} _at where the frame's numbers begin
   */
  write(_start, _out, _at) {
    throw new Error("nobody hears");
  }

  /** @param {ArrayLike<number>} samples */
  hold(samples) {
    const needed = this.count + samples.length;
    if (needed > this.held.length) {
      const grown = new Float32Array(Math.max(needed, 2 * this.held.length));
      grown.set(this.held.subarray(0, this.count));
      this.held = grown;
    }
    this.held.set(samples, this.count);
    this.count = needed;
  }

  /** @param {number} end @returns {Float32Array} */
  take(end) {
    const until = Math.max(end, this.frame);
    const found = new Float32Array((until - this.frame) * this.width);
    for (let at = 0; this.frame < until; this.frame += 1, at += this.width) {
      this.write(frameSample(this.frame) - this.lead - this.first, found, at);
    }
    const gone = Math.min(this.count, frameSample(until) - this.lead - this.first);
    this.held.copyWithin(0, gone, this.count);
    this.count -= gone;
    this.first += gone;
    return found;
  }
}
