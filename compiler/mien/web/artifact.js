/**
 * An artifact's bytes to the tables that evaluators read.
 *
 * @module
 */

import { ArtifactError, isRecord, readSafetensors } from "./safetensors.js";

export { ArtifactError };

/** @typedef {import("./types.js").Tables} Tables */
/** @typedef {import("./types.js").LabelTable} LabelTable */
/** @typedef {import("./safetensors.js").Tensor} Tensor */
/** @typedef {Record<string, unknown>} Fields */

const KEY = "mien";
const SCHEMA = "mien/artifact/1";
const ENGINE = 1;

/**
 * Read an artifact.
 *
 * @param {ArrayBuffer} buffer the whole file
 * @returns {Tables}
 * @throws {ArtifactError} where it is no artifact, is cut short, or needs a newer reader
 */
export function readArtifact(buffer) {
  const { metadata, tensors } = readSafetensors(buffer);
  const found = readMetadata(metadata[KEY]);
  const channels = strings(found, "channels");
  const intensities = strings(found, "intensities");
  const shared = new Fetcher(tensors, found, { C: channels.length });
  return {
    engine: ENGINE,
    bank: string(found, "bank"),
    version: string(found, "version"),
    rig: string(found, "rig"),
    channels,
    classes: strings(found, "classes"),
    intensities,
    rules: shared.floats("rules", ["C", 10]),
    metric: shared.floats("metric", [3]),
    support: shared.floats("support", [1])[0],
    pairs: shared.positions("pairs", ["P", 2]),
    caps: shared.floats("caps", ["P"]),
    ceilings: shared.positions("ceilings", ["N", 2]),
    slacks: shared.floats("slacks", ["N"]),
    sealing: shared.positions("sealing", ["M"]),
    sealingLevels: shared.floats("sealing_levels", ["M"]),
    parting: shared.positions("parting", ["L"]),
    labels: list(found, "labels").map((entry) => {
      const fields = record(entry, "labels");
      const styles = strings(fields, "styles");
      const sizes = { C: channels.length, K: intensities.length, S: styles.length };
      return readLabel(fields, styles, new Fetcher(tensors, fields, sizes));
    }),
  };
}

/**
 * @param {Fields} fields
 * @param {readonly string[]} styles
 * @param {Fetcher} own
 * @returns {LabelTable}
 */
function readLabel(fields, styles, own) {
  return {
    label: string(fields, "label"),
    styles,
    anchors: own.floats("anchors", ["K", 3]),
    archetypes: own.floats("archetypes", ["K", "C"]),
    weights: own.floats("weights", ["K", "C"]),
    strength: own.floats("strength", ["C"]),
    plateauOuter: own.floats("plateau_outer", ["K"]),
    plateauSpan: own.floats("plateau_span", ["K"]),
    attenuation: own.floats("attenuation", ["C"]),
    styleAnchors: own.floats("style_anchors", ["S", 3]),
    styleGain: own.floats("style_gain", ["S", "C"]),
    styleOffset: own.floats("style_offset", ["S", "C"]),
  };
}

/** Finds tensors by the field names of the metadata and checks their shapes. */
class Fetcher {
  /**
   * @param {ReadonlyMap<string, Tensor>} tensors
   * @param {Fields} fields whose `tensors` maps field names to tensor names
   * @param {Record<string, number>} sizes of the letters known so far; others are noted when met
   */
  constructor(tensors, fields, sizes) {
    this.tensors = tensors;
    this.names = record(fields["tensors"], "tensors");
    this.sizes = sizes;
  }

  /**
   * @param {string} field
   * @param {readonly (string | number)[]} shape
   * @returns {Float32Array}
   */
  floats(field, shape) {
    const { values } = this.tensor(field, shape);
    if (!(values instanceof Float32Array) || !values.every(Number.isFinite)) {
      throw new ArtifactError(`tensor of ${field}: expected finite float32 numbers`);
    }
    return values;
  }

  /**
   * @param {string} field
   * @param {readonly (string | number)[]} shape
   * @returns {Int32Array}
   */
  positions(field, shape) {
    const { values } = this.tensor(field, shape);
    const end = this.sizes["C"];
    if (!(values instanceof Int32Array) || !values.every((c) => c >= 0 && c < end)) {
      throw new ArtifactError(`tensor of ${field}: expected int32 positions of channels`);
    }
    return values;
  }

  /**
   * @param {string} field
   * @param {readonly (string | number)[]} shape
   * @returns {Tensor}
   */
  tensor(field, shape) {
    const tensor = this.tensors.get(String(this.names[field]));
    if (tensor === undefined) {
      throw new ArtifactError(`the artifact has no tensor for ${field}`);
    }
    const fits =
      tensor.shape.length === shape.length &&
      shape.every((letter, axis) => {
        const extent = tensor.shape[axis];
        return extent === (typeof letter === "number" ? letter : (this.sizes[letter] ??= extent));
      });
    if (!fits) {
      throw new ArtifactError(
        `tensor of ${field}: shape ${tensor.shape.join(" x ")}, expected ${shape.join(" x ")}`,
      );
    }
    return tensor;
  }
}

/**
 * @param {string | undefined} text
 * @returns {Fields}
 */
function readMetadata(text) {
  if (text === undefined) {
    throw new ArtifactError(`a .safetensors file, but not mien's: no metadata under '${KEY}'`);
  }
  const found = record(parsed(text), "metadata");
  if (found["schema"] !== SCHEMA) {
    throw new ArtifactError(`schema is ${String(found["schema"])}, expected ${SCHEMA}`);
  }
  if (found["engine"] !== ENGINE) {
    throw new ArtifactError(`made for engine ${String(found["engine"])}, this reader has ${ENGINE}`);
  }
  return found;
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ArtifactError("the metadata is not JSON");
  }
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {Fields}
 */
function record(value, what) {
  if (!isRecord(value)) {
    throw new ArtifactError(`${what}: expected an object`);
  }
  return value;
}

/**
 * @param {Fields} fields
 * @param {string} key
 * @returns {readonly unknown[]}
 */
function list(fields, key) {
  const value = fields[key];
  if (!Array.isArray(value)) {
    throw new ArtifactError(`metadata: '${key}' is not a list`);
  }
  return value;
}

/**
 * @param {Fields} fields
 * @param {string} key
 * @returns {readonly string[]}
 */
function strings(fields, key) {
  return list(fields, key).map((item) => string({ [key]: item }, key));
}

/**
 * @param {Fields} fields
 * @param {string} key
 * @returns {string}
 */
function string(fields, key) {
  const value = fields[key];
  if (typeof value !== "string") {
    throw new ArtifactError(`metadata: '${key}' is not a text`);
  }
  return value;
}
