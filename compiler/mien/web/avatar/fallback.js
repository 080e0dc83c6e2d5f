/**
 * What stands for the channels on a model that has none of them: VRoid's face morphs, or the presets
 * that every VRM has (happy, angry, sad, relaxed, surprised, the vowels and the blinks).
 *
 * A few coarse shapes cannot show a face channel by channel; what they reach is said.
 *
 * @module
 */

/** @typedef {readonly [source: string, share: number]} Part */
/** @typedef {Readonly<Record<string, readonly Part[]>>} Recipe channel to the shapes that stand for it */

/** VRoid Studio's morphs, without what stands before `Fcl_`. @type {Recipe} */
export const VROID = Object.freeze({
  ...sides("eyeBlink", (side) => [[`Fcl_EYE_Close_${side}`, 1]]),
  ...sides("eyeSquint", (side) => [[`Fcl_EYE_Joy_${side}`, 0.3]]),
  ...sides("eyeWide", () => [["Fcl_EYE_Surprised", 0.5]]),
  ...sides("browDown", () => [["Fcl_BRW_Angry", 0.5]]),
  browInnerUp: [["Fcl_BRW_Sorrow", 0.8]],
  ...sides("browOuterUp", () => [["Fcl_BRW_Surprised", 0.5]]),
  jawOpen: [["Fcl_MTH_A", 0.9]],
  mouthFunnel: [["Fcl_MTH_O", 0.8]],
  mouthPucker: [["Fcl_MTH_U", 0.9]],
  ...sides("mouthSmile", () => [["Fcl_MTH_Fun", 0.5]]),
  ...sides("mouthFrown", () => [["Fcl_MTH_Sorrow", 0.5]]),
  ...sides("mouthStretch", () => [["Fcl_MTH_I", 0.4]]),
  ...sides("mouthPress", () => [["Fcl_MTH_Close", 0.5]]),
  ...sides("mouthUpperUp", () => [["Fcl_MTH_E", 0.2]]),
});

/** The presets of VRM 1.0; those of VRM 0.x come under the same names. @type {Recipe} */
export const PRESETS = Object.freeze({
  ...sides("eyeBlink", (side) => [
    [side === "L" ? "blinkLeft" : "blinkRight", 1],
    ["blink", 0.5],
  ]),
  ...sides("mouthSmile", () => [["happy", 0.5]]),
  ...sides("browDown", () => [["angry", 0.5]]),
  ...sides("mouthFrown", () => [["sad", 0.35]]),
  browInnerUp: [["sad", 0.3]],
  ...sides("browOuterUp", () => [["surprised", 0.25]]),
  ...sides("eyeWide", () => [["surprised", 0.25]]),
  ...sides("eyeSquint", () => [["relaxed", 0.25]]),
  jawOpen: [["aa", 1]],
  mouthFunnel: [["oh", 1]],
  mouthPucker: [["ou", 1]],
  ...sides("mouthStretch", () => [["ee", 0.5]]),
  ...sides("mouthLowerDown", () => [["ih", 0.5]]),
});

/**
 * @param {string} stem
 * @param {(side: "L" | "R") => readonly Part[]} parts
 * @returns {Recipe}
 */
function sides(stem, parts) {
  return { [`${stem}Left`]: parts("L"), [`${stem}Right`]: parts("R") };
}

/**
 * The parts of a recipe that a model has: of several a channel, the first that is there.
 *
 * @param {Recipe} recipe
 * @param {(source: string) => boolean} has
 * @returns {[channel: string, source: string, share: number][]}
 */
export function available(recipe, has) {
  return Object.entries(recipe).flatMap(([channel, parts]) => {
    const part = parts.find(([source]) => has(source));
    return part ? [/** @type {[string, string, number]} */ ([channel, part[0], part[1]])] : [];
  });
}
