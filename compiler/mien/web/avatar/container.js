/**
 * What a model file is, and whether it can be used at all, before anything is built from it.
 *
 * @module
 */

const MIB = 2 ** 20;
const LARGEST = 256 * MIB;
const MAGIC = 0x46546c67; // "glTF"
const JSON_CHUNK = 0x4e4f534a; // "JSON"

/**
 * @typedef {object} Model
 * @property {"VRM 1.0" | "VRM 0.x" | "glTF"} format
 * @property {boolean} basis whether it has Basis (KTX2) textures
 */

/**
 * @param {ArrayBuffer} buffer a .glb, .gltf or .vrm file
 * @param {string} name what to call it in messages
 * @returns {Model}
 * @throws {Error} it is too large, damaged, something else, or needs files beside it
 */
export function readModel(buffer, name) {
  if (buffer.byteLength > LARGEST) {
    const size = Math.ceil(buffer.byteLength / MIB);
    throw new Error(`${name} has ${size} MiB; an avatar may have ${LARGEST / MIB}`);
  }
  const json = readJson(buffer, name);
  refuseReferences(json, name);
  const extensions = recordOf(json.extensions);
  const basis = listOf(json.extensionsUsed).includes("KHR_texture_basisu");
  if ("VRMC_vrm" in extensions) return { format: "VRM 1.0", basis };
  if ("VRM" in extensions) return { format: "VRM 0.x", basis };
  return { format: "glTF", basis };
}

/** @param {ArrayBuffer} buffer @param {string} name @returns {Record<string, unknown>} */
export function readJson(buffer, name) {
  const text = new TextDecoder().decode(isBinary(buffer) ? jsonChunk(buffer, name) : buffer);
  if (!text.trimStart().startsWith("{")) {
    throw new Error(`${name} is not a glTF or VRM file (.glb, .gltf, .vrm)`);
  }
  /** @type {unknown} */
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${name} is damaged: its JSON part cannot be read`);
  }
  const record = recordOf(json);
  if (!("asset" in record)) throw new Error(`${name} is JSON, but not a glTF file`);
  return record;
}

/** @param {ArrayBuffer} buffer @returns {boolean} */
function isBinary(buffer) {
  return buffer.byteLength >= 4 && new DataView(buffer).getUint32(0, true) === MAGIC;
}

/** @param {ArrayBuffer} buffer @param {string} name @returns {Uint8Array} */
function jsonChunk(buffer, name) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 20) throw new Error(`${name} is cut short`);
  const version = view.getUint32(4, true);
  if (version !== 2) throw new Error(`${name} is glTF ${version}; glTF 2 is needed`);
  const length = view.getUint32(8, true);
  if (length > buffer.byteLength) {
    throw new Error(`${name} is cut short: it has ${buffer.byteLength} of ${length} bytes`);
  }
  const chunk = view.getUint32(12, true);
  if (view.getUint32(16, true) !== JSON_CHUNK || 20 + chunk > length) {
    throw new Error(`${name} is damaged: its JSON part is missing`);
  }
  return new Uint8Array(buffer, 20, chunk);
}

/** @param {Record<string, unknown>} json @param {string} name */
function refuseReferences(json, name) {
  const parts = [...listOf(json.buffers), ...listOf(json.images)];
  const outside = parts
    .map((part) => recordOf(part).uri)
    .filter((uri) => typeof uri === "string" && !uri.startsWith("data:"));
  if (outside.length > 0) {
    throw new Error(
      `${name} needs other files (${String(outside[0]).slice(0, 80)}): export it as one .glb`,
    );
  }
}

/** @param {unknown} value @returns {Record<string, unknown>} */
export function recordOf(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? /** @type {Record<string, unknown>} */ (value)
    : {};
}

/** @param {unknown} value @returns {unknown[]} */
export function listOf(value) {
  return Array.isArray(value) ? value : [];
}
