/**
 * What is performed: the records that `mien view` gives a page, see mien/performance/page_data.py.
 *
 * Letters: C channels of the bank, F frames of the lips.
 *
 * @module
 */

/** @typedef {import("../timelines.js").Clip} Clip */

/**
 * A label in one of its styles, or plain, and how much of it is shown.
 *
 * @typedef {object} Share
 * @property {number} label its position
 * @property {number} style its position, -1 for none
 * @property {number} play 0 for a face that stands, else the number of a clip that is played
 * @property {number} weight above 0
 */

/**
 * @typedef {object} Pose
 * @property {readonly Share[]} shares whose weights sum to 1 at most
 * @property {readonly [number, number, number]} point valence, arousal, dominance
 */

/**
 * From what is shown at the tick `start` to `pose` in `length` ticks. `clip` names what the pose's
 * slot plays from then on: the label's dynamics where `sequence` is null.
 *
 * @typedef {object} Move
 * @property {number} start
 * @property {number} length
 * @property {Pose} pose
 * @property {{label: number, sequence: string | null, intensity: number} | null} clip
 */

/**
 * From the tick `start` on the face looks at yaw and pitch in degrees; the head takes a share.
 *
 * @typedef {object} Look
 * @property {number} start
 * @property {number} yaw
 * @property {number} pitch
 * @property {number} head
 */

/**
 * How much of each there is: 1 as usual, 0 none.
 *
 * @typedef {object} LifeSettings
 * @property {number} blinks
 * @property {number} glances
 * @property {number} brows
 * @property {number} head
 * @property {number} breath
 * @property {number} [prosody] how much brows, head and intensity follow the voice: 0 where not said
 * @property {number} [arousal] how much the voice moves the point's arousal: 0 where not said
 */

/**
 * @typedef {object} Plan
 * @property {Pose} first
 * @property {readonly Move[]} moves in order
 * @property {readonly Look[]} looks in order
 * @property {LifeSettings | null} life
 * @property {number} seed
 * @property {number} frames how long the whole is
 * @property {boolean} rests whether it comes to rest at the end
 */

/**
 * What the mouth does for the sound; see mien/performance/lips.py.
 *
 * @typedef {object} LipTrack
 * @property {readonly string[]} channels
 * @property {Float32Array} weights F x its channels
 * @property {Float32Array} speech F
 * @property {Float32Array} contacts F
 * @property {Float32Array} emphases F
 * @property {Float32Array} [prosody] F x 2, see prosody.js; nothing where nobody has listened
 */

/**
 * One frame of a performance, as a take has it.
 *
 * @typedef {object} Shown
 * @property {Float32Array} weights C
 * @property {Float32Array} head yaw, pitch and roll in degrees
 * @property {Float32Array} eyes yaw, pitch and roll of the left and of the right one in degrees
 */

/** @type {Pose} */
export const REST = { shares: [], point: [0, 0, 0] };

/**
 * The name of a share's slot.
 *
 * @param {Share} share
 * @returns {string}
 */
export function slotOf({ label, style, play }) {
  return `${label} ${style} ${play}`;
}
