/**
 * The 52 channels under the names that models give them.
 *
 * Known: ARKit (`eyeBlinkLeft`), Pascal (`EyeBlinkLeft`), side letters (`eyeBlink_L`, `eyeBlink.L`,
 * `eyeBlinkL`), any case, underscores between words (`eye_blink_left`), and any of these behind the
 * name of a mesh (`blendShape1.browDown_L`, `Head_jawOpen`).
 *
 * @module
 */

/** The channels in the order of Apple's documentation. */
export const CHANNELS = Object.freeze([
  "eyeBlinkLeft",
  "eyeLookDownLeft",
  "eyeLookInLeft",
  "eyeLookOutLeft",
  "eyeLookUpLeft",
  "eyeSquintLeft",
  "eyeWideLeft",
  "eyeBlinkRight",
  "eyeLookDownRight",
  "eyeLookInRight",
  "eyeLookOutRight",
  "eyeLookUpRight",
  "eyeSquintRight",
  "eyeWideRight",
  "jawForward",
  "jawLeft",
  "jawRight",
  "jawOpen",
  "mouthClose",
  "mouthFunnel",
  "mouthPucker",
  "mouthLeft",
  "mouthRight",
  "mouthSmileLeft",
  "mouthSmileRight",
  "mouthFrownLeft",
  "mouthFrownRight",
  "mouthDimpleLeft",
  "mouthDimpleRight",
  "mouthStretchLeft",
  "mouthStretchRight",
  "mouthRollLower",
  "mouthRollUpper",
  "mouthShrugLower",
  "mouthShrugUpper",
  "mouthPressLeft",
  "mouthPressRight",
  "mouthLowerDownLeft",
  "mouthLowerDownRight",
  "mouthUpperUpLeft",
  "mouthUpperUpRight",
  "browDownLeft",
  "browDownRight",
  "browInnerUp",
  "browOuterUpLeft",
  "browOuterUpRight",
  "cheekPuff",
  "cheekSquintLeft",
  "cheekSquintRight",
  "noseSneerLeft",
  "noseSneerRight",
  "tongueOut",
]);

/** @type {ReadonlyMap<string, string>} a channel in small letters to the channel */
const PLAIN = new Map(CHANNELS.map((channel) => [channel.toLowerCase(), channel]));

const SEPARATORS = /[^a-z0-9]+/i;

/**
 * The channel that a model's name means, or undefined.
 *
 * @param {string} name of a morph target, an expression or a clip
 * @returns {string | undefined}
 */
export function channelOf(name) {
  const words = name.split(SEPARATORS).filter((word) => word !== "");
  for (let first = 0; first < words.length; first += 1) {
    const channel = channelOfWords(words.slice(first));
    // `jawOpen_mouthClose` corrects two channels together: it is neither.
    if (channel !== undefined) return first > 0 && namesAny(words.slice(0, first)) ? undefined : channel;
  }
  return undefined;
}

/**
 * How far a name is from the channel's own: of two names of one channel the nearer is meant.
 *
 * @param {string} name
 * @param {string} channel
 * @returns {number} 0 for the channel's own name
 */
export function strangeness(name, channel) {
  if (name === channel) return 0;
  if (name.toLowerCase() === channel.toLowerCase()) return 1;
  return 2 + name.length;
}

/** @param {readonly string[]} words @returns {boolean} whether a channel is named among them */
function namesAny(words) {
  return words.some((_, first) =>
    words.some((_, last) => channelOfWords(words.slice(first, last + 1)) !== undefined),
  );
}

/** @param {readonly string[]} words @returns {string | undefined} */
function channelOfWords(words) {
  if (words.length === 0) return undefined;
  const joined = words.join("");
  const whole = PLAIN.get(joined.toLowerCase());
  if (whole !== undefined) return whole;
  // A side letter stands apart (`_L`) or is a capital after a small letter (`eyeBlinkL`).
  const apart = words.length > 1 && /^[lr]$/i.test(words[words.length - 1] ?? "");
  if (!apart && !/[a-z][LR]$/.test(joined)) return undefined;
  const side = joined.slice(-1).toLowerCase() === "l" ? "left" : "right";
  return PLAIN.get(joined.slice(0, -1).toLowerCase() + side);
}
