/**
 * Faces on models: whatever has morphs with names, and avatars of three-vrm.
 *
 * The channels are found under every spelling that `avatar/spellings.js` knows. What a model has is
 * found once; showing a face after that makes no garbage.
 *
 *     const { weights, head } = speaker.frame();
 *     applyToMesh(gltf.scene, weights, bank.channels, head);
 *     vrm.update(delta);
 *     applyToVRM(vrm, weights, bank.channels, head);       // after the avatar's own update
 *
 * @module
 */

import { applyLooks, findLooks } from "./avatar/looks.js";
import { findShapes } from "./avatar/shapes.js";
import { CHANNELS } from "./avatar/spellings.js";
import { sceneTurner, vrmTurner } from "./turns.js";

/** @typedef {import("./avatar/shapes.js").Shapes} Shapes */
/** @typedef {import("@pixiv/three-vrm").VRMExpression} VRMExpression */
/** @typedef {import("@pixiv/three-vrm").VRMExpressionManager} VRMExpressionManager */

/**
 * A thing with morphs: a mesh of three.js, or any object that has as much of one.
 *
 * @typedef {object} Morphed
 * @property {ArrayLike<number> | undefined} [morphTargetInfluences] written to
 * @property {Readonly<Record<string, number>> | undefined} [morphTargetDictionary] name to index
 */

/**
 * The same by a list of names, for engines that call it otherwise.
 *
 * @typedef {{names: readonly string[], weights: ArrayLike<number>}} NamedWeights
 */

/** @typedef {{traverse: (visit: (node: object) => void) => void}} Tree a scene or group of three.js */
/** @typedef {Morphed | NamedWeights | Tree | readonly (Morphed | NamedWeights | Tree)[]} Target */

/**
 * An avatar as three-vrm gives it, as far as it is used.
 *
 * @typedef {object} Avatar
 * @property {object} scene
 * @property {object | undefined} [expressionManager]
 * @property {{metaVersion?: string} | undefined} [meta] "0" is VRM 0.x
 * @property {object | null | undefined} [humanoid]
 * @property {object | null | undefined} [lookAt]
 */

/**
 * Shows faces on one model.
 *
 * @typedef {object} Driver
 * @property {(face: ArrayLike<number>, channels: readonly string[], head?: ArrayLike<number>) => void} show
 *   channels that are not named are at rest
 * @property {() => void} rest
 * @property {readonly string[]} present channels that the model can show
 * @property {readonly string[]} missing
 * @property {boolean} turns whether it has a head that can be turned
 * @property {readonly string[]} unknown names in the model that mean no channel
 * @property {readonly string[]} remarks what stands in for what is missing, in sentences
 */

/** A model that has none of the shapes; the message says what it has. */
export class ModelError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ModelError";
  }
}

const SHOWN = 6;
const AHEAD = [0, 0, 0];

/** @type {WeakMap<object, Driver>} */
const drivers = new WeakMap();

/**
 * Show a face on a mesh, on all meshes of a scene, or on several.
 *
 * @param {Target} target
 * @param {ArrayLike<number>} face one weight in [0, 1] a channel
 * @param {readonly string[]} channels
 * @param {ArrayLike<number>} [head] yaw, pitch and roll in degrees, as `Speaker.frame` and `Bank.moment`
 *   give them, for a scene with a bone of the head
 * @returns {Driver} what was found in it
 * @throws {ModelError} it has none of the shapes
 */
export function applyToMesh(target, face, channels, head) {
  return shown(target, () => meshDriver(target), face, channels, head);
}

/**
 * Show a face on an avatar of three-vrm: by its expressions, else by its morphs, else by its presets;
 * its eyes by its look-at where no shape moves them. Call it after `vrm.update(delta)`, whose
 * expressions and bones would overwrite it.
 *
 * @param {Avatar} vrm
 * @param {ArrayLike<number>} face
 * @param {readonly string[]} channels
 * @param {ArrayLike<number>} [head] yaw, pitch and roll in degrees
 * @returns {Driver}
 * @throws {ModelError}
 */
export function applyToVRM(vrm, face, channels, head) {
  return shown(vrm, () => vrmDriver(vrm), face, channels, head);
}

/**
 * @param {Target} target
 * @returns {Driver}
 * @throws {ModelError}
 */
export function meshDriver(target) {
  const names = namesOf(target);
  const shapes = findShapes(names, undefined, "glTF");
  const whole = "traverse" in target ? sceneTurner(/** @type {any} */ (target), !gazes(shapes)) : undefined;
  return driverOf(shapes, undefined, names, whole);
}

/**
 * @param {Avatar} vrm
 * @returns {Driver}
 * @throws {ModelError}
 */
