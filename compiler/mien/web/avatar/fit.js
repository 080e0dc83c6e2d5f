/**
 * Turning a model to the camera and filling the picture with its head.
 *
 * @module
 */

import { Box3, MathUtils, Vector3 } from "three";

/** @typedef {import("three").PerspectiveCamera} PerspectiveCamera */
/** @typedef {import("three").Object3D} Object3D */

/** Degrees: a long lens, little distortion. */
export const FIELD_OF_VIEW = 18;

/** The picture in heights of the moved part of a face (brows to chin), and how far up its middle. */
const TALL = 1.18;
const WIDE = 1.18;
const LIFT = 0;

/**
 * The turn about the vertical axis that brings the face to look along +z.
 *
 * Models look along +z by rule. One that does not shows in where its face lies on it: far from
 * the middle of the model, behind or to a side.
 *
 * @param {Object3D} root
 * @param {Box3} face
 * @returns {number} radians, a multiple of a quarter turn
 */
export function turnToFront(root, face) {
  const whole = new Box3().setFromObject(root);
  const size = whole.getSize(new Vector3());
  const offset = face.getCenter(new Vector3()).sub(whole.getCenter(new Vector3()));
  const [x, z] = [offset.x / (size.x || 1), offset.z / (size.z || 1)];
  if (z >= 0 || Math.max(Math.abs(x), Math.abs(z)) < 0.15) {
    return Math.abs(x) > 0.25 && Math.abs(x) > 2 * z ? (-Math.sign(x) * Math.PI) / 2 : 0;
  }
  return Math.abs(x) > -z ? (-Math.sign(x) * Math.PI) / 2 : Math.PI;
}

/**
 * @param {PerspectiveCamera} camera
 * @param {Box3} face in world space, looking along +z
 * @param {number} aspect width over height of the picture
 */
export function frameFace(camera, face, aspect) {
  const size = face.getSize(new Vector3());
  const centre = face.getCenter(new Vector3());
  const height = Math.max(TALL * size.y, (WIDE * size.x) / aspect) || 1;
  const distance = height / 2 / Math.tan(MathUtils.degToRad(FIELD_OF_VIEW / 2));
  const y = centre.y + LIFT * height;
  camera.aspect = aspect;
  camera.position.set(centre.x, y, face.max.z + distance);
  camera.lookAt(centre.x, y, face.max.z);
  camera.near = distance / 20;
  camera.far = distance * 20;
  camera.updateProjectionMatrix();
}
