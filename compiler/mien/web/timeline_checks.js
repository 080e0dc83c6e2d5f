/**
 * What must hold of a timeline beyond the type, shape and range of each tensor.
 *
 * The twin of mien/artifact/timelines.py: the same checks in the same order.
 *
 * @module
 */

import { badArtifact } from "./refusals.js";
import { GO, tracksOf, valueAt } from "./timelines.js";

/** @typedef {import("./types.js").TimelineTable} TimelineTable */

/** The last millisecond that a key can have. */
export const LONGEST = 600000;

/** The most degrees of head and gaze. */
export const MOST_DEGREES = 90;

const BEYOND_CHANNELS = 6;
const KINDS = 3;

/**
 * @typedef {object} Counts
 * @property {number} channels
 * @property {number} intensities
 * @property {number} labels
 */

/**
 * @param {string} label
 * @param {TimelineTable} table
 * @param {Counts} counts
 * @returns {void}
 * @throws {ArtifactError}
 */
export function checkTimeline(label, table, counts) {
  const name = (/** @type {string} */ field) => `label.${label}.${field}`;
  checkClips(name("clips"), table);
  checkTracks(name("tracks"), table, counts.channels);
  checkKeys(name, table, counts.channels);
  checkLoops(name("clips"), table);
  for (const [field, row, found, low, high] of places(table, counts)) {
    if (!(found >= low && found <= high)) {
      throw badArtifact("sequence-place", { name: name(field), row, found, low, high });
    }
  }
}

/**
 * @param {string} name
 * @param {TimelineTable} table
 */
function checkClips(name, { clips }) {
  const found = clips.length / 3;
  if (found <= GO) {
    throw badArtifact("clips-few", { name, found });
  }
  for (let row = 0; row < found; row += 1) {
    const [length, begin, end] = clips.subarray(3 * row, 3 * row + 3);
    if (!((begin < end && end <= length) || (begin === 0 && end === 0))) {
      throw badArtifact("clip-loop", { name, row, begin, end, length });
    }
  }
}

/**
 * @param {string} name
 * @param {TimelineTable} table
 * @param {number} channels
 */
function checkTracks(name, { clips, tracks, keyTimes }, channels) {
  let [clipBefore, targetBefore, total] = [-1, -1, 0];
  for (let row = 0; row < tracks.length / 3; row += 1) {
    const [clip, target, count] = tracks.subarray(3 * row, 3 * row + 3);
    if (clip >= clips.length / 3 || target >= channels + BEYOND_CHANNELS) {
      throw badArtifact("track-target", { name, row, target, clip });
    }
    if (clip < clipBefore || (clip === clipBefore && target <= targetBefore)) {
      throw badArtifact("track-order", { name, row });
    }
    if (count < 1) {
      throw badArtifact("track-keys", { name, found: 0, expected: 1 });
    }
    [clipBefore, targetBefore] = [clip, target];
    total += count;
  }
  if (total !== keyTimes.length) {
    throw badArtifact("track-keys", { name, found: total, expected: keyTimes.length });
  }
}

/**
 * Times that rise within their clip, and values that give a gain, an offset or degrees.
 *
 * @param {(field: string) => string} nameOf
 * @param {TimelineTable} table
 * @param {number} channels
 */
function checkKeys(nameOf, { clips, tracks, keyTimes, keyValues }, channels) {
  let key = 0;
  for (let row = 0; row < tracks.length / 3; row += 1) {
    const [clip, target, count] = tracks.subarray(3 * row, 3 * row + 3);
    const bounds = clip === GO ? SHARES : target > channels ? DEGREES : GAINS;
    for (let at = key; at < key + count; at += 1) {
      if (at > key && keyTimes[at] <= keyTimes[at - 1]) {
        throw badArtifact("key-times", { name: nameOf("key_times"), row: at });
      }
      bounds.forEach(([low, high], part) => {
        const value = keyValues[2 * at + part];
        const [name, where] = [nameOf("key_values"), [at, part]];
        if (!(value >= low && value <= high)) {
          throw badArtifact("key-value", { name, value, where, low, high });
        }
        if (Object.is(value, -0)) {
          throw badArtifact("tensor-negative-zero", { name, where });
        }
      });
    }
    key += count;
    const [end, length] = [keyTimes[key - 1], clips[3 * clip]];
    if (end > length) {
      throw badArtifact("track-late", { name: nameOf("tracks"), row, end, length });
    }
  }
}

/** @typedef {readonly (readonly [number, number])[]} Bounds of gain and offset, or degrees and 0 */

/** @type {Bounds} */
const GAINS = [
  [0, 2],
  [-1, 1],
];
/** @type {Bounds} */
const DEGREES = [
  [-MOST_DEGREES, MOST_DEGREES],
  [0, 0],
];
/** @type {Bounds} */
const SHARES = [
  [0, 1],
  [0, 0],
];

/**
 * @param {string} name
 * @param {TimelineTable} table
 */
function checkLoops(name, table) {
  for (let clip = 0; clip < table.clips.length / 3; clip += 1) {
    const [, begin, end] = table.clips.subarray(3 * clip, 3 * clip + 3);
    for (const track of end === 0 ? [] : tracksOf(table, clip)) {
      const [first, last] = [valueAt(table, track, begin), valueAt(table, track, end)];
      if (first[0] !== last[0] || first[1] !== last[1]) {
        throw badArtifact("loop-jumps", { name, clip, target: track.target });
      }
    }
  }
}

/**
 * Field, row, position and the range that it must be in.
 *
 * @param {TimelineTable} table
 * @param {Counts} counts
 * @returns {Generator<readonly [string, number, number, number, number]>}
 */
function* places(table, { intensities, labels }) {
  const { timing, blink, resolves, sequences, sequenceClips, sequenceEnds } = table;
  yield ["timing", 0, timing[0], 0, KINDS - 1];
  yield ["timing", 1, timing[1], -1, LONGEST];
  yield ["timing", 2, timing[2], -1, sequences.length - 1];
  yield ["timing", 3, timing[3], 0, LONGEST];
  yield ["blink", 0, blink[0], 0, blink[1]];
  for (let row = 0; row < resolves.length; row += 1) {
    yield ["resolves", row, resolves[row], 0, labels - 1];
  }
  for (let at = 0; at < sequenceClips.length; at += 1) {
    const row = Math.floor(at / intensities);
    yield ["sequence_clips", row, sequenceClips[at], GO + 1, table.clips.length / 3 - 1];
  }
  for (let row = 0; row < sequences.length; row += 1) {
    const [how, label, intensity] = sequenceEnds.subarray(3 * row, 3 * row + 3);
    yield ["sequence_ends", row, how, 0, 2];
    yield ["sequence_ends", row, label, 0, labels - 1];
    yield ["sequence_ends", row, intensity, 0, intensities - 1];
  }
}
