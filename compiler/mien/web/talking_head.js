/**
 * Faces on a TalkingHead (github.com/met4citizen/TalkingHead): as moods of its own, or directly.
 *
 *     const face = talkingHead(head, bank);
 *     face.mood("joy", { at: "high" });       // its own speech, blinks and gestures go on over it
 *     face.show(bank.face("joy"));            // every morph from here on is ours
 *     face.release();                         // and its own again
 *
 * @module
 */

import { ModelError } from "./models.js";

/** @typedef {Pick<import("./bank.js").Bank, "channels" | "face">} Bank */
/** @typedef {import("./bank.js").Label} Label */
/** @typedef {import("./bank.js").FaceOptions} FaceOptions */

/**
 * As much of a TalkingHead as is used.
 *
 * @typedef {object} TalkingHeadLike
 * @property {Record<string, object>} animMoods
 * @property {Record<string, object>} mtAvatar by the name of a morph
 * @property {(mood: string) => void} setMood
 */

/**
 * @typedef {object} TalkingHeadFace
 * @property {(label: Label, options?: FaceOptions) => void} mood
 * @property {(face: ArrayLike<number>, channels?: readonly string[]) => void} show
 * @property {() => void} release
 * @property {readonly string[]} missing channels that the avatar has no morph for
 */

const NAME = "mien";
const USUAL = "neutral";
const STILL = Object.freeze({ name: "mouth", delay: 5000, dt: [1000], vs: {} });

/** TalkingHead moves both eyes down and up by one morph each. @type {Readonly<Record<string, string>>} */
const BOTH = {
  eyeLookDownLeft: "eyesLookDown",
  eyeLookDownRight: "eyesLookDown",
  eyeLookUpLeft: "eyesLookUp",
  eyeLookUpRight: "eyesLookUp",
};

/**
 * @param {TalkingHeadLike} head with its avatar shown
 * @param {Bank} bank
 * @returns {TalkingHeadFace}
 * @throws {ModelError} its avatar is not shown yet, or has none of the channels
 */
export function talkingHead(head, bank) {
  const known = head.mtAvatar ?? {};
  const morphOf = (/** @type {string} */ channel) => {
    const both = BOTH[channel];
    return channel in known ? channel : both !== undefined && both in known ? both : undefined;
  };
  const missing = bank.channels.filter((channel) => morphOf(channel) === undefined);
  if (missing.length === bank.channels.length) {
    throw new ModelError("the TalkingHead has none of the channels: call showAvatar and await it first");
  }
  /** @type {Map<string, number>} those that are ours, with what stands beside both eyes' own */
  const held = new Map();

  /** A value of this moment; what it calls fixed would be smoothed. @param {string} morph @param {number | null} value */
  function hold(morph, value) {
    Object.assign(known[morph] ?? {}, { realtime: value, needsUpdate: true });
  }

  return {
    missing,
    mood(label, options = {}) {
      const face = bank.face(label, options);
      /** @type {Record<string, number>} */
      const baseline = {};
      bank.channels.forEach((channel, c) => {
        const morph = morphOf(channel);
        if (morph !== undefined && face[c]) baseline[morph] = Math.max(baseline[morph] ?? 0, face[c]);
      });
      // The loops of its own neutral mood, without which the eyes would stop blinking; the mouth's
      // would lay random movements of the lips over the face.
      const own = /** @type {{anims?: {name: string}[]}} */ (head.animMoods[USUAL] ?? {});
      const anims = (own.anims ?? []).filter(({ name }) => name !== "mouth");
      head.animMoods[NAME] = { ...own, baseline, anims: [...anims, STILL] };
      head.setMood(NAME);
    },
    show(face, channels = bank.channels) {
      for (const morph of Object.values(BOTH)) if (morph in known) held.set(morph, 0);
      for (const morph of held.keys()) held.set(morph, 0);
      for (let c = 0; c < channels.length; c += 1) {
        const morph = morphOf(/** @type {string} */ (channels[c]));
        if (morph !== undefined) held.set(morph, Math.max(held.get(morph) ?? 0, face[c] ?? 0));
      }
      for (const [morph, value] of held) hold(morph, value);
    },
    release() {
      for (const morph of held.keys()) hold(morph, null);
      held.clear();
    },
  };
}
