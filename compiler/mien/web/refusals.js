/**
 * Why a file is refused as an artifact: one list of checks, with the words for people.
 *
 * The twin of mien/artifact/refusals.py, which checks the same in the same order and says the same.
 *
 * @module
 */

/** @type {Readonly<Record<string, string>>} */
export const REFUSALS = {
  "other-sha256": "its sha256 is {found}, expected {expected}",
  "too-short": "{size} bytes: too short to be an artifact",
  "header-length": "not a .safetensors file: it does not begin with the length of a header",
  "header-cut": "cut short: the header ends at byte {end}, the file at {size}",
  "not-json": "{what} is not JSON, or has a key twice",
  "not-an-object": "{what} is not a JSON object",
  "not-mien": "a .safetensors file, but not mien's: no metadata under '{key}'",
  "tensor-entry": "tensor {name}: expected dtype F32 or I32, shape and data_offsets",
  "tensor-dimensions": "tensor {name}: {found} dimensions, expected {expected}",
  "tensor-size": "tensor {name}: {shape} numbers are more than the file's {size} bytes hold",
  "tensor-place": "tensor {name}: at bytes {found}, expected {expected}",
  "tensor-cut": "cut short: tensor {name} ends at {end} of {size} bytes",
  "bytes-left": "the tensors end at byte {end}, the file at {size}",
  "format-newer": "artifact of version {number}; upgrade mien to read it",
  "format-other": "schema is {found}, expected {expected}",
  "engine-other": "made for engine {found}; this mien has {known}: upgrade mien to use it",
  "metadata-missing": "the metadata has no '{key}'",
  "metadata-type": "metadata: '{key}' is not {expected}",
  "metadata-few": "metadata: '{key}' has {found}, expected {expected} or more",
  "metadata-twice": "metadata: '{key}' has a name twice",
  "metadata-classes": "classes: expected EXPRESSION, LIPSYNC or SHARED for every channel",
  "metadata-mirror": "mirror names a channel that is not in channels",
  "tensor-missing": "tensor {name} is missing",
  "tensor-dtype": "tensor {name}: expected {expected}",
  "tensor-shape": "tensor {name}: shape {shape} does not fit the others",
  "tensor-range": "tensor {name}: {value} at {where}, expected [{low}, {high}]",
  "tensor-negative-zero": "tensor {name}: -0 at {where}, expected 0",
  "tensor-unknown": "unknown tensor {name}",
  "pair-of-one": "tensor {name}: row {row} is a pair of one channel",
  "ceiling-moves": "tensor {name}: row {row} is moved by a pair or by another ceiling",
  "plateaus-touch": "tensor {name}: plateaus {first} and {second} reach each other",
  "clips-few": "tensor {name}: {found} clips, expected 2 or more: an onset and a release",
  "clip-loop": "tensor {name}: clip {row} repeats {begin} to {end} of {length}",
  "track-order": "tensor {name}: row {row} is not after the one before it",
  "track-keys": "tensor {name}: the tracks have {found} keys, {expected} are there",
  "track-target": "tensor {name}: row {row} moves {target} of clip {clip}, there is none",
  "track-late": "tensor {name}: row {row} goes on to {end}, its clip to {length}",
  "key-times": "tensor {name}: key {row} is not later than the one before it",
  "key-value": "tensor {name}: {value} at {where}, expected [{low}, {high}]",
  "loop-jumps": "tensor {name}: clip {clip} jumps where it repeats: target {target}",
  "sequence-place": "tensor {name}: {found} in row {row}, expected {low} to {high}",
  "table-digest": "damaged: the table of {label} does not have its digest",
  "shared-digest": "damaged: the shared tables do not have their digest",
  "not-canonical": "damaged, or not written by mien: its header is not the canonical one",
};

const WIDEST = 60;

/** What is wrong with an artifact, in words for its owner; `code` is the check that refused it. */
export class ArtifactError extends Error {
  /**
   * @param {string} message
   * @param {string} code
   */
  constructor(message, code) {
    super(message);
    this.name = "ArtifactError";
    this.code = code;
  }
}

/**
 * The error of a check; what the file says of itself is shown in part where it is long.
 *
 * @param {string} code
 * @param {Readonly<Record<string, string | number | readonly number[]>>} [values]
 * @returns {ArtifactError}
 */
export function badArtifact(code, values = {}) {
  const message = REFUSALS[code].replace(/\{(\w+)\}/g, (_, name) => shown(values[name]));
  return new ArtifactError(message, code);
}

/**
 * @param {string | number | readonly number[]} value
 * @returns {string}
 */
function shown(value) {
  const text = typeof value === "number" ? number(value) : String(value);
  const characters = Array.from(Array.isArray(value) ? `[${value.join(", ")}]` : text);
  return characters.length <= WIDEST ? characters.join("") : `${characters.slice(0, WIDEST).join("")}…`;
}

/**
 * A number as Python writes it: exponents have two digits, and stand from 1e16 on and under 1e-4.
 *
 * @param {number} value
 * @returns {string}
 */
function number(value) {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }
  const [digits, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 16)) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  return Object.is(value, -0) ? "-0" : String(value);
}
