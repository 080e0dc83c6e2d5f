/**
 * The compiled bank as an evaluator sees it. Tables are flat and row-major.
 *
 * Letters: C channels, K intensities, S styles of a label, P antagonist pairs.
 *
 * @module
 */

/**
 * One label.
 *
 * @typedef {object} LabelTable
 * @property {string} label
 * @property {readonly string[]} styles names of its styles
 * @property {Float32Array} anchors K x 3: valence, arousal, dominance in [-1, 1]
 * @property {Float32Array} archetypes K x C in [0, 1]
 * @property {Float32Array} weights K x C of the radial basis functions
 * @property {Float32Array} strength C, 0 where the label never uses the channel
 * @property {Float32Array} plateauOuter K squared outer radii
 * @property {Float32Array} plateauSpan K squared outer minus squared inner radii
 * @property {Float32Array} attenuation C in [0, 1]
 * @property {Float32Array} styleAnchors S x 3
 * @property {Float32Array} styleGain S x C
 * @property {Float32Array} styleOffset S x C
 * @property {TimelineTable | null} timeline null where the bank does not say
 */

/**
 * One label in time; see mien/timelines/table.py. Letters: J labels that follow, G clips, T tracks,
 * Y keys, Q sequences.
 *
 * @typedef {object} TimelineTable
 * @property {readonly string[]} sequences their names
 * @property {Int32Array} timing 4: kind, apex, usual sequence, crossing
 * @property {Int32Array} blink 5: least and most ms between, closing, opening, none until
 * @property {Int32Array} resolves J label positions
 * @property {Int32Array} clips G x 3: length, and the stretch that repeats
 * @property {Int32Array} tracks T x 3: clip, target, number of keys
 * @property {Int32Array} keyTimes Y ms
 * @property {Int32Array} keyEasings Y
 * @property {Float32Array} keyValues Y x 2: gain and offset, or degrees and 0
 * @property {Int32Array} sequenceClips Q x K
 * @property {Int32Array} sequenceEnds Q x 3: how, label, intensity
 */

/**
 * A compiled bank.
 *
 * @typedef {object} Tables
 * @property {number} engine
 * @property {string} bank
 * @property {string} version
 * @property {string} rig
 * @property {readonly string[]} channels
 * @property {readonly string[]} classes LIPSYNC, EXPRESSION or SHARED, a channel each
 * @property {readonly (readonly [string, string])[]} mirror left and right channel of pairs
 * @property {readonly string[]} intensities
 * @property {Float32Array} rules C x 10
 * @property {Float32Array} metric 3
 * @property {number} support the kernel's radius, a float32
 * @property {Int32Array} pairs P x 2 channel positions
 * @property {Float32Array} caps P
 * @property {Int32Array} ceilings N x 2: channel, under
 * @property {Float32Array} slacks N
 * @property {Int32Array} sealing M
 * @property {Float32Array} sealingLevels M
 * @property {Int32Array} parting
 * @property {readonly LabelTable[]} labels
 */

/** @typedef {ArrayLike<number>} Vad valence, arousal, dominance, each in [-1, 1] */

export {};
