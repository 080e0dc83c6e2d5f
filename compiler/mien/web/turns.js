/**
 * Turns the head of a model, and its eyes where no shape of it moves them: bones of an avatar of
 * three-vrm, or nodes of a scene that are found by name. What a program animates besides stays: a turn
 * comes on top of it.
 *
 * @module
 */

import { eyesAmong, middleAmong } from "./avatar/joints.js";

/** @typedef {{x: number, y: number, z: number, w: number}} Turn a quaternion */
/** @typedef {Turn & {set: (x: number, y: number, z: number, w: number) => unknown}} Settable */

/**
 * As much of a node of three.js as is used.
 *
 * @typedef {object} Joint
 * @property {string} name
 * @property {Settable} quaternion
 * @property {Joint | null} [parent]
 * @property {boolean} [isMesh]
 */

/**
 * As much of three-vrm's VRM as is used.
 *
 * @typedef {object} Body
 * @property {{getNormalizedBoneNode: (name: any) => any, update: () => void} | null | undefined} [humanoid]
 * @property {{applier?: any, faceFront?: {z: number}} | null | undefined} [lookAt]
 * @property {{metaVersion?: string} | undefined} [meta]
 */

/**
 * @typedef {object} Turner
 * @property {boolean} heads whether it turns a head
 * @property {boolean} looks whether it turns eyes
 * @property {(head: ArrayLike<number> | undefined, weightOf: (channel: string) => number) => void} turn
 *   `head`: yaw, pitch and roll in degrees, to the subject's own right, down, and to its right shoulder
 */

const DEGREE = Math.PI / 180;
/** The share of a turn of the head that the neck takes, where there is one. */
const NECK = 0.4;
/** Degrees that an eye turns for a full weight of a gaze channel, where its model does not say. */
const ROLLS = 24;

/** @type {Turner} */
const STILL = { heads: false, looks: false, turn: () => undefined };

/**
 * @param {Body} vrm
 * @param {boolean} eyes whether its eyes are to be turned
 * @returns {Turner}
 */
export function vrmTurner({ humanoid, lookAt, meta }, eyes) {
  if (!humanoid) return STILL;
  const [head, neck] = ["head", "neck"].map((name) => humanoid.getNormalizedBoneNode(name));
  const back = lookAt?.faceFront ? lookAt.faceFront.z < 0 : meta?.metaVersion === "0";
  const eyesOwn = eyes ? ["leftEye", "rightEye"].map((name) => humanoid.getNormalizedBoneNode(name)) : [null];
  const looks = eyesOwn.every((bone) => bone);
  const applier = looks && lookAt?.applier?.rangeMapHorizontalOuter ? lookAt.applier : null;
  const turned = looks && !applier ? eyesOwn.map((bone) => jointOf(bone)) : [];
  const turnHead = head ? headOf(head, neck, back) : undefined;
  return {
    heads: turnHead !== undefined,
    looks,
    turn(degrees, weightOf) {
      if (turnHead && degrees) turnHead(degrees);
      const down = downward(weightOf);
      if (applier) {
        // A full weight turns the eyes as far as the model's author allows.
        const right = 0.5 * (rightward(weightOf, "Left") + rightward(weightOf, "Right"));
        const { inputMaxValue: most } = down > 0 ? applier.rangeMapVerticalUp : applier.rangeMapVerticalDown;
        applier.applyYawPitch(-right * applier.rangeMapHorizontalOuter.inputMaxValue, down * most);
      }
      turned.forEach((turn, at) => turn(ROLLS * rightward(weightOf, at ? "Right" : "Left"), (back ? -ROLLS : ROLLS) * down, 0));
      if ((turnHead && degrees) || looks) humanoid.update();
    },
  };
}

/**
 * @param {{traverse: (visit: (node: any) => void) => void}} scene
 * @param {boolean} eyes whether its eyes are to be turned
 * @returns {Turner}
 */
export function sceneTurner(scene, eyes) {
  /** @type {Joint[]} */
  const nodes = [];
  scene.traverse((node) => {
    if (node.quaternion && typeof node.name === "string") nodes.push(node);
  });
  const bones = nodes.filter(({ isMesh }) => !isMesh);
  const [head, neck] = [middleAmong(bones, "head"), middleAmong(bones, "neck")];
  const found = eyes ? eyesAmong(nodes) : [];
  const turnHead = head && headOf(head, neck, false, /** @type {any} */ (scene));
  const turned = found.length === 2 ? found.map((node) => jointOf(node, restOf(node, /** @type {any} */ (scene)))) : [];
  return {
    heads: turnHead !== undefined,
    looks: turned.length === 2,
    turn(degrees, weightOf) {
      if (turnHead && degrees) turnHead(degrees);
      for (const [at, turn] of turned.entries()) {
        turn(ROLLS * rightward(weightOf, at ? "Right" : "Left"), ROLLS * downward(weightOf), 0);
      }
    },
  };
}

