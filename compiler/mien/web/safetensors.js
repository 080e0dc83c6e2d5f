/**
 * The container: an 8-byte little-endian header length, a JSON header, the tensors' bytes.
 *
 * The twin of mien/artifact/container.py: the same checks in the same order.
 *
 * @module
 */

import { badArtifact } from "./refusals.js";

/**
 * @typedef {object} Tensor
 * @property {"F32" | "I32"} dtype
 * @property {readonly number[]} shape
 * @property {Float32Array | Int32Array} values row-major
 * @property {Uint8Array} bytes the same, little-endian, in the file
 */

/**
 * @typedef {object} Container
 * @property {string} metadata the one text
 * @property {Map<string, Tensor>} tensors in name order
 * @property {Uint8Array} header its JSON text, in UTF-8, with the spaces after it
 */

/** @typedef {Record<string, unknown>} Fields */

export const KEY = "mien";
export const PREFIX_BYTES = 8;

const LONGEST_HEADER = 100_000_000;
const ITEM_BYTES = 4;
const MOST_DIMENSIONS = 8;
const DEEPEST = 500;

/**
 * Read a .safetensors file whose tensors are float32 or int32, without gaps and in name order.
 *
 * @param {Uint8Array} file
 * @returns {Container}
 * @throws {ArtifactError} where the bytes are not such a file
 */
export function readSafetensors(file) {
  const size = file.length;
  if (size < PREFIX_BYTES) {
    throw badArtifact("too-short", { size });
  }
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length < 2n || length > BigInt(LONGEST_HEADER)) {
    throw badArtifact("header-length");
  }
  const start = PREFIX_BYTES + Number(length);
  if (start > size) {
    throw badArtifact("header-cut", { end: start, size });
  }
  const header = file.subarray(PREFIX_BYTES, start);
  const { __metadata__: facts = {}, ...entries } = jsonObject(header, "the header");
  if (!isRecord(facts)) {
    throw badArtifact("not-an-object", { what: "__metadata__" });
  }
  const metadata = Object.hasOwn(facts, KEY) ? facts[KEY] : undefined;
  if (typeof metadata !== "string") {
    throw badArtifact("not-mien", { key: KEY });
  }
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  let end = 0;
  for (const name of Object.keys(entries).sort(byCodePoint)) {
    const tensor = readTensor(name, entries[name], file, start, end);
    tensors.set(name, tensor);
    end += tensor.bytes.length;
  }
  if (start + end !== size) {
    throw badArtifact("bytes-left", { end: start + end, size });
  }
  return { metadata, tensors, header };
}

/**
 * The object of a JSON text without duplicate keys.
 *
 * @param {Uint8Array | string} text
 * @param {string} what names the text in messages
 * @returns {Fields}
 * @throws {ArtifactError} where it is not one
 */
export function jsonObject(text, what) {
  let value;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const json = typeof text === "string" ? text : decoder.decode(text);
    refuseTraps(json);
    value = /** @type {unknown} */ (JSON.parse(json));
  } catch {
    throw badArtifact("not-json", { what });
  }
  if (!isRecord(value)) {
    throw badArtifact("not-an-object", { what });
  }
  return value;
}

/**
 * @param {unknown} value
 * @returns {value is Fields}
 */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The order of Python and of the file; JavaScript's own is that of UTF-16.
 *
 * @param {string} one
 * @param {string} other
 * @returns {number}
 */
function byCodePoint(one, other) {
  const [left, right] = [Array.from(one), Array.from(other)];
  const at = left.findIndex((character, position) => character !== right[position]);
  if (at < 0 || at >= right.length) {
    return left.length - right.length;
  }
  return (left[at].codePointAt(0) ?? 0) - (right[at].codePointAt(0) ?? 0);
}

/**
 * The strings and brackets of a JSON text, in order.
 *
 * @param {string} json
 * @returns {Generator<string>} a string with its quotes, or one of `{}[]:`
 */
function* tokens(json) {
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') {
      const begin = at;
      for (at += 1; at < json.length && json[at] !== '"'; at += 1) {
        if (json[at] === "\\") at += 1;
      }
      yield json.slice(begin, at + 1);
    } else if ("{}[]:".includes(character)) {
      yield character;
    }
  }
}

/**
 * Refuse keys that are there twice and nesting that other readers have no stack for.
 *
 * @param {string} json
 * @returns {void}
 * @throws {Error} where there is such a thing, and at some texts that are not JSON
 */
function refuseTraps(json) {
  /** @type {Set<string>[]} */
  const open = [];
  let last = "";
  for (const token of tokens(json)) {
    if (token === "{" || token === "[") {
      open.push(new Set());
      if (open.length > DEEPEST) throw new RangeError("nested too deeply");
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token === ":") {
      const keys = open[open.length - 1];
      const key = /** @type {string} */ (JSON.parse(last));
      if (keys.has(key)) throw new SyntaxError("a key is there twice");
      keys.add(key);
    }
    last = token;
  }
}

/**
 * @param {string} name
 * @param {unknown} entry
 * @param {Uint8Array} file
 * @param {number} start of the tensors' bytes
 * @param {number} begin where its own must begin after that
 * @returns {Tensor}
 */
function readTensor(name, entry, file, start, begin) {
  const found = isRecord(entry) ? entry : {};
  const { dtype, shape, data_offsets: offsets } = found;
  const known = dtype === "F32" || dtype === "I32";
  if (!known || !isSizes(shape) || !isSizes(offsets) || Object.keys(found).length !== 3) {
    throw badArtifact("tensor-entry", { name });
  }
  if (shape.length > MOST_DIMENSIONS) {
    const expected = `${MOST_DIMENSIONS} at most`;
    throw badArtifact("tensor-dimensions", { name, found: shape.length, expected });
  }
  if (shape.reduce((product, size) => product * (size || 1), ITEM_BYTES) > file.length) {
    throw badArtifact("tensor-size", { name, shape, size: file.length });
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const end = begin + count * ITEM_BYTES;
  if (offsets.length !== 2 || offsets[0] !== begin || offsets[1] !== end) {
    throw badArtifact("tensor-place", { name, found: offsets, expected: [begin, end] });
  }
  if (start + end > file.length) {
    throw badArtifact("tensor-cut", { name, end: start + end, size: file.length });
  }
  const bytes = file.subarray(start + begin, start + end);
  return { dtype, shape, values: readValues(dtype, bytes, count), bytes };
}

/**
 * Copied item by item: the bytes are little-endian whatever the machine, and need not be aligned.
 *
 * @param {"F32" | "I32"} dtype
 * @param {Uint8Array} bytes
 * @param {number} count
 * @returns {Float32Array | Int32Array}
 */
function readValues(dtype, bytes, count) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = dtype === "F32" ? new Float32Array(count) : new Int32Array(count);
  for (let item = 0; item < count; item += 1) {
    const offset = item * ITEM_BYTES;
    values[item] = dtype === "F32" ? view.getFloat32(offset, true) : view.getInt32(offset, true);
  }
  return values;
}

/**
 * @param {unknown} value
 * @returns {value is number[]}
 */
function isSizes(value) {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
