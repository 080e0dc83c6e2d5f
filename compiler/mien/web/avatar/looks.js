/**
 * The gaze of VRM models whose eyes are moved by four expressions for both eyes together.
 *
 * @module
 */

/** @typedef {import("@pixiv/three-vrm").VRMExpression} VRMExpression */
/** @typedef {import("@pixiv/three-vrm").VRMExpressionManager} VRMExpressionManager */
/** @typedef {{expression: VRMExpression, channels: readonly string[]}} Look */

/** @type {Readonly<Record<string, readonly string[]>>} */
const CHANNELS = {
  lookUp: ["eyeLookUpLeft", "eyeLookUpRight"],
  lookDown: ["eyeLookDownLeft", "eyeLookDownRight"],
  lookLeft: ["eyeLookOutLeft", "eyeLookInRight"],
  lookRight: ["eyeLookInLeft", "eyeLookOutRight"],
};

/** @param {VRMExpressionManager | undefined} manager @returns {Look[]} those that move something */
export function findLooks(manager) {
  return (manager?.expressions ?? []).flatMap((expression) => {
    const channels = CHANNELS[expression.expressionName];
    return channels && expression.binds.length > 0 ? [{ expression, channels }] : [];
  });
}

/**
 * @param {readonly Look[]} looks
 * @param {(channel: string) => number} weightOf
 */
export function applyLooks(looks, weightOf) {
  for (const { expression, channels } of looks) {
    const sum = channels.reduce((total, channel) => total + weightOf(channel), 0);
    expression.weight = sum / channels.length;
  }
}