/**
 * @param {Joint} head
 * @param {Joint | null | undefined} neck
 * @param {boolean} back whether the model looks along -z
 * @param {Joint} [root] the model's root, where the axes of its bones are not the model's
 * @returns {(degrees: ArrayLike<number>) => void}
 */
function headOf(head, neck, back, root) {
  const rests = (/** @type {Joint} */ node) => (root ? restOf(node, root) : undefined);
  const joints = neck ? [jointOf(neck, rests(neck)), jointOf(head, rests(head))] : [jointOf(head, rests(head))];
  const shares = neck ? [NECK, 1 - NECK] : [1];
  const side = back ? -1 : 1;
  return (degrees) => {
    joints.forEach((turn, at) => turn(shares[at] * degrees[0], side * shares[at] * degrees[1], side * shares[at] * degrees[2]));
  };
}

/**
 * @param {(channel: string) => number} weightOf
 * @param {"Left" | "Right"} side
 * @returns {number} how far the eye looks to the subject's own right, in [-1, 1]
 */
function rightward(weightOf, side) {
  const way = weightOf(`eyeLookIn${side}`) - weightOf(`eyeLookOut${side}`);
  return side === "Left" ? way : -way;
}

/** @param {(channel: string) => number} weightOf @returns {number} how far both eyes look down, in [-1, 1] */
function downward(weightOf) {
  const way = (/** @type {string} */ to) => weightOf(`eyeLook${to}Left`) + weightOf(`eyeLook${to}Right`);
  return 0.5 * (way("Down") - way("Up"));
}

/**
 * Turns one node, about the model's axes.
 *
 * @param {Joint} node
 * @param {Turn} [frame] its parent's rotation within the model
 * @returns {(yaw: number, pitch: number, roll: number) => void} degrees
 */
function jointOf({ quaternion }, frame) {
  const base = copied(quaternion);
  const last = copied(quaternion);
  const turn = { x: 0, y: 0, z: 0, w: 1 };
  return (yaw, pitch, roll) => {
    // What somebody else set since is the pose that is turned.
    if (quaternion.x !== last.x || quaternion.y !== last.y || quaternion.z !== last.z || quaternion.w !== last.w) {
      assign(base, quaternion);
    }
    spun(turn, -yaw * DEGREE, pitch * DEGREE, roll * DEGREE);
    if (frame) {
      product(turn, turn, frame);
      assign(last, frame);
      last.x = -last.x;
      last.y = -last.y;
      last.z = -last.z;
      product(turn, last, turn);
      product(turn, turn, base);
    } else product(turn, base, turn);
    quaternion.set(turn.x, turn.y, turn.z, turn.w);
    assign(last, quaternion);
  };
}

/** @param {Joint} node @param {Joint} root @returns {Turn} its parent's rotation within the model */
function restOf(node, root) {
  const found = { x: 0, y: 0, z: 0, w: 1 };
  for (let one = node.parent; one && one !== root; one = one.parent) product(found, one.quaternion, found);
  return found;
}

/** @param {Turn} q @returns {Turn} */
function copied({ x, y, z, w }) {
  return { x, y, z, w };
}

/** @param {Turn} to @param {Turn} from */
function assign(to, from) {
  to.x = from.x;
  to.y = from.y;
  to.z = from.z;
  to.w = from.w;
}

/** First about z, then x, then y. @param {Turn} out @param {number} y @param {number} x @param {number} z radians */
function spun(out, y, x, z) {
  const [sx, cx, sy, cy, sz, cz] = [Math.sin(x / 2), Math.cos(x / 2), Math.sin(y / 2), Math.cos(y / 2), Math.sin(z / 2), Math.cos(z / 2)];
  out.x = sx * cy * cz + cx * sy * sz;
  out.y = cx * sy * cz - sx * cy * sz;
  out.z = cx * cy * sz - sx * sy * cz;
  out.w = cx * cy * cz + sx * sy * sz;
}

/** @param {Turn} out @param {Turn} a @param {Turn} b */
function product(out, a, b) {
  const x = a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y;
  const y = a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x;
  const z = a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w;
  out.w = a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z;
  out.x = x;
  out.y = y;
  out.z = z;
}
