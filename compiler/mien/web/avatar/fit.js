/**
 * Turning a model to the camera and filling the picture with its head.
 *
 * @module
 */

import { MathUtils, Vector3 } from "three";

/** @typedef {import("three").PerspectiveCamera} PerspectiveCamera */
/** @typedef {import("three").Box3} Box3 */

/** Degrees: a long lens, little distortion. */
export const FIELD_OF_VIEW = 18;

/** The picture in heights of the moved part of a face (brows to chin), and how far up its middle. */
const TALL = 1.18;
const WIDE = 1.18;
const LIFT = 0;

const QUARTER = Math.PI / 2;
/** Skin that faces all ways alike says nothing. */
const SURE = 0.3;

/**
 * The turn about the vertical axis that brings the face to look along +z, as models do by rule.
 *
 * @param {Vector3} outward where its skin faces to, of length 0 to 1
 * @returns {number} radians, a multiple of a quarter turn
 */
export function turnToFront({ x, z }) {
  if (Math.hypot(x, z) < SURE) return 0;
  return -Math.round(Math.atan2(x, z) / QUARTER) * QUARTER;
}

/** Beyond the hair and the ears, in heights of the moved part. */
const ROOM = 0.06;

/**
 * Fills the picture with the whole head, from the chin to the top of the skull.
 *
 * @param {PerspectiveCamera} camera
 * @param {Box3} face in world space, looking along +z
 * @param {Box3} head in world space
 * @param {number} aspect width over height of the picture
 */
export function frameHead(camera, face, head, aspect) {
  const size = face.getSize(new Vector3());
  const margin = ((TALL - 1) / 2) * size.y;
  const box = face.clone();
  box.min.y -= margin;
  box.max.y = Math.max(face.max.y + margin, head.max.y + ROOM * size.y);
  const centre = face.getCenter(new Vector3()).x;
  const side = Math.max(head.max.x - centre, centre - head.min.x) + ROOM * size.y;
  const half = Math.max((WIDE * size.x) / 2, side);
  box.min.x = centre - half;
  box.max.x = centre + half;
  frame(camera, box, aspect, 1, 1);
}

/**
 * Fills the picture with the face, from the brows to the chin.
 *
 * @param {PerspectiveCamera} camera
 * @param {Box3} face in world space, looking along +z
 * @param {number} aspect width over height of the picture
 */
export function frameFace(camera, face, aspect) {
  frame(camera, face, aspect, TALL, WIDE);
}

/**
 * @param {PerspectiveCamera} camera
 * @param {Box3} face in world space
 * @param {number} aspect width over height of the picture
 * @param {number} tall height of the picture in heights of the box, at least
 * @param {number} wide
 */
function frame(camera, face, aspect, tall, wide) {
  const size = face.getSize(new Vector3());
  const centre = face.getCenter(new Vector3());
  const height = Math.max(tall * size.y, (wide * size.x) / aspect) || 1;
  const distance = height / 2 / Math.tan(MathUtils.degToRad(FIELD_OF_VIEW / 2));
  const y = centre.y + LIFT * height;
  camera.aspect = aspect;
  camera.position.set(centre.x, y, face.max.z + distance);
  camera.lookAt(centre.x, y, face.max.z);
  camera.near = distance / 20;
  camera.far = distance * 20;
  camera.updateProjectionMatrix();
}
