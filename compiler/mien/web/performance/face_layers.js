/**
 * What life, gaze and lips do to a face of the bank: float32, in the order written here.
 *
 * The twin of mien/performance/face_layers.py. Faces are changed in place.
 *
 * @module
 */

import { smoothstep } from "./clock.js";

/** @typedef {import("../types.js").Tables} Tables */

const f = Math.fround;
const DEGREES = 30;

/** The frames before and after a seal within which an expression closes and opens the lips. */
export const SEAL_REACH = 5;

const SHARES = [1, 2, 3, 4].map((away) => f(1 - smoothstep(away / SEAL_REACH)));
const SIDES = ["Left", "Right"];
const BROWS = ["browInnerUp", "browOuterUpLeft", "browOuterUpRight"];
const TO_THE_LEFT = [
  ["eyeLookOutLeft", "eyeLookInLeft"],
  ["eyeLookInRight", "eyeLookOutRight"],
];
const UP = [
  ["eyeLookUpLeft", "eyeLookDownLeft"],
  ["eyeLookUpRight", "eyeLookDownRight"],
];

/**
 * The positions of the channels that are moved; -1 for one that the rig has not.
 *
 * @typedef {object} Places
 * @property {readonly number[]} blinks
 * @property {readonly number[]} wides
 * @property {readonly number[]} brows
 * @property {readonly (readonly (readonly [number, number])[])[]} turns of both axes, of each eye
 */

/**
 * @param {readonly string[]} channels
 * @returns {Places}
 */
export function placesOf(channels) {
  const at = (/** @type {string} */ name) => channels.indexOf(name);
  return {
    blinks: SIDES.map((side) => at(`eyeBlink${side}`)),
    wides: SIDES.map((side) => at(`eyeWide${side}`)),
    brows: BROWS.map(at).filter((place) => place >= 0),
    turns: [TO_THE_LEFT, UP].map((ways) =>
      ways.map(([toward, away]) => /** @type {const} */ ([at(toward), at(away)])),
    ),
  };
}

/**
 * How wide the eyes are.
 *
 * @param {Float32Array} face
 * @param {Places} places
 * @returns {number}
 */
export function wideEyes(face, { wides }) {
  return wides.reduce((found, place) => (place < 0 ? found : Math.max(found, face[place])), 0);
}

/**
 * Close the lids as far as `lids` say; wide eyes give way to them.
 *
 * @param {Float32Array} face
 * @param {number} lids
 * @param {Places} places
 */
export function blink(face, lids, { blinks, wides }) {
  const closed = f(lids);
  const open = f(1 - closed);
  for (const place of blinks) if (place >= 0) face[place] = Math.max(face[place], closed);
  for (const place of wides) if (place >= 0) face[place] = f(face[place] * open);
}

/**
 * @param {Float32Array} face
 * @param {number} brows by how much they rise
 * @param {Places} places
 */
export function raise(face, brows, { brows: places }) {
  const up = f(brows);
  for (const place of places) face[place] = Math.min(1, f(face[place] + up));
}

/**
 * Turn the eyes by yaw and pitch in degrees from where they look.
 *
 * @param {Float32Array} face
 * @param {readonly number[]} eyes
 * @param {Places} places
 */
export function turn(face, eyes, { turns }) {
  turns.forEach((ways, axis) => {
    const by = f(-eyes[axis] / DEGREES);
    for (const [one, other] of ways) {
      if (one < 0 || other < 0) continue;
      const way = Math.min(1, Math.max(-1, f(f(face[one] - face[other]) + by)));
      face[one] = Math.max(0, way);
      face[other] = f(face[one] - way);
    }
  });
}

/**
 * Yaw, pitch and roll of the left and of the right eye, as a take has them.
 *
 * @param {Float32Array} face
 * @param {Places} places
 * @returns {Float32Array}
 */
export function eyeDegrees(face, { turns }) {
  const found = new Float32Array(6);
  turns.forEach((ways, axis) => {
    ways.forEach(([toward, away], eye) => {
      if (toward >= 0 && away >= 0) {
        found[3 * eye + axis] = DEGREES * f(face[away] - face[toward]);
      }
    });
  });
  return found;
}

/**
 * How firmly the lips are closed, 1 at most: by their contact and by the rig.
 *
 * @param {Float32Array} lips weights of the bank's channels
 * @param {number} contact
 * @param {Tables} tables
 * @returns {number}
 */
export function sealOf(lips, contact, { sealing, sealingLevels }) {
  let seal = Math.min(1, Math.max(0, contact));
  for (let m = 0; m < sealing.length; m += 1) {
    seal = Math.max(seal, Math.min(1, f(lips[sealing[m]] / sealingLevels[m])));
  }
  return seal;
}

/**
 * How much of what parts the lips is gone around seals, ahead of them and after them.
 *
 * @param {(frame: number) => number} seal
 * @param {number} frame
 * @returns {number}
 */
export function nearSeals(seal, frame) {
  let near = seal(frame);
  SHARES.forEach((share, position) => {
    const away = position + 1;
    near = Math.max(near, f(share * seal(frame - away)), f(share * seal(frame + away)));
  });
  return near;
}

/**
 * Part the lips less, by `near`.
 *
 * @param {Float32Array} face
 * @param {number} near
 * @param {Tables} tables
 */
export function letClose(face, near, { parting }) {
  const open = f(1 - near);
  for (const place of parting) face[place] = f(face[place] * open);
}
