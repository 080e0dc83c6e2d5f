/**
 * Faces from a compiled bank, bit for bit those of the compiler.
 *
 * @module
 */

import { conflictResolver } from "./conflict.js";
import { clamp01, evaluateField } from "./field.js";
import { onlyKnown } from "./options.js";

/** @typedef {import("./types.js").Tables} Tables */
/** @typedef {import("./types.js").LabelTable} LabelTable */
/** @typedef {import("./types.js").Vad} Vad */

/**
 * Options of a face.
 *
 * @typedef {object} FaceOptions
 * @property {string} [style] one of the label's styles; absent = plain
 * @property {number} [speech] in [0, 1]: how far the lips belong to the audio; absent = 0
 */

/** Weights of a mixture may differ from a sum of 1 by this much. */
const SUM_TOLERANCE = 1e-6;

/** The label that has what is left where weights sum to less than 1. */
const REST = "neutral";

const FACE = ["style", "speech"];

const f = Math.fround;

/** Evaluates one bank. Faces are new Float32Arrays in the order of `tables.channels`. */
export class Evaluator {
  /** @param {Tables} tables as `readArtifact` gives them */
  constructor(tables) {
    /** @readonly */
    this.tables = tables;
    /** @type {ReadonlyMap<string, LabelTable>} */
    this.labels = new Map(tables.labels.map((label) => [label.label, label]));
    this.resolve = conflictResolver(tables);
  }

  /**
   * One label's face at a VAD point.
   *
   * @param {string} label
   * @param {Vad} vad
   * @param {FaceOptions} [options]
   * @returns {Float32Array} one weight in [0, 1] a channel
   * @throws {RangeError} for a label or style the bank has not, or a number out of range
   * @throws {TypeError} for an option that there is not
   */
  face(label, vad, options = {}) {
    onlyKnown("face", options, FACE);
    const table = this.table(label);
    const point = checkedVad(vad);
    const speech = f(checkedUnit("speech", options.speech ?? 0));
    const face = this.plain(table, point);
    if (options.style !== undefined) {
      this.applyStyle(table, options.style, face);
    }
    fade(table, speech, face);
    return face;
  }

  /**
   * The face of several labels at once.
   *
   * @param {Readonly<Record<string, number>>} weights a label each, 0 or more, summing to 1; where
   *   they sum to less, the label neutral has the rest, in a bank that has it
   * @param {Vad} vad
   * @param {number} [speech]
   * @returns {Float32Array}
   * @throws {RangeError} as `face`, and for weights that are negative, sum to more than 1, or to
   *   less in a bank without the label neutral
   */
  mixture(weights, vad, speech = 0) {
    const shares = this.shares(weights);
    const point = checkedVad(vad);
    const spoken = f(checkedUnit("speech", speech));
    const mixed = new Float32Array(this.tables.channels.length);
    for (const table of this.tables.labels) {
      const weight = f(shares.get(table.label) ?? 0);
      if (weight > 0) {
        const part = this.plain(table, point);
        fade(table, spoken, part);
        for (let c = 0; c < mixed.length; c += 1) {
          mixed[c] = f(mixed[c] + f(weight * part[c]));
        }
      }
    }
    for (let c = 0; c < mixed.length; c += 1) {
      mixed[c] = Math.min(1, mixed[c]);
    }
    this.resolve(mixed);
    return mixed;
  }

  /**
   * The VAD point at an intensity: on the polyline through the label's anchors.
   *
   * @param {string} label
   * @param {number} intensity in [0, 1]: 0 the first anchor, 1 the last
   * @returns {Float32Array} valence, arousal, dominance
   * @throws {RangeError} for an unknown label or an intensity out of range
   */
  vadAt(label, intensity) {
    const { anchors } = this.table(label);
    const last = anchors.length / 3 - 1;
    const along = checkedUnit("intensity", intensity) * last;
    const start = Math.min(Math.floor(along), last - 1);
    const share = along - start;
    return Float32Array.from([0, 1, 2], (axis) => {
      const from = anchors[3 * start + axis];
      const to = anchors[3 * start + 3 + axis];
      return share === 1 ? to : from + (to - from) * share;
    });
  }

