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
