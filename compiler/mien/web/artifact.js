/**
 * An artifact's bytes to the tables that evaluators read, strictly.
 *
 * The twin of mien/artifact/read.py and layout.py: the same checks in the same order. A file that
 * passes them is undamaged, and every face of it is in [0, 1].
 *
 * @module
 */

import { damage, describe, isSame, writeHeader } from "./digests.js";
import { EASINGS } from "./easing.js";
import { distinct, labelEntries, readNames, text } from "./metadata.js";
import { onlyKnown } from "./options.js";
import { ArtifactError, badArtifact } from "./refusals.js";
import { jsonObject, readSafetensors } from "./safetensors.js";
import { sha256 } from "./sha256.js";
import { LONGEST, MOST_DEGREES, checkTimeline } from "./timeline_checks.js";

export { ArtifactError };

/** @typedef {import("./types.js").Tables} Tables */
/** @typedef {import("./types.js").LabelTable} LabelTable */
/** @typedef {import("./types.js").TimelineTable} TimelineTable */
/** @typedef {import("./safetensors.js").Fields} Fields */
/** @typedef {import("./safetensors.js").Tensor} Tensor */
/** @typedef {Readonly<Record<string, readonly (string | number)[]>>} Layout */

/**
 * Field to its dimensions, for the fields that labels share. C channels, P pairs, N ceilings,
 * M sealing channels, L parting channels.
 *
 * @satisfies {Layout}
 */
export const SHARED = /** @type {const} */ ({
  rules: ["C", 10],
  metric: [3],
  support: [1],
  pairs: ["P", 2],
  caps: ["P"],
  ceilings: ["N", 2],
  slacks: ["N"],
  sealing: ["M"],
  sealing_levels: ["M"],
  parting: ["L"],
});

/**
 * The same for the fields of a label. K intensities, S styles.
 *
 * @satisfies {Layout}
 */
export const LABEL = /** @type {const} */ ({
  anchors: ["K", 3],
  archetypes: ["K", "C"],
  weights: ["K", "C"],
  strength: ["C"],
  plateau_outer: ["K"],
  plateau_span: ["K"],
  attenuation: ["C"],
  style_anchors: ["S", 3],
  style_gain: ["S", "C"],
  style_offset: ["S", "C"],
});

/**
 * The same for the fields of a label's timeline. J labels that follow, G clips, T tracks, Y keys,
 * Q sequences.
 *
 * @satisfies {Layout}
 */
export const TIMELINE = /** @type {const} */ ({
  timing: [4],
  blink: [5],
  resolves: ["J"],
  clips: ["G", 3],
  tracks: ["T", 3],
  key_times: ["Y"],
  key_easings: ["Y"],
  key_values: ["Y", 2],
  sequence_clips: ["Q", "K"],
  sequence_ends: ["Q", 3],
});

/** More than any timeline has of anything that is counted; `checkTimeline` counts. */
const MANY = 2 ** 24;

/** The least of what must be over 0: the smallest normal float32. */
const LEAST = 2 ** -126;

/** Field to the least and the greatest value of each of its numbers; all others are positions. */
export const RANGES = /** @type {Readonly<Record<string, readonly [number, number]>>} */ ({
  rules: [-8, 8],
  anchors: [-1, 1],
  archetypes: [0, 1],
  weights: [-1e9, 1e9],
  strength: [0, 1],
  attenuation: [0, 1],
  style_anchors: [-1, 1],
  style_gain: [0, 2],
  style_offset: [-1, 1],
  caps: [0, 1],
  slacks: [0, 1],
  sealing_levels: [LEAST, 1],
  metric: [0, 1e6],
  support: [2 ** -64, 1e6],
  plateau_outer: [LEAST, 1e9],
  plateau_span: [LEAST, 1e9],
  timing: [-1, LONGEST],
  blink: [0, LONGEST],
  resolves: [0, MANY],
  clips: [0, LONGEST],
  tracks: [0, MANY],
  key_times: [0, LONGEST],
  key_easings: [0, EASINGS.length - 1],
  key_values: [-MOST_DEGREES, MOST_DEGREES],
  sequence_clips: [0, MANY],
  sequence_ends: [0, MANY],
});

/** More than the relative error of a float32 metric distance. */
const ROUNDING = 1 + 2 ** -20;

/**
 * Read an artifact.
 *
 * The digests in an artifact betray damage, but whoever edits one can write them anew: `sha256`,
 * the hex digest of the whole file as a lock or ledger has it, betrays that too.
 *
 * @param {ArrayBuffer | Uint8Array} file the whole file
 * @param {{sha256?: string}} [expected]
 * @returns {Tables}
 * @throws {ArtifactError} where it is no artifact, is damaged, or needs a newer reader
 * @throws {TypeError} another option
 */