  /**
   * A face under speech with the lips' own visemes on top. Sealed lips close any expression.
   *
   * @param {Float32Array} face already faded by the speech
   * @param {ArrayLike<number>} visemes one weight in [0, 1] a channel
   * @returns {Float32Array}
   * @throws {RangeError} where the visemes are not one weight in [0, 1] a channel
   */
  compose(face, visemes) {
    const { channels, sealing, sealingLevels, parting } = this.tables;
    if (face.length !== channels.length || visemes.length !== channels.length) {
      throw new RangeError(`expected ${channels.length} weights in the face and in the visemes`);
    }
    const spoken = new Float32Array(channels.length);
    for (let c = 0; c < spoken.length; c += 1) spoken[c] = checkedUnit(channels[c], visemes[c]);
    let seal = 0;
    for (let m = 0; m < sealing.length; m += 1) {
      seal = Math.max(seal, f(spoken[sealing[m]] / sealingLevels[m]));
    }
    const open = f(1 - Math.min(1, seal));
    const composed = Float32Array.from(face);
    for (const c of parting) {
      composed[c] = f(composed[c] * open);
    }
    for (let c = 0; c < composed.length; c += 1) {
      composed[c] = clamp01(f(composed[c] + spoken[c]));
    }
    this.resolve(composed);
    return composed;
  }

  /**
   * A face without speech at a time of its timeline: a style that varies. See timelines.js.
   *
   * @param {Float32Array} face
   * @param {import("./timelines.js").Sample} sample
   * @returns {Float32Array}
   */
  timed(face, { gain, offset }) {
    const timed = new Float32Array(face.length);
    for (let c = 0; c < face.length; c += 1) timed[c] = clamp01(f(f(gain[c] * face[c]) + offset[c]));
    this.resolve(timed);
    return timed;
  }

  /**
   * @param {Readonly<Record<string, number>>} weights
   * @returns {ReadonlyMap<string, number>} label to weight; they sum to 1
   */
  shares(weights) {
    const shares = new Map(Object.entries(weights));
    let total = 0;
    for (const [name, share] of shares) {
      total += checkedUnit(`the weight of ${this.table(name).label}`, share);
    }
    const rest = 1 - total;
    if (Math.abs(rest) > SUM_TOLERANCE) {
      if (rest < 0 || !this.labels.has(REST)) {
        throw new RangeError(`label weights sum to ${total}, expected 1`);
      }
      shares.set(REST, (shares.get(REST) ?? 0) + rest);
    }
    return shares;
  }

  /**
   * @param {string} label
   * @returns {LabelTable}
   */
  table(label) {
    const table = this.labels.get(label);
    if (table === undefined) {
      throw new RangeError(`no label ${label}: the bank has ${[...this.labels.keys()].join(", ")}`);
    }
    return table;
  }

  /**
   * @param {LabelTable} table
   * @param {Float32Array} point
   * @returns {Float32Array}
   */
  plain(table, point) {
    const face = new Float32Array(this.tables.channels.length);
    evaluateField(this.tables, table, point[0], point[1], point[2], face);
    this.resolve(face);
    return face;
  }

  /**
   * @param {LabelTable} table
   * @param {string} style
   * @param {Float32Array} face changed in place
   */
  applyStyle(table, style, face) {
    const at = table.styles.indexOf(style) * face.length;
    if (at < 0) {
      throw new RangeError(`${table.label} has no style ${style}: it has ${table.styles.join(", ")}`);
    }
    for (let c = 0; c < face.length; c += 1) {
      face[c] = clamp01(f(f(table.styleGain[at + c] * face[c]) + table.styleOffset[at + c]));
    }
    this.resolve(face);
  }
}

/**
 * What speech leaves of a label's face.
 *
 * @param {LabelTable} table
 * @param {number} speech float32
 * @param {Float32Array} face changed in place
 */
export function fade(table, speech, face) {
  for (let c = 0; c < face.length; c += 1) {
    face[c] = f(face[c] * f(1 - f(speech * table.attenuation[c])));
  }
}

/**
 * @param {Vad} vad
 * @returns {Float32Array}
 */
function checkedVad(vad) {
  if (vad.length !== 3) {
    throw new RangeError(`expected valence, arousal and dominance, found ${vad.length} numbers`);
  }
  ["valence", "arousal", "dominance"].forEach((axis, position) => {
    if (!(Math.abs(vad[position]) <= 1)) {
      throw new RangeError(`${axis} ${vad[position]}: expected a number in [-1, 1]`);
    }
  });
  return Float32Array.from(vad);
}

/**
 * @param {string} name
 * @param {number} value
 * @returns {number} the same value
 */
function checkedUnit(name, value) {
  if (!(value >= 0 && value <= 1)) {
    throw new RangeError(`${name} ${value}: expected a number in [0, 1]`);
  }
  return value;
}
