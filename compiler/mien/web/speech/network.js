/**
 * An exported network: whole faces of a bank, or lips for any bank. Its card is checked, and every
 * number as it comes.
 *
 * The twin of mien_trainer/speak/network.py and lip_network.py.
 *
 * @module
 */

import { bytesOf } from "../bank.js";
import { onlyKnown } from "../options.js";
import { sha256 } from "../sha256.js";
import { cardOf } from "./cards.js";
import { LIP_TABLE } from "./lip_table.js";
import { MELS, SILENCE } from "./mel.js";
import { NetworkError, readOnnx } from "./onnx_file.js";
import { byGraph, byRuntime } from "./runner.js";

export { NetworkError };

/** @typedef {import("./cards.js").FaceCard} FaceCard */
/** @typedef {import("./cards.js").LipCard} LipCard */
/** @typedef {import("./runner.js").Run} Run */
/** @typedef {import("./runner.js").OnnxRuntime} OnnxRuntime */

const KEY = "mien";
const REST = "neutral";
const KINDS = LIP_TABLE.contacts.length;

/** How likely a contact must be to be made, on voices that a network has not heard. */
const CONTACT_THRESHOLD = 0.1;

/** The constant of a network's graph that holds the threshold's logit. */
const THRESHOLD = "contact_threshold";

/** What it is called in a graph that was exported before it had a name, by the checkpoint. */
const THRESHOLDS = new Map([
  ["0b7d716b3ae2f74a54a9b84c16c104a3bfd96437a181aa8aaf370357021efc0c", "val_301"],
]);

/** A network; it keeps no state of its own. */
export class Network {
  /**
   * @param {{faces: FaceCard, lips: null} | {faces: null, lips: LipCard}} cards
   * @param {Run} run
   * @param {string} runner what runs it, in words
   */
  constructor({ faces, lips }, run, runner) {
    this.faces = faces;
    this.lips = lips;
    this.card = /** @type {FaceCard | LipCard} */ (faces ?? lips);
    this.run = run;
    this.runner = runner;
    /** The channels whose weights its lips have. */
    this.channels = faces ? faces.channels : LIP_TABLE.names;
    /** How many numbers a frame has. */
    this.width = faces ? faces.channels.length : headsOf(/** @type {LipCard} */ (lips));
    /** The state before a first frame: what silence leads to from any state. */
    this.start = new Float32Array(this.card.state[0] * this.card.state[1]);
  }

  /**
   * The numbers of the next log-mel frames: weights of a face, or heads of lips. They are overwritten
   * by the next ones.
   *
   * @param {Float32Array} mel n x 80
   * @param {Float32Array} state a copy of `start` before a first frame; becomes the one after
   * @returns {Promise<Float32Array>} n x `width`
   * @throws {NetworkError} it stops, or gives what it should not
   */
  async numbers(mel, state) {
    const found = await this.ran(mel, state);
    const most = this.faces ? 1 : Number.MAX_VALUE;
    const least = this.faces ? 0 : -Number.MAX_VALUE;
    for (let at = 0; at < found.length; at += 1) {
      if (found[at] >= least && found[at] <= most) continue;
      const what = this.faces ? `${this.channels[at % this.width]} is ${found[at]}, expected a weight in [0, 1]` : "it gave what is no number";
      throw new NetworkError(`${what}: the network is damaged`);
    }
    return found;
  }

  /** @param {Float32Array} mel @param {Float32Array} state @returns {Promise<Float32Array>} */
  async ran(mel, state) {
    try {
      const found = await this.run(mel, state);
      if (found.length !== (mel.length / MELS) * this.width) throw new Error("it gave too few numbers");
      return found;
    } catch (error) {
      throw new NetworkError(`the network stopped (${error instanceof Error ? error.message : error})`);
    }
  }
}

/**
 * Open a network.
 *
 * @param {string | URL | ArrayBuffer | Uint8Array} source its address, or its bytes
 * @param {{sha256?: string, ort?: OnnxRuntime}} [options] `ort`: onnxruntime-web, to run it by that
 * @returns {Promise<Network>}
 * @throws {NetworkError} it is another than `sha256` says, none of mien's, or cannot be run
 * @throws {TypeError} an option that there is not
 */
export async function loadNetwork(source, options = {}) {
  onlyKnown("loadNetwork", options, ["sha256", "ort"]);
  const data = (await bytesOf(source, "the network")).slice();
  const { sha256: expected, ort } = options;
  const found = expected === undefined ? undefined : sha256(data);
  if (found !== expected) throw new NetworkError(`the network's sha256 is ${found}, expected ${expected}`);
  const file = readOnnx(data);
  const cards = cardOf(file.metadata.get(KEY));
  if (cards.faces) lowerThreshold(cards.faces, file, data);
  const call = {
    state: (cards.faces ?? cards.lips).state,
    conditions: cards.faces && neutral(cards.faces),
    output: cards.faces ? "weights" : "heads",
    width: cards.faces ? cards.faces.channels.length : headsOf(cards.lips),
  };
  const network = ort
    ? new Network(cards, await byRuntime(ort, data, call), "onnxruntime-web")
    : new Network(cards, byGraph(file, call), "JavaScript");
  await network.ran(new Float32Array(call.state[0] * MELS).fill(SILENCE), network.start);
  return network;
}

/** @param {LipCard} card @returns {number} */
function headsOf({ visemes, channels, delays }) {
  return delays.length * (visemes.length + KINDS + channels.length);
}

/** @param {FaceCard} card @param {import("./onnx_file.js").OnnxFile} file @param {Uint8Array} data changed */
function lowerThreshold({ checkpoint }, file, data) {
  const constant = file.constants.get(THRESHOLDS.get(checkpoint) ?? THRESHOLD);
  if (constant?.values.length !== 1) return;
  const logit = Math.fround(Math.log(CONTACT_THRESHOLD / (1 - CONTACT_THRESHOLD)));
  constant.values[0] = logit;
  new DataView(data.buffer, constant.at, 4).setFloat32(0, logit, true);
}

/** @param {FaceCard} card @returns {Float32Array} a face at rest: one label, and no VAD */
function neutral({ labels, knows }) {
  const known = knows.length ? knows : labels;
  const conditions = new Float32Array(labels.length + 3);
  conditions[labels.indexOf(known.includes(REST) ? REST : /** @type {string} */ (known[0]))] = 1;
  return conditions;
}
