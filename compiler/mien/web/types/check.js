/** What the package's types promise, held against its modules and against a program that uses it. */

import * as given from "../index.js";

/** @typedef {typeof import("./index.js")} Promised */

/** @type {Promised} */
const promised = /** @type {any} */ (given);

/**
 * A bank as these modules have it, whose inside is not promised.
 *
 * @template Options
 * @typedef {Omit<Options, "bank"> & {bank: import("../bank.js").Bank}} Inside
 */

/** @typedef {import("./index.js").SpeakerOptions} Asked */

/** Functions of tables whose insides are not promised. @typedef {"createSpeaker" | "clipOf" | "sample" | "endOf"} Inner */

/** @type {(options: Inside<Asked>) => Promise<import("./index.js").Speaker>} */
export const speaks = given.createSpeaker;

/**
 * Every function gives what its type says, and takes what it allows.
 *
 * @template {keyof Promised} Name
 * @typedef {Name extends Inner ? true : Promised[Name] extends new (...args: any) => any ? true : typeof given[Name] extends Promised[Name] ? true : Name} Kept
 */

/** @type {{[Name in keyof Promised]: Name extends keyof typeof given ? Kept<Name> : Name}} */
export const kept = {
  readArtifact: true,
  CHANNELS: true,
  channelOf: true,
  Bank: true,
  loadBank: true,
  Evaluator: true,
  ModelError: true,
  applyToMesh: true,
  applyToVRM: true,
  meshDriver: true,
  vrmDriver: true,
  ArtifactError: true,
  sha256: true,
  talkingHead: true,
  loadNetwork: true,
  NetworkError: true,
  SoundError: true,
  Speaker: true,
  createSpeaker: true,
  Performance: true,
  FRAME_RATE: true,
  TICKS: true,
  ticks: true,
  REST: true,
  readLips: true,
  clipOf: true,
  sample: true,
  endOf: true,
  Reader: true,
};

/** @type {{[Name in keyof typeof given]: Name extends keyof Promised ? true : false}} */
export const typed = kept;

/** @returns {Promise<Record<string, number>>} */
export async function program() {
  const bank = await promised.loadBank("default.safetensors", { sha256: "00" });
  const face = bank.face({ joy: 0.5, awe: 0.5 }, { at: "high", speech: 1 });
  const mesh = { morphTargetDictionary: { jawOpen: 0 }, morphTargetInfluences: [0] };
  promised.applyToMesh(mesh, face, bank.channels).rest();
  const speaker = await promised.createSpeaker({ bank, network: "lips.onnx", delay: 53, life: { blinks: 0, prosody: 0.5 } });
  speaker.show("joy", { at: "high", transition: 0.2 });
  await speaker.listen();
  promised.applyToMesh(mesh, speaker.frame().weights, bank.channels);
  const { head } = bank.moment("joy", 100, { sequence: "burst", hold: null });
  return { ...bank.named(face), yaw: head[0] ?? 0 };
}
