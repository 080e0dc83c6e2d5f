/**
 * The one clock: sound at 16 kHz, faces at 60 frames a second. The twin of mien_trainer/frames.py.
 *
 * @module
 */

/** Samples a second that the network hears. */
export const SAMPLE_RATE = 16000;

/** Faces a second. */
export const FRAME_RATE = 60;

/**
 * How many frames begin within so many samples.
 *
 * @param {number} samples
 * @returns {number}
 */
export function frameCount(samples) {
  return Math.ceil((samples * FRAME_RATE) / SAMPLE_RATE);
}

/**
 * The sample at which a frame's moment lies, rounded down.
 *
 * @param {number} frame
 * @returns {number}
 */
export function frameSample(frame) {
  return Math.floor((frame * SAMPLE_RATE) / FRAME_RATE);
}
