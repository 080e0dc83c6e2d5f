/**
 * Which parts of a model a channel moves, and setting them.
 *
 * A VRM's own expressions ("Perfect Sync") come before morph targets of the same name: a model may
 * make one channel of several morphs. Only a mesh that has no such expression is driven directly.
 *
 * @module
 */

import { PRESETS, VROID, available } from "./fallback.js";
import { CHANNELS, channelOf, channelsOfOther, strangeness } from "./spellings.js";

/** @typedef {import("three").Mesh} Mesh */
/** @typedef {import("three").Object3D} Object3D */
/** @typedef {import("@pixiv/three-vrm").VRMExpression} VRMExpression */
/** @typedef {import("@pixiv/three-vrm").VRMExpressionManager} VRMExpressionManager */
/** @typedef {import("./target_names.js").TargetNames} TargetNames */
/** @typedef {{mesh: Mesh, index: number, weight: number}} Target a morph target of one mesh */

/**
 * @typedef {object} Shapes
 * @property {ReadonlyMap<string, readonly Target[]>} targets what each present channel moves
 * @property {ReadonlyMap<string, VRMExpression>} expressions
 * @property {string[]} present in the channels' order
 * @property {string[]} unknown names of morphs and expressions that mean no channel
 * @property {string[]} remarks what was mended or replaced, in sentences
 */

/** The presets and other expressions of VRM that are no channels and need no mention. */
const PRESET_NAMES = new Set(
  [
    ...["happy", "angry", "sad", "relaxed", "surprised", "neutral", "aa", "ih", "ou", "ee", "oh"],
    ...["blink", "blinkLeft", "blinkRight", "lookUp", "lookDown", "lookLeft", "lookRight"],
  ],
);

/**
 * @param {TargetNames} names
 * @param {VRMExpressionManager | undefined} manager
 * @param {string} format "VRM 1.0", "VRM 0.x" or "glTF"
 * @returns {Shapes}
 */
export function findShapes(names, manager, format) {
  const remarks = scaleBinds(manager, format);
  const all = (manager?.expressions ?? []).filter(({ binds }) => binds.length > 0);
  // An expression that only switches on and off shows no half of a smile.
  const expressions = nearest(all.filter(({ isBinary }) => !isBinary), nameOfExpression);
  const targets = findMorphs(names);
  for (const [channel, expression] of nearest(all.filter((one) => one.isBinary), nameOfExpression)) {
    if (expressions.has(channel)) continue;
    remarks.push(`The expression ${expression.expressionName} only switches on and off: its morphs are driven.`);
    if (!targets.has(channel)) targets.set(channel, boundTargets(expression));
  }
  for (const [channel, expression] of expressions) targets.set(channel, boundTargets(expression));
  if (targets.size === 0) remarks.push(...standIn(targets, names, all));
  const morphs = [...names.values()].flatMap((list) => list.map(([name]) => name));
  const clips = all.map(nameOfExpression).filter((name) => !PRESET_NAMES.has(name));
  return {
    targets,
    expressions,
    present: CHANNELS.filter((channel) => targets.has(channel)),
    unknown: [...new Set([...morphs, ...clips])].filter(isUnknown),
    remarks,
  };
}

/** @param {VRMExpression} expression @returns {string} */
function nameOfExpression({ expressionName }) {
  return expressionName;
}

/** @param {string} name @returns {boolean} */
function isUnknown(name) {
  return channelOf(name) === undefined && channelsOfOther(name).length === 0 && !/^basis$/i.test(name);
}

/**
 * Binds whose weights were written on the other version's scale: VRM 1.0 has 0 to 1, VRM 0.x 0 to 100.
 *
 * @param {VRMExpressionManager | undefined} manager
 * @param {string} format
 * @returns {string[]} a remark, where it was so
 */
function scaleBinds(manager, format) {
  const binds = (manager?.expressions ?? []).flatMap((expression) =>
    expression.binds.filter(movesMorph),
  );
  const most = binds.reduce((greatest, { weight }) => Math.max(greatest, weight), 0);
  const hundred = format === "VRM 1.0" && most > 1.5;
  const one = format === "VRM 0.x" && most > 0 && most <= 0.0101;
  if (!hundred && !one) return [];
  for (const bind of binds) bind.weight *= hundred ? 0.01 : 100;
  const [found, due] = hundred ? ["0 to 100", "0 to 1"] : ["0 to 1", "0 to 100"];
  return [`Its expressions have weights of ${found} where ${format} has ${due}: they are scaled.`];
}

/**
 * Coarse shapes in the place of the channels, on a model that has none of these.
 *
 * @param {Map<string, Target[]>} targets to be filled
 * @param {TargetNames} names
 * @param {readonly VRMExpression[]} expressions
 * @returns {string[]} what was done, in a sentence
 */
function standIn(targets, names, expressions) {
  const morphs = new Map(
    [...names].flatMap(([mesh, list]) =>
      list.map(([name, index]) => [/Fcl_\w+$/.exec(name)?.[0] ?? "", [{ mesh, index, weight: 1 }]]),
    ),
  );
  const clips = new Map(expressions.map((one) => [one.expressionName, boundTargets(one)]));
  const [recipe, sources, kind] = [...morphs.keys()].some((name) => name !== "")
    ? /** @type {const} */ ([VROID, morphs, "VRoid's morphs"])
    : /** @type {const} */ ([PRESETS, clips, "The presets of VRM"]);
  const parts = available(recipe, (source) => (sources.get(source)?.length ?? 0) > 0);
  for (const [channel, source, share] of parts) {
    const found = /** @type {readonly Target[]} */ (sources.get(source));
    targets.set(channel, found.map((target) => ({ ...target, weight: target.weight * share })));
  }
  if (parts.length === 0) return [];
  const used = [...new Set(parts.map(([, source]) => source))];
  return [
    `It has none of the 52 shapes. ${kind} stand in for ${parts.length} of them, roughly: ${used.join(", ")}.`,
  ];
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
    for (const { mesh, index, weight } of targets) {
      const influences = mesh.morphTargetInfluences;
      if (influences) influences[index] = (influences[index] ?? 0) + weight * weightOf(channel);
    }
  }
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

/** @param {TargetNames} names @returns {Map<string, Target[]>} */
function findMorphs(names) {
  /** @type {Map<string, Target[]>} */
  const targets = new Map();
  /** @type {(channel: string, mesh: Mesh, index: number) => void} */
  const add = (channel, mesh, index) => {
    targets.set(channel, [...(targets.get(channel) ?? []), { mesh, index, weight: 1 }]);
  };
  for (const [mesh, list] of names) {
    const chosen = nearest(list, ([name]) => name);
    for (const [channel, [name]] of chosen) {
      for (const [other, index] of list) if (other === name) add(channel, mesh, index);
    }
    for (const [name, index] of list) {
      for (const channel of channelOf(name) === undefined ? channelsOfOther(name) : []) {
        if (!chosen.has(channel)) add(channel, mesh, index);
      }
    }
  }
  return targets;
}

/**
 * Whether an expression's bind moves a morph target; others change a colour or a texture. By what it
 * has, not by its class: a page may have three-vrm from elsewhere.
 *
 * @param {object} bind
 * @returns {bind is import("@pixiv/three-vrm").VRMExpressionMorphTargetBind}
 */
function movesMorph(bind) {
  return "primitives" in bind && "index" in bind;
}

/** @param {VRMExpression} expression @returns {Target[]} */
function boundTargets(expression) {
  return expression.binds.flatMap((bind) =>
    movesMorph(bind)
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
