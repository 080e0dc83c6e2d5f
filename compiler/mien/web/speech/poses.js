/**
 * What a program asks to be shown, and the pose that it is on a bank. The twin of
 * mien/performance/poses.py.
 *
 * @module
 */

import { REST } from "../performance/plan.js";

/** @typedef {import("../bank.js").Bank} Bank */
/** @typedef {import("../bank.js").Label} Label */
/** @typedef {import("../bank.js").PlaceOptions} PlaceOptions */
/** @typedef {import("../performance/plan.js").Pose} Pose */

/**
 * @param {Bank} bank
 * @param {Label | null} label null for rest
 * @param {PlaceOptions & {strength?: number | undefined}} options
 * @param {number} play 0 for a face that stands, else the number of a clip that is played
 * @returns {Pose}
 * @throws {RangeError} it names what the bank has not
 */
export function poseOf(bank, label, options, play) {
  const { strength = 1, vad, at: anchor, intensity, style } = options;
  if (!(strength >= 0 && strength <= 1)) throw new RangeError(`strength ${strength}: expected a number in [0, 1]`);
  if (label === null || strength === 0) return REST;
  const place = { vad, at: anchor, intensity, style };
  bank.face(label, place); // refuses what the bank has not
  const point = /** @type {[number, number, number]} */ (Array.from(bank.point(label, place)));
  if (typeof label === "string") {
    const at = style === undefined ? -1 : bank.styles(label).indexOf(style);
    return { shares: [{ label: bank.labels.indexOf(label), style: at, play, weight: strength }], point };
  }
  const parts = bank.evaluator.shares(label);
  const shares = bank.labels.flatMap((name, position) => {
    const weight = Math.fround(parts.get(name) ?? 0) * strength;
    return weight > 0 ? [{ label: position, style: -1, play: 0, weight }] : [];
  });
  return { shares, point };
}
