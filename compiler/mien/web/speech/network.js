/**
 * An exported network: its card is checked, and every output as it comes.
 *
 * The twin of mien_trainer/speak/network.py. It runs in plain JavaScript, or by onnxruntime-web where a
 * program brings it.
 *
 * @module
 */

import { bytesOf } from "../bank.js";
import { sha256 } from "../sha256.js";
import { FRAME_RATE } from "./clock.js";
import { Graph } from "./graph.js";
import { MELS, SILENCE } from "./mel.js";
import { NetworkError, readOnnx } from "./onnx_file.js";

export { NetworkError };

/**
 * What a network was made from and how it is queried; see mien_trainer/speak/network.py.
 *
 * @typedef {object} NetworkCard
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

/** @typedef {(mel: Float32Array, conditions: Float32Array, state: Float32Array) => Promise<Ran> | Ran} Run */
/** @typedef {{weights: Float32Array, after: Float32Array}} Ran */

/**
 * As much of onnxruntime-web as is used.
 *
 * @typedef {object} OnnxRuntime
 * @property {new (type: "float32", data: Float32Array, shape: number[]) => object} Tensor
 * @property {{create: (data: Uint8Array, options?: object) => Promise<any>}} InferenceSession
 */

const KEY = "mien";
const SCHEMA = "mien/network/1";
const MOST_STATE = 4096;
const REST = "neutral";

/** How likely a contact must be to be made, on voices that a network has not heard. */
const CONTACT_THRESHOLD = 0.1;

/** Where the threshold's logit stands in a network's graph, by the digest of its checkpoint. */
const THRESHOLDS = new Map([
  ["0b7d716b3ae2f74a54a9b84c16c104a3bfd96437a181aa8aaf370357021efc0c", "val_301"],
]);

/** A network that speaks under one condition, the label neutral; it keeps no state of its own. */
export class Network {
  /**
   * @param {NetworkCard} card
   * @param {Run} run
   * @param {string} runner what runs it
   */
  constructor(card, run, runner) {
    this.card = card;
    this.run = run;
    this.runner = runner;
    this.conditions = neutral(card);
    /** @type {Float32Array} */
    this.start = new Float32Array(card.state[0] * card.state[1]);
  }

  /**
   * The faces of the next log-mel frames.
   *
   * @param {Float32Array} mel n x 80
   * @param {Float32Array} state `start` before a first frame, then what came `after`
   * @returns {Promise<Ran>} `weights`: n x the card's channels
   * @throws {NetworkError} it stops, or gives what is no weight
   */
  async faces(mel, state) {
    const frames = mel.length / MELS;
    if (frames === 0) return { weights: new Float32Array(0), after: state };
    const { weights, after } = await this.ran(mel, state);
    const { channels } = this.card;
    if (weights.length !== frames * channels.length) throw new NetworkError("the network gave too few weights");
    const wrong = weights.findIndex((one) => !(one >= 0 && one <= 1));
    if (wrong >= 0) {
      const channel = channels[wrong % channels.length];
      throw new NetworkError(`${channel} is ${weights[wrong]}, expected a weight in [0, 1]: the network is damaged`);
    }
    return { weights, after };
  }

