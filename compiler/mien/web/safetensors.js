/**
 * The container: an 8-byte little-endian header length, a JSON header, the tensors' bytes.
 *
 * @module
 */

/** What is wrong with an artifact, in words for its owner. */
export class ArtifactError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ArtifactError";
  }
}

/**
 * @typedef {object} Tensor
 * @property {"F32" | "I32"} dtype
 * @property {readonly number[]} shape
 * @property {Float32Array | Int32Array} values row-major
 */

/**
 * @typedef {object} Container
 * @property {Readonly<Record<string, string>>} metadata
 * @property {ReadonlyMap<string, Tensor>} tensors
 */

const ITEM_BYTES = 4;

/**
 * Read a .safetensors file whose tensors are float32 or int32.
 *
 * @param {ArrayBuffer} buffer the whole file
 * @returns {Container}
 * @throws {ArtifactError} where the bytes are not such a file
 */
export function readSafetensors(buffer) {
  const header = readHeader(buffer);
  const start = header.bytes;
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  for (const [name, entry] of Object.entries(header.entries)) {
    if (name !== "__metadata__") {
      tensors.set(name, readTensor(name, entry, buffer, start));
    }
  }
  return { metadata: stringsOnly(header.entries["__metadata__"]), tensors };
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {{bytes: number, entries: Record<string, unknown>}}
 */
function readHeader(buffer) {
  if (buffer.byteLength < 8) {
    throw new ArtifactError(`not a .safetensors file: ${buffer.byteLength} bytes, shorter than 8`);
  }
  const length = new DataView(buffer).getBigUint64(0, true);
  if (length > BigInt(buffer.byteLength - 8)) {
    throw new ArtifactError(
      `not a .safetensors file, or cut short: its header claims ${length} bytes of ${buffer.byteLength}`,
    );
  }
  const bytes = 8 + Number(length);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(buffer, 8, bytes - 8));
    const entries = /** @type {unknown} */ (JSON.parse(text));
    if (isRecord(entries)) {
      return { bytes, entries };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) {
      throw error;
    }
  }
  throw new ArtifactError("not a .safetensors file: its header is not a JSON object in UTF-8");
}

/**
 * @param {string} name
 * @param {unknown} entry
 * @param {ArrayBuffer} buffer
 * @param {number} start of the tensors' bytes
 * @returns {Tensor}
 */
function readTensor(name, entry, buffer, start) {
  if (!isRecord(entry) || !isNumbers(entry.shape) || !isNumbers(entry.data_offsets)) {
    throw new ArtifactError(`tensor ${name}: expected dtype, shape and data_offsets`);
  }
  const dtype = entry.dtype;
  if (dtype !== "F32" && dtype !== "I32") {
    throw new ArtifactError(`tensor ${name}: dtype ${String(dtype)}, expected F32 or I32`);
  }
  const [begin, end] = entry.data_offsets;
  const count = entry.shape.reduce((product, size) => product * size, 1);
  if (end - begin !== count * ITEM_BYTES || start + end > buffer.byteLength) {
    throw new ArtifactError(
      `tensor ${name}: bytes ${begin} to ${end} do not hold its shape, or lie past the end of the file`,
    );
  }
  return { dtype, shape: entry.shape, values: readValues(dtype, buffer, start + begin, count) };
}

/**
 * Copied item by item: the bytes are little-endian whatever the machine, and need not be aligned.
 *
 * @param {"F32" | "I32"} dtype
 * @param {ArrayBuffer} buffer
 * @param {number} at
 * @param {number} count
 * @returns {Float32Array | Int32Array}
 */
function readValues(dtype, buffer, at, count) {
  const view = new DataView(buffer, at, count * ITEM_BYTES);
  const values = dtype === "F32" ? new Float32Array(count) : new Int32Array(count);
  for (let item = 0; item < count; item += 1) {
    const offset = item * ITEM_BYTES;
    values[item] = dtype === "F32" ? view.getFloat32(offset, true) : view.getInt32(offset, true);
  }
  return values;
}

/**
 * @param {unknown} value
 * @returns {Readonly<Record<string, string>>}
 */
function stringsOnly(value) {
  if (!isRecord(value)) {
    return {};
  }
  const strings = Object.entries(value).filter(([, text]) => typeof text === "string");
  return /** @type {Record<string, string>} */ (Object.fromEntries(strings));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @returns {value is number[]}
 */
function isNumbers(value) {
  return Array.isArray(value) && value.every((item) => Number.isInteger(item) && item >= 0);
}
