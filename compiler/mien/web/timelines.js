/**
 * A label's dynamics or one of its sequences, asked what it does at any time.
 *
 * The twin of mien/timelines: float64 in the written order, rounded once.
 *
 * @module
 */

import { eased } from "./easing.js";

/** @typedef {import("./types.js").TimelineTable} TimelineTable */
/** @typedef {import("./types.js").LabelTable} LabelTable */

/** The clips that every timeline starts with: the onset, and the release of whatever is shown. */
export const COME = 0;
export const GO = 1;

/** Where a sequence ends. */
export const ENDS = /** @type {const} */ (["rest", "held", "label"]);

const HEAD = 3;
const GAZE = 2;

/**
 * One curve: keys `from` to `to` (not included) of a table.
 *
 * @typedef {object} Track
 * @property {number} target
 * @property {number} from
 * @property {number} to
 */

/**
 * @typedef {object} Clip
 * @property {TimelineTable} table
 * @property {number} channels
 * @property {number} length ms to the last key
 * @property {readonly [number, number] | null} loop the stretch that repeats while it is shown
 * @property {readonly Track[]} tracks
 * @property {readonly Track[]} release
 * @property {number} releaseLength
 * @property {number | null} apex ms after `length` at which it releases itself, null for never
 * @property {(typeof ENDS)[number]} ends
 */

/**
 * @typedef {object} Sample
 * @property {Float32Array} gain C
 * @property {Float32Array} offset C
 * @property {Float32Array} head degrees: yaw, pitch, roll
 * @property {Float32Array} gaze degrees: yaw, pitch
 */

/**
 * The label's dynamics, or its sequence of that name at an intensity.
 *
 * @param {LabelTable} label
 * @param {string | null} [sequence]
 * @param {number} [intensity] its position
 * @returns {Clip}
 * @throws {RangeError} where the label has no timeline, or no such sequence
 */
export function clipOf({ label, strength, timeline }, sequence = null, intensity = 0) {
  if (timeline === null) {
    throw new RangeError(`${label} has no shape in time`);
  }
  const channels = strength.length;
  if (sequence === null) {
    const apex = timeline.timing[1];
    return makeClip(timeline, COME, channels, "held", apex < 0 ? null : apex);
  }
  const row = timeline.sequences.indexOf(sequence);
  if (row < 0) {
    throw new RangeError(`${label} has no sequence ${sequence}: ${timeline.sequences.join(", ")}`);
  }
  const width = timeline.sequenceClips.length / timeline.sequences.length;
  const number = timeline.sequenceClips[row * width + intensity];
  return makeClip(timeline, number, channels, ENDS[timeline.sequenceEnds[3 * row]], null);
}

/**
 * @param {TimelineTable} table
 * @param {number} number
 * @param {number} channels
 * @param {(typeof ENDS)[number]} ends
 * @param {number | null} apex
 * @returns {Clip}
 */
function makeClip(table, number, channels, ends, apex) {
  const [length, begin, end] = table.clips.subarray(3 * number, 3 * number + 3);
  return {
    table,
    channels,
    length,
    loop: end === 0 ? null : [begin, end],
    tracks: tracksOf(table, number),
    release: tracksOf(table, GO),
    releaseLength: table.clips[3 * GO],
    apex,
    ends,
  };
}

/**
 * @param {TimelineTable} table
 * @param {number} clip
 * @returns {readonly Track[]} in order of their targets
 */
export function tracksOf(table, clip) {
  const found = [];
  let from = 0;
  for (let row = 0; row < table.tracks.length; row += 3) {
    const to = from + table.tracks[row + 2];
    if (table.tracks[row] === clip) {
      found.push({ target: table.tracks[row + 1], from, to });
    }
    from = to;
  }
  return found;
}

/**
 * The ms at which the clip goes back to rest; null for never.
 *
 * @param {Clip} clip
 * @param {number | null} [hold]
 * @returns {number | null}
 */
export function releasedAt(clip, hold = null) {
  return hold ?? (clip.apex === null ? null : clip.length + clip.apex);
}

/**
 * The ms from which nothing changes any more.
 *
 * @param {Clip} clip
 * @param {number | null} [hold]
 * @returns {number}
 */
export function endOf(clip, hold = null) {
  const released = releasedAt(clip, hold);
  if (released === null) {
    return clip.ends === "held" ? Infinity : clip.length;
  }
  const gone = released + clip.releaseLength;
  return clip.ends === "rest" ? Math.min(clip.length, gone) : gone;
}

/**
 * What the clip does at a time.
 *
 * @param {Clip} clip
 * @param {number} time ms since its start
 * @param {number | null} [hold] ms after the start at which it is released, by default its own
 * @returns {Sample}
 */
export function sample(clip, time, hold = null) {
  const { channels } = clip;
  const width = channels + HEAD + GAZE;
  const values = read(clip, clip.tracks, looped(clip, time), true);
  const released = releasedAt(clip, hold);
  if (released !== null) {
    const shares = read(clip, clip.release, time - released, false);
    for (let at = 0; at < values.length; at += 1) {
      values[at] = values[at] * shares[at - (at % 2)] + 0; // -0 becomes 0
    }
  }
  const part = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ of) =>
    Float32Array.from({ length: to - from }, (_, at) => values[2 * (from + at) + of]);
  return {
    gain: part(0, channels, 0),
    offset: part(0, channels, 1),
    head: part(channels, channels + HEAD, 0),
    gaze: part(channels + HEAD, width, 0),
  };
}

/**
 * Both values of every channel, of head and of gaze; `curves` tells curves from a release.
 *
 * @param {Clip} clip
 * @param {readonly Track[]} tracks
 * @param {number} time
 * @param {boolean} curves
 * @returns {Float64Array}
 */
function read({ table, channels }, tracks, time, curves) {
  const width = channels + HEAD + GAZE;
  const reach = curves ? channels : width;
  const values = new Float64Array(2 * width);
  const rest = tracks.find(({ target }) => target === channels);
  const [gain, offset] = rest === undefined ? [1, 0] : valueAt(table, rest, time);
  for (let place = 0; place < reach; place += 1) {
    values[2 * place] = gain;
    values[2 * place + 1] = offset;
  }
  for (const track of tracks) {
    if (track.target !== channels) {
      values.set(valueAt(table, track, time), 2 * (track.target - (track.target > channels ? 1 : 0)));
    }
  }
  return values;
}

/**
 * @param {TimelineTable} table
 * @param {Track} track
 * @param {number} time
 * @returns {readonly [number, number]} gain and offset, or degrees and 0
 */
export function valueAt({ keyTimes, keyEasings, keyValues }, { from, to }, time) {
  const last = to - 1;
  if (last === from || time >= keyTimes[last]) {
    return [keyValues[2 * last], keyValues[2 * last + 1]];
  }
  let key = from;
  while (key < last - 1 && keyTimes[key + 1] <= time) {
    key += 1;
  }
  const begin = keyTimes[key];
  const share = Math.min(1, Math.max(0, (time - begin) / (keyTimes[key + 1] - begin)));
  const done = eased(keyEasings[key + 1], share);
  const between = (/** @type {number} */ of) => {
    const low = keyValues[2 * key + of];
    return low + (keyValues[2 * key + 2 + of] - low) * done;
  };
  return [between(0), between(1)];
}

/**
 * The time on the first round of a clip that repeats.
 *
 * @param {Clip} clip
 * @param {number} time
 * @returns {number}
 */
function looped({ loop }, time) {
  if (loop === null) {
    return time;
  }
  const length = loop[1] - loop[0];
  return time - Math.max(0, Math.floor((time - loop[0]) / length)) * length;
}