export function readArtifact(file, expected = {}) {
  onlyKnown("readArtifact", expected, ["sha256"]);
  const data = file instanceof Uint8Array ? file : new Uint8Array(file);
  if (expected.sha256 !== undefined) {
    const found = sha256(data);
    if (found !== expected.sha256) {
      throw badArtifact("other-sha256", { found, expected: expected.sha256 });
    }
  }
  const { metadata, tensors, header } = readSafetensors(data);
  const found = jsonObject(metadata, "the metadata");
  const names = readNames(found);
  const left = new Map(tensors);
  const sizes = { C: names.channels.length, K: names.intensities.length };
  const shared = readShared(new Fetcher(left, "bank.", { ...sizes }));
  const entries = labelEntries(found);
  const labels = entries.map((entry) => readLabel(entry, left, sizes));
  const [unknown] = left.keys();
  if (unknown !== undefined) {
    throw badArtifact("tensor-unknown", { name: unknown });
  }
  const [bank, version, rig] = ["bank", "version", "rig"].map((key) => text(found, key));
  const tables = { ...names, bank, version, rig, ...shared, labels };
  checkConflicts(shared.pairs, shared.ceilings);
  for (const label of labels) {
    checkPlateaus(label, shared.metric);
    if (label.timeline !== null) {
      const { C: channels, K: intensities } = sizes;
      checkTimeline(label.label, label.timeline, { channels, intensities, labels: labels.length });
    }
  }
  const fields = {
    shared: Object.keys(SHARED),
    own: Object.keys(LABEL),
    timed: Object.keys(TIMELINE),
  };
  const facts = describe(tables, tensors, fields);
  if (!isSame(writeHeader(facts, tensors), header)) {
    throw damage(found, entries, facts);
  }
  return tables;
}

/** @typedef {"engine" | "bank" | "version" | "rig" | "channels" | "classes" | "mirror"} Named */

/**
 * @param {Fetcher} shared
 * @returns {Omit<Tables, Named | "intensities" | "labels">}
 */
function readShared(shared) {
  return {
    rules: shared.floats("rules", SHARED.rules),
    metric: shared.floats("metric", SHARED.metric),
    support: shared.floats("support", SHARED.support)[0],
    pairs: shared.positions("pairs", SHARED.pairs),
    caps: shared.floats("caps", SHARED.caps),
    ceilings: shared.positions("ceilings", SHARED.ceilings),
    slacks: shared.floats("slacks", SHARED.slacks),
    sealing: shared.positions("sealing", SHARED.sealing),
    sealingLevels: shared.floats("sealing_levels", SHARED.sealing_levels),
    parting: shared.positions("parting", SHARED.parting),
  };
}

/**
 * @param {Fields} entry
 * @param {Map<string, Tensor>} tensors
 * @param {Record<string, number>} sizes
 * @returns {LabelTable}
 */
function readLabel(entry, tensors, sizes) {
  const [label, styles] = [text(entry, "label"), distinct(entry, "styles")];
  const own = new Fetcher(tensors, `label.${label}.`, { ...sizes, S: styles.length });
  return {
    label,
    styles,
    anchors: own.floats("anchors", LABEL.anchors),
    archetypes: own.floats("archetypes", LABEL.archetypes),
    weights: own.floats("weights", LABEL.weights),
    strength: own.floats("strength", LABEL.strength),
    plateauOuter: own.floats("plateau_outer", LABEL.plateau_outer),
    plateauSpan: own.floats("plateau_span", LABEL.plateau_span),
    attenuation: own.floats("attenuation", LABEL.attenuation),
    styleAnchors: own.floats("style_anchors", LABEL.style_anchors),
    styleGain: own.floats("style_gain", LABEL.style_gain),
    styleOffset: own.floats("style_offset", LABEL.style_offset),
    timeline: Object.hasOwn(entry, "sequences") ? readTimeline(entry, own) : null,
  };
}

/**
 * @param {Fields} entry
 * @param {Fetcher} label
 * @returns {TimelineTable}
 */
function readTimeline(entry, label) {
  const sequences = distinct(entry, "sequences");
  const sizes = { ...label.sizes, Q: sequences.length };
  const own = new Fetcher(label.tensors, label.prefix, sizes);
  return {
    sequences,
    timing: own.integers("timing", TIMELINE.timing),
    blink: own.integers("blink", TIMELINE.blink),
    resolves: own.integers("resolves", TIMELINE.resolves),
    clips: own.integers("clips", TIMELINE.clips),
    tracks: own.integers("tracks", TIMELINE.tracks),
    keyTimes: own.integers("key_times", TIMELINE.key_times),
    keyEasings: own.integers("key_easings", TIMELINE.key_easings),
    keyValues: own.floats("key_values", TIMELINE.key_values),
    sequenceClips: own.integers("sequence_clips", TIMELINE.sequence_clips),
    sequenceEnds: own.integers("sequence_ends", TIMELINE.sequence_ends),
  };
}

/** Takes tensors by field and checks their types, shapes and values. */
class Fetcher {
  /**
   * @param {Map<string, Tensor>} tensors those that are not taken yet
   * @param {string} prefix of their names
   * @param {Record<string, number>} sizes of the letters known so far; others are noted when met
   */
  constructor(tensors, prefix, sizes) {
    this.tensors = tensors;
    this.prefix = prefix;
    this.sizes = sizes;
  }

