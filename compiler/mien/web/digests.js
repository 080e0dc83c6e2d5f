/**
 * The digests of an artifact's parts, and the one way to write its header.
 *
 * The twin of mien/artifact/write.py.
 *
 * @module
 */

import { FIRST, SCHEMA } from "./metadata.js";
import { badArtifact } from "./refusals.js";
import { KEY } from "./safetensors.js";
import { sha256 } from "./sha256.js";

/** @typedef {import("./types.js").Tables} Tables */
/** @typedef {import("./refusals.js").ArtifactError} ArtifactError */
/** @typedef {import("./safetensors.js").Fields} Fields */
/** @typedef {import("./safetensors.js").Tensor} Tensor */

/**
 * @typedef {object} LabelFacts
 * @property {string} label
 * @property {readonly string[]} styles
 * @property {readonly string[]} [sequences] of a label with a timeline
 * @property {string} digest of the label's table
 * @property {Readonly<Record<string, string>>} tensors field to tensor name
 */

/**
 * All of the metadata but its checksum.
 *
 * @typedef {{digest: string, labels: readonly LabelFacts[]} & Fields} Facts
 */

const encoder = new TextEncoder();

/**
 * The metadata that the compiler writes for tables, with the digests that they have.
 *
 * @param {Tables} tables
 * @param {ReadonlyMap<string, Tensor>} tensors in name order
 * @param {{shared: readonly string[], own: readonly string[], timed: readonly string[]}} fields of
 *   the bank, of a label, and of a label's timeline
 * @returns {Facts}
 */
export function describe(tables, tensors, fields) {
  const { engine, bank, version, rig, channels, classes, mirror, intensities } = tables;
  const names = { engine, rig, channels, classes, mirror, intensities };
  return {
    ...names,
    schema: tables.labels.some(({ timeline }) => timeline !== null) ? SCHEMA : FIRST,
    bank,
    version,
    digest: digestOf(names, "bank.", tensors),
    tensors: tensorNames("bank.", fields.shared),
    labels: tables.labels.map((table) => {
      const prefix = `label.${table.label}.`;
      const own = labelNames(table);
      const timed = table.timeline === null ? [] : fields.timed;
      return {
        ...own,
        digest: digestOf(own, prefix, tensors),
        tensors: tensorNames(prefix, [...fields.own, ...timed]),
      };
    }),
  };
}

/**
 * @param {import("./types.js").LabelTable} table
 * @returns {{label: string, styles: readonly string[], sequences?: readonly string[]}}
 */
function labelNames({ label, styles, timeline }) {
  const names = { label, styles };
  return timeline === null ? names : { ...names, sequences: timeline.sequences };
}

/**
 * The header's bytes. The metadata's checksum is in it, so that no damage goes unseen.
 *
 * @param {Facts} facts
 * @param {ReadonlyMap<string, Tensor>} tensors in name order
 * @returns {Uint8Array}
 */
export function writeHeader(facts, tensors) {
  const checksum = sha256(encoder.encode(canonical(facts)));
  const entries = [`"__metadata__":${canonical({ [KEY]: canonical({ ...facts, checksum }) })}`];
  let begin = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    const end = begin + bytes.length;
    const offsets = [begin, end];
    const entry = `{"dtype":"${dtype}","shape":[${shape.join()}],"data_offsets":[${offsets.join()}]}`;
    entries.push(`${JSON.stringify(name)}:${entry}`);
    begin = end;
  }
  const text = encoder.encode(`{${entries.join()}}`);
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  return padded;
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 * @returns {boolean}
 */
export function isSame(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/**
 * The first part whose digest is not the one written beside it.
 *
 * @param {Fields} found the metadata
 * @param {readonly Fields[]} entries its labels
 * @param {Facts} expected
 * @returns {ArtifactError}
 */
export function damage(found, entries, expected) {
  const at = expected.labels.findIndex(({ digest }, position) => entries[position].digest !== digest);
  if (at >= 0) {
    return badArtifact("table-digest", { label: expected.labels[at].label });
  }
  return badArtifact(found.digest === expected.digest ? "not-canonical" : "shared-digest");
}

/**
 * @param {string} prefix
 * @param {readonly string[]} fields
 * @returns {Readonly<Record<string, string>>} field to tensor name
 */
function tensorNames(prefix, fields) {
  return Object.fromEntries(fields.map((field) => [field, prefix + field]));
}

/**
 * Of a line of canonical JSON (names; name, type, shape of each tensor), then the tensors' bytes.
 *
 * @param {Record<string, unknown>} names
 * @param {string} prefix of the tensors that count
 * @param {ReadonlyMap<string, Tensor>} tensors
 * @returns {string}
 */
function digestOf(names, prefix, tensors) {
  const own = [...tensors].filter(([name]) => isOf(name, prefix));
  const described = own.map(([name, { dtype, shape }]) => [name, dtype, shape]);
  const line = encoder.encode(`${canonical({ ...names, tensors: described })}\n`);
  const parts = [line, ...own.map(([, { bytes }]) => bytes)];
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return sha256(joined);
}

/**
 * Whether a tensor is the prefix and a field; a label's name may have dots itself.
 *
 * @param {string} name
 * @param {string} prefix
 * @returns {boolean}
 */
function isOf(name, prefix) {
  return name.startsWith(prefix) && !name.slice(prefix.length).includes(".");
}

/**
 * JSON with sorted keys and no spaces. Keys are this module's own: sorting by UTF-16 is enough.
 *
 * @param {unknown} value
 * @returns {string}
 */
function canonical(value) {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join()}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
  }
  return JSON.stringify(value);
}
