/**
 * The 52 channels under the names that models give them.
 *
 * Known: ARKit (`eyeBlinkLeft`), Pascal (`EyeBlinkLeft`), side letters (`eyeBlink_L`, `eyeBlink.L`,
 * `eyeBlinkL`), the side first (`L_eyeBlink`, `Left_Eye_Blink`), any case, underscores between words
 * (`eye_blink_left`), and any of these behind the name of a mesh (`blendShape1.browDown_L`,
 * `head:jawOpen`, `facs_bs_JawOpen_div2`) or with a number that a program added (`jawOpen.001`).
 * Names of other systems (Unified Expressions, SRanipal, faceshift) are in `OTHER_SYSTEMS`.
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
/** What Blender and Daz add to a name. */
const ADDED = /(?:\.\d{3}|_div\d)+$/;

/**
 * Names of other systems, in small letters without separators, to the channels that they move. Some
 * move both sides; of some, two make one channel.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const OTHER_SYSTEMS = Object.freeze({
  // faceshift
  browsdl: ["browDownLeft"],
  browsdr: ["browDownRight"],
  browsuc: ["browInnerUp"],
  browsul: ["browOuterUpLeft"],
  browsur: ["browOuterUpRight"],
  eyeopenl: ["eyeWideLeft"],
  eyeopenr: ["eyeWideRight"],
  eyedownl: ["eyeLookDownLeft"],
  eyedownr: ["eyeLookDownRight"],
  eyeinl: ["eyeLookInLeft"],
  eyeinr: ["eyeLookInRight"],
  eyeoutl: ["eyeLookOutLeft"],
  eyeoutr: ["eyeLookOutRight"],
  eyeupl: ["eyeLookUpLeft"],
  eyeupr: ["eyeLookUpRight"],
  jawfwd: ["jawForward"],
  lipsfunnel: ["mouthFunnel"],
  lipspucker: ["mouthPucker"],
  lipsstretchl: ["mouthStretchLeft"],
  lipsstretchr: ["mouthStretchRight"],
  lipsupperclose: ["mouthRollUpper"],
  lipslowerclose: ["mouthRollLower"],
  lipsupperup: ["mouthUpperUpLeft", "mouthUpperUpRight"],
  lipslowerdown: ["mouthLowerDownLeft", "mouthLowerDownRight"],
  chinlowerraise: ["mouthShrugLower"],
  chinupperraise: ["mouthShrugUpper"],
  puff: ["cheekPuff"],
  sneer: ["noseSneerLeft", "noseSneerRight"],
  // Unified Expressions
  eyeclosedleft: ["eyeBlinkLeft"],
  eyeclosedright: ["eyeBlinkRight"],
  browlowererleft: ["browDownLeft"],
  browlowererright: ["browDownRight"],
  browinnerupleft: ["browInnerUp"],
  browinnerupright: ["browInnerUp"],
  cheekpuffleft: ["cheekPuff"],
  cheekpuffright: ["cheekPuff"],
  mouthclosed: ["mouthClose"],
  lipfunnel: ["mouthFunnel"],
  lippucker: ["mouthPucker"],
  lipsuckupper: ["mouthRollUpper"],
  lipsucklower: ["mouthRollLower"],
  mouthraiserlower: ["mouthShrugLower"],
  mouthraiserupper: ["mouthShrugUpper"],
  mouthcornerpullleft: ["mouthSmileLeft"],
  mouthcornerpullright: ["mouthSmileRight"],
  mouthsadleft: ["mouthFrownLeft"],
  mouthsadright: ["mouthFrownRight"],
  // SRanipal
  eyeleftblink: ["eyeBlinkLeft"],
  eyerightblink: ["eyeBlinkRight"],
  eyeleftwide: ["eyeWideLeft"],
  eyerightwide: ["eyeWideRight"],
  eyeleftsqueeze: ["eyeSquintLeft"],
  eyerightsqueeze: ["eyeSquintRight"],
  eyeleftdown: ["eyeLookDownLeft"],
  eyerightdown: ["eyeLookDownRight"],
  eyeleftup: ["eyeLookUpLeft"],
  eyerightup: ["eyeLookUpRight"],
  eyeleftleft: ["eyeLookOutLeft"],
  eyeleftright: ["eyeLookInLeft"],
  eyerightleft: ["eyeLookInRight"],
  eyerightright: ["eyeLookOutRight"],
  mouthpout: ["mouthPucker"],
  mouthapeshape: ["mouthClose"],
  mouthupperinside: ["mouthRollUpper"],
  mouthlowerinside: ["mouthRollLower"],
  mouthloweroverlay: ["mouthShrugLower"],
  tonguelongstep1: ["tongueOut"],
});

/**
 * The channels that a name of another system moves.
 *
 * @param {string} name
 * @returns {readonly string[]}
 */
export function channelsOfOther(name) {
  const key = name.replace(ADDED, "").replace(/^.*[:.]/, "").replace(/[^a-z0-9]+/gi, "").toLowerCase();
  return Object.hasOwn(OTHER_SYSTEMS, key) ? (OTHER_SYSTEMS[key] ?? []) : [];
}

/**
 * The channel that a model's name means, or undefined.
 *
 * @param {string} name of a morph target, an expression or a clip
 * @returns {string | undefined}
 */
export function channelOf(name) {
  const words = name.replace(ADDED, "").split(SEPARATORS).filter((word) => word !== "");
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
  const first = /^(l|left|r|right)$/i.exec(words[0] ?? "")?.[1];
  if (first !== undefined && words.length > 1) {
    const side = first.toLowerCase().startsWith("l") ? "left" : "right";
    return PLAIN.get(words.slice(1).join("").toLowerCase() + side);
  }
  // A side letter stands apart (`_L`) or is a capital after a small letter (`eyeBlinkL`).
  const apart = words.length > 1 && /^[lr]$/i.test(words[words.length - 1] ?? "");
  if (!apart && !/[a-z][LR]$/.test(joined)) return undefined;
  const side = joined.slice(-1).toLowerCase() === "l" ? "left" : "right";
  return PLAIN.get(joined.slice(0, -1).toLowerCase() + side);
}
