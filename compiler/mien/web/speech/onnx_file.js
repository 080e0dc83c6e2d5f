/**
 * As much of an ONNX file as a network of mien needs: its card, its graph, its constants.
 *
 * The file is a message of protocol buffers (onnx/onnx.proto). Nothing in it is trusted: what is cut
 * or of another kind is refused.
 *
 * @module
 */

/** What is wrong with a network, in words for its owner. */
export class NetworkError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "NetworkError";
  }
}

/**
 * @typedef {object} Constant
 * @property {readonly number[]} shape
 * @property {Float32Array | Int32Array} values
 * @property {number} at where its bytes are in the file, -1 where they are not in one piece
 */

/**
 * @typedef {object} Step one operation
 * @property {string} type
 * @property {readonly string[]} inputs
 * @property {readonly string[]} outputs
 * @property {ReadonlyMap<string, number>} numbers its attributes
 */

/**
 * @typedef {object} OnnxFile
 * @property {ReadonlyMap<string, string>} metadata
 * @property {readonly Step[]} steps
 * @property {ReadonlyMap<string, Constant>} constants
 */

const [FLOAT, INT8, INT64, FLOAT16] = [1, 3, 7, 10];
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];

/**
 * @param {Uint8Array} data
 * @returns {OnnxFile}
 * @throws {NetworkError}
 */
export function readOnnx(data) {
  try {
    return modelOf(data);
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    throw new NetworkError("not an ONNX file, or cut short");
  }
}

/** @param {Uint8Array} data @returns {OnnxFile} */
function modelOf(data) {
  /** @type {Map<string, string>} */
  const metadata = new Map();
  /** @type {Step[]} */
  const steps = [];
  /** @type {Map<string, Constant>} */
  const constants = new Map();
  for (const [field, value] of fields(data)) {
    if (field === 14 && value instanceof Uint8Array) {
      const own = new Map(fields(value));
      metadata.set(text(own.get(1)), text(own.get(2)));
    } else if (field === 7 && value instanceof Uint8Array) {
      for (const [part, bytes] of fields(value)) {
        if (!(bytes instanceof Uint8Array)) continue;
        if (part === 1) steps.push(stepOf(bytes));
        if (part === 5) constants.set(...constantOf(bytes, data));
      }
    }
  }
  if (steps.length === 0) throw new NetworkError("not an ONNX file: it has no graph");
  return { metadata, steps, constants };
}

/** @param {Uint8Array} data @returns {Step} */
function stepOf(data) {
  /** @type {string[]} */
  const inputs = [];
  /** @type {string[]} */
  const outputs = [];
  /** @type {Map<string, number>} */
  const numbers = new Map();
  let type = "";
  for (const [field, value] of fields(data)) {
    if (field === 1) inputs.push(text(value));
    if (field === 2) outputs.push(text(value));
    if (field === 4) type = text(value);
    if (field === 5 && value instanceof Uint8Array) {
      const own = new Map(fields(value));
      const float = own.get(2);
      const number = float instanceof Uint8Array ? new DataView(float.buffer, float.byteOffset).getFloat32(0, true) : own.get(3);
      numbers.set(text(own.get(1)), Number(number ?? 0));
    }
  }
  return { type, inputs, outputs, numbers };
}

/** @param {Uint8Array} data @param {Uint8Array} file @returns {[string, Constant]} */
function constantOf(data, file) {
  /** @type {number[]} */
  const shape = [];
  let [name, type] = ["", 0];
  /** @type {Uint8Array | null} */
  let raw = null;
  for (const [field, value] of fields(data)) {
    if (field === 1) shape.push(...(value instanceof Uint8Array ? packed(value) : [Number(value)]));
    if (field === 2) type = Number(value);
    if (field === 8) name = text(value);
    if (field === 9 && value instanceof Uint8Array) raw = value;
  }
  const count = shape.reduce((product, one) => product * one, 1);
  const width = { [FLOAT]: 4, [INT8]: 1, [INT64]: 8, [FLOAT16]: 2 }[type];
  if (raw === null || width === undefined || raw.length !== count * width) {
    throw new NetworkError(`its constant ${name} is of a kind that networks of mien do not have`);
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const values = type === INT64 || type === INT8 ? new Int32Array(count) : new Float32Array(count);
  for (let at = 0; at < count; at += 1) {
    if (type === FLOAT) values[at] = view.getFloat32(4 * at, true);
    else if (type === INT8) values[at] = view.getInt8(at);
    else if (type === FLOAT16) values[at] = half(view.getUint16(2 * at, true));
    else values[at] = held(Number(view.getBigInt64(8 * at, true)));
  }
  return [name, { shape, values, at: raw.byteOffset - file.byteOffset }];
}

/** @param {number} bits of a float16 @returns {number} */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, part] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return part ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + part / 1024) * 2 ** (exponent - 15) : part * 2 ** -24);
}

/** @param {number} value @returns {number} held to what positions need: "to the end" is the greatest int64 */
function held(value) {
  return Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), value));
}

/**
 * The fields of a message: their numbers, with a number or bytes each.
 *
 * @param {Uint8Array} data
 * @returns {Generator<[number, number | Uint8Array]>}
 */
function* fields(data) {
  let at = 0;
  const varint = () => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = data[at];
      if (byte === undefined || shift > 63n) throw new NetworkError("not an ONNX file, or cut short");
      at += 1;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
      shift += 7n;
    }
  };
  while (at < data.length) {
    const key = varint();
    const [field, kind] = [Math.floor(key / 8), key % 8];
    if (kind === VARINT) yield [field, varint()];
    else {
      const length = kind === BYTES ? varint() : kind === FIXED32 ? 4 : kind === FIXED64 ? 8 : NaN;
      if (!(at + length <= data.length)) throw new NetworkError("not an ONNX file, or cut short");
      yield [field, data.subarray(at, at + length)];
      at += length;
    }
  }
}

/** @param {Uint8Array} data @returns {number[]} */
function packed(data) {
  /** @type {number[]} */
  const found = [];
  let [value, scale] = [0, 1];
  for (const byte of data) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) {
      found.push(value);
      [value, scale] = [0, 1];
    }
  }
  return found;
}

/** @param {unknown} value @returns {string} */
function text(value) {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
}
