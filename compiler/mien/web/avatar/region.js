/**
 * Where the face is: the part of a model that its shapes move.
 *
 * @module
 */

import { Box3, Vector3 } from "three";

/** @typedef {import("./shapes.js").Target} Target */
/** @typedef {import("./shapes.js").Shapes} Shapes */
/** @typedef {import("three").Mesh} Mesh */

/** A vertex counts where a shape moves it by this part of the shape's greatest displacement. */
const CLEARLY = 0.25;

/** These say where the face is; a jaw also pulls on the neck, a gaze moves no skin. */
const OUTLINE = /^(brow|eyeBlink|eyeWide|cheek|nose|mouth)/;

/**
 * @param {Shapes} shapes
 * @returns {Box3} in world space, of the model at rest; empty where nothing moves
 */
export function movedBox(shapes) {
  const box = new Box3();
  const point = new Vector3();
  for (const target of outlineOf(shapes)) {
    for (const vertex of movedVertices(target)) {
      target.mesh.getVertexPosition(vertex, point);
      box.expandByPoint(point.applyMatrix4(target.mesh.matrixWorld));
    }
  }
  return box;
}

/**
 * Where the skin that moves faces to: forwards, where it is a face.
 *
 * @param {Shapes} shapes
 * @returns {Vector3} the mean normal in world space, of length 0 (all ways alike, or not known) to 1
 */
export function outward(shapes) {
  const sum = new Vector3();
  const normal = new Vector3();
  let count = 0;
  for (const target of outlineOf(shapes)) {
    const normals = target.mesh.geometry.attributes.normal;
    if (normals === undefined) continue;
    for (const vertex of movedVertices(target)) {
      normal.set(normals.getX(vertex), normals.getY(vertex), normals.getZ(vertex));
      sum.add(normal.transformDirection(target.mesh.matrixWorld));
      count += 1;
    }
  }
  return sum.multiplyScalar(1 / (count || 1));
}

/** @param {Shapes} shapes @returns {Target[]} */
function outlineOf({ targets }) {
  const outline = [...targets].filter(([channel]) => OUTLINE.test(channel));
  return (outline.length > 0 ? outline : [...targets]).flatMap(([, found]) => found);
}

/**
 * @param {Target} target
 * @returns {number[]} the vertices that it moves clearly
 */
export function movedVertices({ mesh, index }) {
  const moves = mesh.geometry.morphAttributes.position?.[index];
  if (moves === undefined) return [];
  const lengths = new Float32Array(moves.count);
  let greatest = 0;
  for (let vertex = 0; vertex < moves.count; vertex += 1) {
    const length = Math.hypot(moves.getX(vertex), moves.getY(vertex), moves.getZ(vertex));
    lengths[vertex] = length;
    greatest = Math.max(greatest, length);
  }
  if (!(greatest > 0)) return [];
  /** @type {number[]} */
  const moved = [];
  lengths.forEach((length, vertex) => {
    if (length >= CLEARLY * greatest) moved.push(vertex);
  });
  return moved;
}
