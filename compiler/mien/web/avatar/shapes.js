/**
 * Which parts of a model a channel moves, and setting them.
 *
 * A VRM's own expressions ("Perfect Sync") come before morph targets of the same name: a model may
 * make one channel of several morphs. Only a mesh that has no such expression is driven directly.
 *
 * @module
 */

import { VRMExpressionMorphTargetBind } from "@pixiv/three-vrm";

import { CHANNELS, channelOf, strangeness } from "./spellings.js";

/** @typedef {import("three").Mesh} Mesh */
/** @typedef {import("three").Object3D} Object3D */
/** @typedef {import("@pixiv/three-vrm").VRMExpression} VRMExpression */
/** @typedef {import("@pixiv/three-vrm").VRMExpressionManager} VRMExpressionManager */
/** @typedef {{mesh: Mesh, index: number, weight: number}} Target a morph target of one mesh */

/**
 * @typedef {object} Shapes
 * @property {ReadonlyMap<string, readonly Target[]>} targets what each present channel moves
 * @property {ReadonlyMap<string, VRMExpression>} expressions
 * @property {string[]} present in the channels' order
 */

/**
 * @param {Object3D} root
 * @param {VRMExpressionManager | undefined} manager
 * @returns {Shapes}
 */
export function findShapes(root, manager) {
  const expressions = findExpressions(manager);
  const targets = findMorphs(root);
  for (const [channel, expression] of expressions) targets.set(channel, boundTargets(expression));
  return {
    targets,
    expressions,
    present: CHANNELS.filter((channel) => targets.has(channel)),
  };
}

/**
 * @param {Shapes} shapes
 * @param {VRMExpressionManager | undefined} manager
 * @param {(channel: string) => number} weightOf in [0, 1]
 */
export function applyShapes(shapes, manager, weightOf) {
  const direct = [...shapes.targets].filter(([channel]) => !shapes.expressions.has(channel));
  for (const { mesh, index } of direct.flatMap(([, targets]) => targets)) {
    if (mesh.morphTargetInfluences) mesh.morphTargetInfluences[index] = 0;
  }
  for (const [channel, expression] of shapes.expressions) expression.weight = weightOf(channel);
  // This clears every morph that an expression binds and adds the expressions' weights to it.
  manager?.update();
  for (const [channel, targets] of direct) {
    for (const { mesh, index } of targets) {
      const influences = mesh.morphTargetInfluences;
      if (influences) influences[index] = (influences[index] ?? 0) + weightOf(channel);
    }
  }
}

/** @param {Object3D} root @returns {string[]} the names of all morph targets, for messages */
export function morphNames(root) {
  const names = meshesOf(root).flatMap((mesh) => Object.keys(mesh.morphTargetDictionary ?? {}));
  return [...new Set(names)];
}

/** @param {Object3D} root @returns {Mesh[]} */
export function meshesOf(root) {
  /** @type {Mesh[]} */
  const meshes = [];
  root.traverse((node) => {
    if ("isMesh" in node) meshes.push(/** @type {Mesh} */ (node));
  });
  return meshes;
}

/** @param {VRMExpressionManager | undefined} manager @returns {Map<string, VRMExpression>} */
function findExpressions(manager) {
  // A clip without binds moves nothing: the channel may still be there as a morph.
  const effective = (manager?.expressions ?? []).filter(({ binds }) => binds.length > 0);
  return nearest(effective, ({ expressionName }) => expressionName);
}

/** @param {Object3D} root @returns {Map<string, Target[]>} */
function findMorphs(root) {
  /** @type {Map<string, Target[]>} */
  const targets = new Map();
  for (const mesh of meshesOf(root)) {
    const named = Object.entries(mesh.morphTargetDictionary ?? {});
    for (const [channel, [, index]] of nearest(named, ([name]) => name)) {
      const found = targets.get(channel) ?? [];
      found.push({ mesh, index, weight: 1 });
      targets.set(channel, found);
    }
  }
  return targets;
}

/** @param {VRMExpression} expression @returns {Target[]} */
function boundTargets(expression) {
  return expression.binds.flatMap((bind) =>
    bind instanceof VRMExpressionMorphTargetBind
      ? bind.primitives.map((mesh) => ({ mesh, index: bind.index, weight: bind.weight }))
      : [],
  );
}

/**
 * Channel to what is named after it; of several, the one whose name is nearest the channel's own.
 *
 * @template T
 * @param {readonly T[]} things
 * @param {(thing: T) => string} nameOf
 * @returns {Map<string, T>}
 */
function nearest(things, nameOf) {
  /** @type {Map<string, T>} */
  const chosen = new Map();
  for (const thing of things) {
    const channel = channelOf(nameOf(thing));
    if (channel === undefined) continue;
    const rival = chosen.get(channel);
    const wins =
      rival === undefined ||
      strangeness(nameOf(thing), channel) < strangeness(nameOf(rival), channel);
    if (wins) chosen.set(channel, thing);
  }
  return chosen;
}
