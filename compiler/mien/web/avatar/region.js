/**
 * Where the face is: the part of a model that its shapes move.
 *
 * @module
 */

import { Box3, Vector3 } from "three";

/** @typedef {import("./shapes.js").Target} Target */
/** @typedef {import("./shapes.js").Shapes} Shapes */
/** @typedef {import("three").Mesh} Mesh */
/** @typedef {import("three").Object3D} Object3D */

/** A vertex counts where a shape moves it by this part of its channel's greatest displacement. */
const CLEARLY = 0.25;

/** How far a channel's box may reach past all others', as a part of theirs. */
const STRETCH = 0.25;

/** These say where the face is; a jaw also pulls on the neck, a gaze moves no skin. */
const OUTLINE = /^(brow|eyeBlink|eyeWide|cheek|nose|mouth)/;

/**
 * @param {Shapes} shapes
 * @returns {Box3} in world space, of the model at rest; empty where nothing moves
 */
export function movedBox(shapes) {
  const point = new Vector3();
  const boxes = outlineOf(shapes).map((targets) => {
    const box = new Box3();
    for (const [target, vertex] of movedByChannel(targets)) {
      target.mesh.getVertexPosition(vertex, point);
      box.expandByPoint(point.applyMatrix4(target.mesh.matrixWorld));
    }
    return box;
  });
  return sharedBox(boxes.filter((box) => !box.isEmpty()));
}

/** How far a head may reach over its brows, and beyond its face at each side, in faces' sizes. */
const SKULL = 1.0;
const EARS = 0.45;

/**
 * The head around a face: what stands over its chin, hair and ears too, as far as heads reach.
 *
 * @param {Object3D} root
 * @param {Box3} face in world space, looking along +z
 * @returns {Box3} in world space
 */
export function headBox(root, face) {
  const size = face.getSize(new Vector3());
  const reach = face.clone();
  reach.max.y += SKULL * size.y;
  reach.min.x -= EARS * size.x;
  reach.max.x += EARS * size.x;
  reach.min.z = -Infinity;
  reach.max.z = Infinity;
  const head = face.clone();
  const point = new Vector3();
  root.traverse((node) => {
    const mesh = /** @type {Mesh} */ (node);
    if (!mesh.isMesh || !mesh.visible) return;
    const { count } = mesh.geometry.attributes.position ?? { count: 0 };
    for (let vertex = 0; vertex < count; vertex += 1) {
      mesh.getVertexPosition(vertex, point).applyMatrix4(mesh.matrixWorld);
      if (reach.containsPoint(point)) head.expandByPoint(point);
    }
  });
  return head;
}

/**
 * The union of the channels' boxes, but that no single one of three or more stretches it: a morph
 * that pulls on the collar says nothing of where the face is.
 *
 * @param {readonly Box3[]} boxes
 * @returns {Box3}
 */
function sharedBox(boxes) {
  const whole = boxes.reduce((all, box) => all.union(box), new Box3());
  if (boxes.length < 3) return whole;
  for (const axis of /** @type {const} */ (["x", "y", "z"])) {
    const low = boxes.map((box) => box.min[axis]).sort((a, b) => a - b);
    const high = boxes.map((box) => box.max[axis]).sort((a, b) => b - a);
    const slack = STRETCH * ((high[1] ?? 0) - (low[1] ?? 0));
    whole.min[axis] = Math.max(low[0] ?? 0, (low[1] ?? 0) - slack);
    whole.max[axis] = Math.min(high[0] ?? 0, (high[1] ?? 0) + slack);
  }
  return whole;
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
  for (const [target, vertex] of outlineOf(shapes).flatMap(movedByChannel)) {
    const normals = target.mesh.geometry.attributes.normal;
    if (normals === undefined) continue;
    normal.set(normals.getX(vertex), normals.getY(vertex), normals.getZ(vertex));
    sum.add(normal.transformDirection(target.mesh.matrixWorld));
    count += 1;
  }
  return sum.multiplyScalar(1 / (count || 1));
}

/** @param {Shapes} shapes @returns {(readonly Target[])[]} the targets of each channel */
function outlineOf({ targets }) {
  const outline = [...targets].filter(([channel]) => OUTLINE.test(channel));
  return (outline.length > 0 ? outline : [...targets]).map(([, found]) => found);
}

/** @param {readonly Target[]} targets of one channel @returns {[Target, number][]} with vertices */
function movedByChannel(targets) {
  const greatest = targets.reduce(
    (most, target) => displacements(target).reduce((far, length) => Math.max(far, length), most),
    0,
  );
  return targets.flatMap((target) =>
    movedVertices(target, greatest).map((vertex) => /** @type {[Target, number]} */ ([target, vertex])),
  );
}

/**
 * @param {Target} target
 * @param {number} [least] the channel's greatest displacement, where other meshes move further
 * @returns {number[]} the vertices that it moves clearly
 */
export function movedVertices(target, least = 0) {
  const lengths = displacements(target);
  const greatest = lengths.reduce((most, length) => Math.max(most, length), least);
  if (!(greatest > 0)) return [];
  /** @type {number[]} */
  const moved = [];
  lengths.forEach((length, vertex) => {
    if (length >= CLEARLY * greatest) moved.push(vertex);
  });
  return moved;
}

/** @param {Target} target @returns {Float32Array} how far it moves each vertex */
function displacements({ mesh, index }) {
  const moves = mesh.geometry.morphAttributes.position?.[index];
  const lengths = new Float32Array(moves?.count ?? 0);
  for (let vertex = 0; moves && vertex < moves.count; vertex += 1) {
    lengths[vertex] = Math.hypot(moves.getX(vertex), moves.getY(vertex), moves.getZ(vertex));
  }
  return lengths;
}