  /** @param {Float32Array} mel @param {Float32Array} state @returns {Promise<Ran>} */
  async ran(mel, state) {
    const frames = mel.length / MELS;
    const width = this.conditions.length;
    const steady = new Float32Array(frames * width);
    for (let frame = 0; frame < frames; frame += 1) steady.set(this.conditions, frame * width);
    try {
      return await this.run(mel, steady, state);
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
 */
export async function loadNetwork(source, options = {}) {
  const data = (await bytesOf(source, "the network")).slice();
  const { sha256: expected, ort } = options;
  const found = expected === undefined ? undefined : sha256(data);
  if (found !== expected) throw new NetworkError(`the network's sha256 is ${found}, expected ${expected}`);
  const file = readOnnx(data);
  const card = cardOf(file.metadata.get(KEY));
  const constant = file.constants.get(THRESHOLDS.get(card.checkpoint) ?? "");
  if (constant && constant.values.length === 1) {
    const logit = Math.fround(Math.log(CONTACT_THRESHOLD / (1 - CONTACT_THRESHOLD)));
    constant.values[0] = logit;
    new DataView(data.buffer, constant.at, 4).setFloat32(0, logit, true);
  }
  const network = ort
    ? new Network(card, await byRuntime(ort, data, card), "onnxruntime-web")
    : new Network(card, byGraph(new Graph(file), card), "JavaScript");
  // What as many frames of silence as the state has lead to, from any state.
  const silence = new Float32Array(card.state[0] * MELS).fill(SILENCE);
  const begun = await network.ran(silence, network.start);
  if (begun.after.length !== network.start.length) throw new NetworkError("its state is not its card's");
  network.start = begun.after;
  return network;
}

/** @param {Graph} graph @param {NetworkCard} card @returns {Run} */
function byGraph(graph, { labels, state: sizes }) {
  return (mel, conditions, state) => {
    const frames = mel.length / MELS;
    const inputs = {
      mel: { shape: [1, frames, MELS], values: mel },
      conditions: { shape: [1, frames, labels.length + 3], values: conditions },
      state: { shape: [1, ...sizes], values: state },
    };
    const [weights, after] = graph.run(inputs, ["weights", "after"]);
    return {
      weights: /** @type {Float32Array} */ (weights.values),
      after: Float32Array.from(after.values),
    };
  };
}

/** @param {OnnxRuntime} ort @param {Uint8Array} data @param {NetworkCard} card @returns {Promise<Run>} */
async function byRuntime(ort, data, { labels, state: sizes }) {
  const session = await ort.InferenceSession.create(data, { executionProviders: ["wasm"] }).catch((/** @type {Error} */ error) => {
    throw new NetworkError(
      `onnxruntime-web cannot run it here (${error.message}): the browser may have no WebAssembly with ` +
        "SIMD, or its .wasm file is missing beside it. Leave ort out to run the network in JavaScript.",
    );
  });
  return async (mel, conditions, state) => {
    const frames = mel.length / MELS;
    const { weights, after } = await session.run({
      mel: new ort.Tensor("float32", mel, [1, frames, MELS]),
      conditions: new ort.Tensor("float32", conditions, [1, frames, labels.length + 3]),
      state: new ort.Tensor("float32", state, [1, ...sizes]),
    });
    return { weights: weights.data.slice(), after: after.data.slice() };
  };
}

/** @param {NetworkCard} card @returns {Float32Array} a face at rest: one label, and no VAD */
function neutral({ labels, knows }) {
  const known = knows.length ? knows : labels;
  const conditions = new Float32Array(labels.length + 3);
  conditions[labels.indexOf(known.includes(REST) ? REST : /** @type {string} */ (known[0]))] = 1;
  return conditions;
}

/** @param {string | undefined} json @returns {NetworkCard} */
function cardOf(json) {
  /** @type {Record<string, any>} */
  let card = {};
  try {
    card = JSON.parse(json ?? "{}") ?? {};
  } catch {
    card = {};
  }
  if (card["schema"] !== SCHEMA) {
    throw new NetworkError(`an ONNX file with schema ${card["schema"] ?? "none"}, expected ${SCHEMA}: mien train export writes such files`);
  }
  const names = (/** @type {unknown} */ list) =>
    Array.isArray(list) && list.every((one) => typeof one === "string" && one !== "") && new Set(list).size === list.length;
  const { labels, channels, knows, state } = card;
  const whole =
    [labels, channels].every((list) => names(list) && list.length > 0) &&
    names(knows) &&
    knows.every((/** @type {string} */ one) => labels.includes(one)) &&
    Array.isArray(state) &&
    state.length === 2 &&
    state.every((one) => Number.isInteger(one) && one > 0 && one <= MOST_STATE) &&
    ["name", "bank", "version", "artifact", "checkpoint"].every((key) => typeof card[key] === "string");
  if (!whole) throw new NetworkError(`its metadata is not that of ${SCHEMA}`);
  if (card["frame_rate"] !== FRAME_RATE || card["mels"] !== MELS) {
    throw new NetworkError(`${card["frame_rate"]} frames a second of ${card["mels"]} bands, expected ${FRAME_RATE} and ${MELS}`);
  }
  return /** @type {NetworkCard} */ (card);
}
