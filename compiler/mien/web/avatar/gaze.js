/**
 * Eyes that are bones or nodes of their own, turned by the gaze channels.
 *
 * Where a model's shapes move the eyes themselves, its eyes are left alone.
 *
 * @module
 */

import { Box3, Euler, Group, MathUtils, Quaternion, Vector3 } from "three";

import { eyesAmong } from "./joints.js";
import { movedVertices } from "./region.js";

/** @typedef {import("three").Object3D} Object3D */
/** @typedef {import("three").SkinnedMesh} SkinnedMesh */
/** @typedef {import("@pixiv/three-vrm").VRMHumanoid} VRMHumanoid */
/** @typedef {import("./shapes.js").Shapes} Shapes */
/** @typedef {import("./shapes.js").Target} Target */
/** @typedef {"Left" | "Right"} Side */
/**
 * @typedef {object} Eye
 * @property {Side} side the character's own
 * @property {Object3D} node
 * @property {Quaternion} rest
 * @property {Quaternion} parent the parent's rotation within the model
 */

/** A full weight turns the eye by this much; irises stay in sight. */
const LIMIT = MathUtils.degToRad(24);

/**
 * The eyes to turn: none, or one a side. Call it with the model unposed, facing +z.
 *
 * @param {Object3D} root
 * @param {Shapes} shapes
 * @param {VRMHumanoid | undefined} humanoid
 * @returns {Eye[]}
 */
export function findEyes(root, shapes, humanoid) {
  const nodes = eyeNodes(root, humanoid);
  if (nodes.length !== 2 || nodes.some((node) => shapesMove(node, shapes))) return [];
  const seats = nodes.map((node) => seated(node));
  // Names are no guide to the side: some models name the eyes as the viewer sees them.
  const [right, left] = seats.sort((one, other) => worldX(one) - worldX(other));
  if (right === undefined || left === undefined) return [];
  return [eyeAt(left, "Left"), eyeAt(right, "Right")];
}

/**
 * @param {readonly Eye[]} eyes
 * @param {(channel: string) => number} weightOf
 */
export function turnEyes(eyes, weightOf) {
  const turn = new Quaternion();
  for (const { side, node, rest, parent } of eyes) {
    const outward = weightOf(`eyeLookOut${side}`) - weightOf(`eyeLookIn${side}`);
    const down = weightOf(`eyeLookDown${side}`) - weightOf(`eyeLookUp${side}`);
    const left = side === "Left" ? outward : -outward;
    turn.setFromEuler(new Euler(LIMIT * down, LIMIT * left, 0, "YXZ"));
    // The turn is about the model's axes, whatever the axes of the eye's bone are.
    node.quaternion.copy(parent).invert().multiply(turn).multiply(parent).multiply(rest);
  }
}

/** @param {Object3D} root @param {VRMHumanoid | undefined} humanoid @returns {Object3D[]} */
function eyeNodes(root, humanoid) {
  const bones = [humanoid?.getRawBoneNode("leftEye"), humanoid?.getRawBoneNode("rightEye")];
  const found = bones.filter((bone) => bone !== undefined && bone !== null);
  if (found.length === 2) return found;
  /** @type {Object3D[]} */
  const nodes = [];
  root.traverse((node) => void nodes.push(node));
  return eyesAmong(nodes);
}

/** @param {Object3D} eye @param {Shapes} shapes @returns {boolean} */
function shapesMove(eye, shapes) {
  const gaze = [...shapes.targets].filter(([channel]) => channel.startsWith("eyeLook"));
  return gaze.some(([, targets]) => targets.some((target) => moves(target, eye)));
}

/** @param {Target} target @param {Object3D} eye @returns {boolean} */
function moves(target, eye) {
  if (isWithin(target.mesh, eye)) return movedVertices(target).length > 0;
  if (!("isSkinnedMesh" in target.mesh)) return false;
  const { skeleton, geometry } = /** @type {SkinnedMesh} */ (target.mesh);
  const bone = skeleton.bones.findIndex((one) => one === eye);
  const { skinIndex, skinWeight } = geometry.attributes;
  if (bone < 0 || skinIndex === undefined || skinWeight === undefined) return false;
  return movedVertices(target).some((vertex) =>
    [0, 1, 2, 3].some(
      (part) =>
        skinIndex.getComponent(vertex, part) === bone && skinWeight.getComponent(vertex, part) > 0.5,
    ),
  );
}

/** @param {Object3D} node @param {Object3D} above @returns {boolean} */
function isWithin(node, above) {
  for (let one = /** @type {Object3D | null} */ (node); one !== null; one = one.parent) {
    if (one === above) return true;
  }
  return false;
}

/**
 * The node to turn: itself, or a new one at its middle where its origin lies elsewhere.
 *
 * @param {Object3D} node
 * @returns {Object3D}
 */
function seated(node) {
  const box = new Box3().setFromObject(node);
  if ("isBone" in node || box.isEmpty() || node.parent === null) return node;
  const centre = box.getCenter(new Vector3());
  const radius = box.getSize(new Vector3()).length() / 2;
  if (node.getWorldPosition(new Vector3()).distanceTo(centre) < radius) return node;
  const seat = new Group();
  node.parent.add(seat);
  seat.position.copy(node.parent.worldToLocal(centre));
  seat.updateWorldMatrix(true, false);
  seat.attach(node);
  return seat;
}

/** @param {Object3D} node @param {Side} side @returns {Eye} */
function eyeAt(node, side) {
  const parent = node.parent?.getWorldQuaternion(new Quaternion()) ?? new Quaternion();
  return { side, node, rest: node.quaternion.clone(), parent };
}

/** @param {Object3D} node @returns {number} */
function worldX(node) {
  return node.getWorldPosition(new Vector3()).x;
}
