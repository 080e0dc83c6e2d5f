/**
 * The clip that the page carries: numbers out of base64, in the byte order of the file.
 *
 * @module
 */

/** @typedef {import("mien/drawing").FlatFace} FlatFace */
/** @typedef {"pause" | "closed" | "teeth" | "vowel" | "other"} Kind what the lips do */
/** @typedef {{symbol: string, start: number, end: number, kind: Kind}} Phoneme */
/** @typedef {{title: string, frames: number, weights: Float32Array}} Track */

/**
 * @typedef {object} Clip
 * @property {FlatFace} face
 * @property {string[]} channels
 * @property {number} rate frames a second
 * @property {number} frames
 * @property {Phoneme[]} phonemes
 * @property {Track[]} tracks weights by frame, then by channel
 * @property {Uint8Array} mel brightness by frame, then by band
 * @property {number} bands
 * @property {Float32Array} vad by frame, then by axis
 * @property {Float32Array} speech
 */

/**
 * @param {string} text
 * @returns {Clip}
 */
export function readClip(text) {
  const raw = JSON.parse(text);
  return {
    ...raw,
    phonemes: raw.phonemes.map(
      /** @param {[string, number, number, Kind]} one */
      ([symbol, start, end, kind]) => ({ symbol, start, end, kind }),
    ),
    tracks: raw.tracks.map(
      /** @param {{weights: string}} track */
      (track) => ({ ...track, weights: floats(track.weights) }),
    ),
    mel: bytes(raw.mel),
    vad: floats(raw.vad),
    speech: floats(raw.speech),
  };
}

/**
 * The weight of a channel; a track that has ended keeps its last face.
 *
 * @param {Clip} clip
 * @param {Track} track
 * @param {number} frame
 * @param {number} channel
 * @returns {number}
 */
export function weightAt(clip, track, frame, channel) {
  return track.weights[Math.min(frame, track.frames - 1) * clip.channels.length + channel];
}

/**
 * @param {string} text
 * @returns {Uint8Array}
 */
function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * @param {string} text
 * @returns {Float32Array}
 */
function floats(text) {
  const raw = bytes(text);
  const view = new DataView(raw.buffer);
  return Float32Array.from({ length: raw.length / 4 }, (_, at) => view.getFloat32(4 * at, true));
}
