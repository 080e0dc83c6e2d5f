/**
 * What a network says of itself, checked. The twin of the cards of mien_trainer/speak/network.py (whole
 * faces of a bank) and mien_trainer/speak/lip_network.py (lips for any bank).
 *
 * @module
 */

import { FRAME_RATE } from "./clock.js";
import { LIP_TABLE } from "./lip_table.js";
import { MELS } from "./mel.js";
import { NetworkError } from "./onnx_file.js";

/**
 * Of a network of whole faces.
 *
 * @typedef {object} FaceCard
 * @property {string} name
 * @property {string} bank
 * @property {string} version
 * @property {string} artifact the sha256 of the bank's artifact
 * @property {string} checkpoint
 * @property {readonly string[]} labels
 * @property {readonly string[]} channels
 * @property {readonly string[]} knows
 * @property {readonly [number, number]} state
 */

/**
 * Of a network of lips.
 *
 * @typedef {object} LipCard
 * @property {string} name
 * @property {readonly string[]} visemes those of the table, in its order
 * @property {readonly string[]} channels whose weights it tells beside them
 * @property {readonly number[]} delays of its heads, in frames
 * @property {number} contact_odds by how much it was taught to prefer a contact
 * @property {readonly [number, number]} state
 */

const FACES = "mien/network/1";
const LIPS = "mien/lip-network/1";
const MOST_STATE = 4096;

/**
 * @param {string | undefined} json the file's metadata
 * @returns {{faces: FaceCard, lips: null} | {faces: null, lips: LipCard}}
 * @throws {NetworkError} it is none of mien's, or not sound
 */
export function cardOf(json) {
  /** @type {Record<string, any>} */
  let card = {};
  try {
    card = JSON.parse(json ?? "{}") ?? {};
  } catch {
    card = {};
  }
  const { schema, state } = card;
  if (schema !== FACES && schema !== LIPS) {
    const wanted = `expected ${FACES} or ${LIPS}: mien train export and mien train lips write such files`;
    throw new NetworkError(`an ONNX file with schema ${schema ?? "none"}, ${wanted}`);
  }
  const sized =
    Array.isArray(state) &&
    state.length === 2 &&
    state.every((one) => Number.isInteger(one) && one > 0 && one <= MOST_STATE);
  const whole = sized && typeof card["name"] === "string" && (schema === FACES ? facesAreWhole(card) : lipsAreWhole(card));
  if (!whole) throw new NetworkError(`its metadata is not that of ${schema}`);
  if (card["frame_rate"] !== FRAME_RATE || card["mels"] !== MELS) {
    throw new NetworkError(`${card["frame_rate"]} frames a second of ${card["mels"]} bands, expected ${FRAME_RATE} and ${MELS}`);
  }
  const known = /** @type {any} */ (card);
  return schema === FACES ? { faces: known, lips: null } : { faces: null, lips: known };
}

/** @param {Record<string, any>} card @returns {boolean} */
function facesAreWhole({ labels, channels, knows, ...texts }) {
  return (
    [labels, channels].every((list) => areNames(list) && list.length > 0) &&
    areNames(knows) &&
    knows.every((/** @type {string} */ one) => labels.includes(one)) &&
    ["bank", "version", "artifact", "checkpoint"].every((key) => typeof texts[key] === "string")
  );
}

/** @param {Record<string, any>} card @returns {boolean} */
function lipsAreWhole({ visemes, channels, delays, contact_odds: odds }) {
  return (
    areNames(visemes) &&
    visemes.join() === LIP_TABLE.visemes.join() &&
    areNames(channels) &&
    channels.every((/** @type {string} */ one) => LIP_TABLE.names.includes(one)) &&
    Array.isArray(delays) &&
    delays[0] === 0 &&
    delays.every((one, at) => Number.isInteger(one) && (at === 0 || one > delays[at - 1])) &&
    odds > 0
  );
}

/** @param {unknown} list @returns {boolean} */
function areNames(list) {
  return Array.isArray(list) && list.every((one) => typeof one === "string" && one !== "") && new Set(list).size === list.length;
}