  /**
   * @param {string} field
   * @param {readonly (string | number)[]} shape
   * @returns {Float32Array}
   */
  floats(field, shape) {
    const [low, high] = RANGES[field];
    return /** @type {Float32Array} */ (this.take(field, shape, "F32", low, high));
  }

  /**
   * @param {string} field
   * @param {readonly (string | number)[]} shape
   * @returns {Int32Array}
   */
  integers(field, shape) {
    const [low, high] = RANGES[field];
    return /** @type {Int32Array} */ (this.take(field, shape, "I32", low, high));
  }

  /**
   * @param {string} field
   * @param {readonly (string | number)[]} shape
   * @returns {Int32Array}
   */
  positions(field, shape) {
    return /** @type {Int32Array} */ (this.take(field, shape, "I32", 0, this.sizes["C"] - 1));
  }

  /**
   * @param {string} field
   * @param {readonly (string | number)[]} shape
   * @param {"F32" | "I32"} dtype
   * @param {number} low
   * @param {number} high
   * @returns {Float32Array | Int32Array}
   */
  take(field, shape, dtype, low, high) {
    const name = this.prefix + field;
    const tensor = this.tensors.get(name);
    if (tensor === undefined) {
      throw badArtifact("tensor-missing", { name });
    }
    this.tensors.delete(name);
    if (tensor.dtype !== dtype) {
      throw badArtifact("tensor-dtype", { name, expected: dtype === "F32" ? "float32" : "int32" });
    }
    const found = tensor.shape.length;
    if (found !== shape.length) {
      throw badArtifact("tensor-dimensions", { name, found, expected: shape.length });
    }
    shape.forEach((letter, axis) => {
      const extent = tensor.shape[axis];
      if (extent !== (typeof letter === "number" ? letter : (this.sizes[letter] ??= extent))) {
        throw badArtifact("tensor-shape", { name, shape: tensor.shape });
      }
    });
    const { values } = tensor;
    const where = (/** @type {number} */ at) =>
      found === 1 ? [at] : [Math.floor(at / tensor.shape[1]), at % tensor.shape[1]];
    const outside = values.findIndex((value) => !(value >= low && value <= high));
    if (outside >= 0) {
      const value = values[outside];
      throw badArtifact("tensor-range", { name, value, where: where(outside), low, high });
    }
    // What may be negative is added and multiplied alone, and may round to -0; min and max meet the
    // other fields.
    const zero = low < 0 ? -1 : values.findIndex((value) => Object.is(value, -0));
    if (zero >= 0) {
      throw badArtifact("tensor-negative-zero", { name, where: where(zero) });
    }
    return values;
  }
}

/**
 * Check that pairs are of two channels, and that no ceiling's channels move under another rule.
 *
 * @param {Int32Array} pairs
 * @param {Int32Array} ceilings
 * @returns {void}
 * @throws {ArtifactError}
 */
function checkConflicts(pairs, ceilings) {
  for (let row = 0; row < pairs.length / 2; row += 1) {
    if (pairs[2 * row] === pairs[2 * row + 1]) {
      throw badArtifact("pair-of-one", { name: "bank.pairs", row });
    }
  }
  const paired = new Set(pairs);
  const bounded = new Set(ceilings.filter((_, at) => at % 2 === 0));
  for (let row = 0; row < ceilings.length / 2; row += 1) {
    if (paired.has(ceilings[2 * row]) || bounded.has(ceilings[2 * row + 1])) {
      throw badArtifact("ceiling-moves", { name: "bank.ceilings", row });
    }
  }
}

/**
 * Check that at most one plateau of a label counts at any point, and each holds at its anchor.
 *
 * In float64, in the order of the compiler's own check.
 *
 * @param {LabelTable} label
 * @param {Float32Array} metric
 * @returns {void}
 * @throws {ArtifactError}
 */
function checkPlateaus({ label, anchors, plateauOuter, plateauSpan }, metric) {
  const radius = Array.from(plateauOuter, (outer) => Math.sqrt(outer) * ROUNDING);
  for (let i = 0; i < radius.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [dV, dA, dD] = [0, 1, 2].map((axis) => anchors[3 * i + axis] - anchors[3 * j + axis]);
      const [l1, l2, l3] = metric;
      const distance = Math.sqrt(l1 * dV * dV + l2 * dA * dA + l3 * dD * dD);
      if (!(radius[i] + radius[j] < distance)) {
        const name = `label.${label}.plateau_outer`;
        throw badArtifact("plateaus-touch", { name, first: j, second: i });
      }
    }
  }
  const at = plateauSpan.findIndex((span, i) => span > plateauOuter[i]);
  if (at >= 0) {
    const name = `label.${label}.plateau_span`;
    const [value, high] = [plateauSpan[at], plateauOuter[at]];
    throw badArtifact("tensor-range", { name, value, where: [at], low: LEAST, high });
  }
}
