/**
 * Where an eye looks at rest, seen in where its iris lies on the eyeball.
 *
 * Some models rest with a gaze that is low or to a side, so that no face of theirs looks at anybody.
 *
 * @module
 */

import { Box3, Euler, OrthographicCamera, Quaternion, Vector3 } from "three";

import { snapshot } from "./snapshot.js";

/** @typedef {import("three").Object3D} Object3D */
/** @typedef {import("three").WebGLRenderer} WebGLRenderer */
/** @typedef {import("./gaze.js").Eye} Eye */

const SIZE = 64;
/** Radians; an eye that seems to rest further off was not read well. */
const FURTHEST = 0.3;
/** An iris covers this part of an eyeball seen from the front. */
const [LEAST, MOST] = [0.02, 0.5];

/**
 * Make the eyes rest on what is straight ahead, where their irises can be found.
 *
 * @param {WebGLRenderer} renderer
 * @param {Object3D} whole the model, facing +z, in no scene yet
 * @param {readonly Eye[]} eyes
 */
export function straighten(renderer, whole, eyes) {
  for (const { node, rest, parent } of eyes) {
    const box = new Box3().setFromObject(node);
    if ("isBone" in node || box.isEmpty()) continue;
    const gaze = irisOf(snapshot(renderer, facing(box), whole, node, SIZE));
    if (!gaze) continue;
    const turn = new Quaternion().setFromEuler(new Euler(gaze.up, -gaze.left, 0, "YXZ"));
    rest.copy(parent.clone().invert().multiply(turn).multiply(parent).multiply(rest.clone()));
  }
}

/** @param {Box3} box @returns {OrthographicCamera} that the box fills, from +z */
function facing(box) {
  const { x, y } = box.getCenter(new Vector3());
  const size = box.getSize(new Vector3());
  const half = Math.max(size.x, size.y) / 2;
  const camera = new OrthographicCamera(-half, half, half, -half, 0, 2 * size.z + half);
  camera.position.set(x, y, box.max.z + half / 2);
  camera.updateMatrixWorld();
  return camera;
}

/**
 * The direction of the darkest part, in radians; undefined where there is none that could be an iris.
 *
 * @param {Uint8Array} texels
 * @returns {{left: number, up: number} | undefined}
 */
function irisOf(texels) {
  const shades = [];
  for (let at = 0; at < SIZE * SIZE; at += 1) {
    const [red, green, blue, alpha] = texels.subarray(4 * at, 4 * at + 4);
    if ((alpha ?? 0) > 127) shades.push({ at, shade: (red ?? 0) + (green ?? 0) + (blue ?? 0) });
  }
  const all = shades.map(({ shade }) => shade);
  const middle = (Math.min(...all) + Math.max(...all)) / 2;
  const dark = shades.filter(({ shade }) => shade < middle);
  const share = dark.length / (shades.length || 1);
  if (share < LEAST || share > MOST) return undefined;
  const half = SIZE / 2;
  const mean = (/** @type {(at: number) => number} */ of) =>
    dark.reduce((sum, { at }) => sum + of(at), 0) / dark.length;
  const left = Math.asin((mean((at) => at % SIZE) + 0.5 - half) / half);
  const up = Math.asin((mean((at) => Math.floor(at / SIZE)) + 0.5 - half) / half);
  return Math.hypot(left, up) < FURTHEST ? { left, up } : undefined;
}