export function vrmDriver(vrm) {
  const manager = /** @type {VRMExpressionManager | undefined} */ (vrm.expressionManager);
  const names = namesOf(/** @type {Tree} */ (vrm.scene));
  const format = vrm.meta?.metaVersion === "0" ? "VRM 0.x" : "VRM 1.0";
  const shapes = findShapes(names, manager, format);
  const eyes = !gazes(shapes) && findLooks(manager).length === 0;
  return driverOf(shapes, manager, names, vrmTurner(/** @type {any} */ (vrm), eyes));
}

/** @param {Shapes} shapes @returns {boolean} whether a shape moves the eyes */
function gazes({ present }) {
  return present.some((channel) => channel.startsWith("eyeLook"));
}

/**
 * @param {object} key
 * @param {() => Driver} make
 * @param {ArrayLike<number>} face
 * @param {readonly string[]} channels
 * @param {ArrayLike<number>} [head]
 * @returns {Driver}
 */
function shown(key, make, face, channels, head) {
  let driver = drivers.get(key);
  if (!driver) drivers.set(key, (driver = make()));
  driver.show(face, channels, head);
  return driver;
}

/** @typedef {Map<any, [name: string, index: number][]>} Names of morphs, a mesh each */

/**
 * @param {Target | object} target
 * @param {Names} [found]
 * @returns {Names}
 */
function namesOf(target, found = new Map()) {
  if (Array.isArray(target)) {
    for (const one of target) namesOf(one, found);
  } else if ("names" in target && "weights" in target) {
    const { names, weights } = /** @type {NamedWeights} */ (target);
    found.set({ morphTargetInfluences: weights }, names.map((name, index) => [name, index]));
  } else if ("traverse" in target) {
    /** @type {Tree} */ (target).traverse((node) => addMesh(node, found));
  } else {
    addMesh(/** @type {Morphed} */ (target), found);
  }
  return found;
}

/** @param {Morphed} mesh @param {Names} found */
function addMesh(mesh, found) {
  if (mesh.morphTargetDictionary && mesh.morphTargetInfluences?.length) {
    found.set(mesh, Object.entries(mesh.morphTargetDictionary));
  }
}

/**
 * @param {Shapes} shapes
 * @param {VRMExpressionManager | undefined} manager
 * @param {Names} names
 * @param {import("./turns.js").Turner} [turner]
 * @returns {Driver}
 */
function driverOf(shapes, manager, names, turner) {
  const { present, unknown, remarks } = shapes;
  if (present.length === 0) throw new ModelError(without(names, remarks));
  const direct = [...shapes.targets].filter(([channel]) => !shapes.expressions.has(channel));
  const cleared = direct.flatMap(([, targets]) => targets);
  const looks = gazes(shapes) ? [] : findLooks(manager);
  const looked = new Set(looks.flatMap(({ channels }) => channels));
  /** @type {Map<string, number>} */
  const weights = new Map();
  const weightOf = (/** @type {string} */ channel) => weights.get(channel) ?? 0;

  /** @param {ArrayLike<number>} face @param {readonly string[]} channels @param {ArrayLike<number>} [head] */
  function show(face, channels, head) {
    weights.clear();
    for (let c = 0; c < channels.length; c += 1) {
      weights.set(/** @type {string} */ (channels[c]), Math.min(1, Math.max(0, face[c] || 0)));
    }
    for (const { mesh, index } of cleared) {
      if (mesh.morphTargetInfluences) mesh.morphTargetInfluences[index] = 0;
    }
    for (const [channel, expression] of shapes.expressions) expression.weight = weightOf(channel);
    applyLooks(looks, weightOf);
    // This clears every morph that an expression binds and adds the expressions' weights to it.
    manager?.update();
    for (const [channel, targets] of direct) {
      const shared = weightOf(channel);
      for (const { mesh, index, weight } of targets) {
        const influences = mesh.morphTargetInfluences;
        if (influences) influences[index] = (influences[index] ?? 0) + weight * shared;
      }
    }
    turner?.turn(head, weightOf);
  }

  const has = (/** @type {string} */ channel) =>
    shapes.targets.has(channel) || looked.has(channel) || (turner?.looks === true && channel.startsWith("eyeLook"));
  return {
    show,
    rest: () => show([], [], AHEAD),
    turns: turner?.heads === true,
    present: CHANNELS.filter(has),
    missing: CHANNELS.filter((channel) => !has(channel)),
    unknown,
    remarks,
  };
}

/** @param {Names} names @param {readonly string[]} remarks @returns {string} */
function without(names, remarks) {
  const found = [...new Set([...names.values()].flatMap((list) => list.map(([name]) => name)))];
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : "";
  const has = found.length ? `its morphs are ${found.slice(0, SHOWN).join(", ")}${more}` : "it has no morphs with names";
  return [`the model has none of the 52 ARKit shapes: ${has}`, ...remarks].join(". ");
}
