/**
 * The names of a model's morph targets, as its file gives them.
 *
 * Exporters differ: names stand with the mesh or with its primitives, the shape at rest is counted
 * among them or not, two shapes may share a name. What is unambiguous is mended, the rest explained.
 *
 * @module
 */

import { listOf, recordOf } from "./container.js";
import { meshesOf } from "./shapes.js";

/** @typedef {import("three").Mesh} Mesh */
/** @typedef {import("three/addons/loaders/GLTFLoader.js").GLTF} GLTF */
/** @typedef {ReadonlyMap<Mesh, readonly [name: string, index: number][]>} TargetNames */

/** The shape at rest, which is no target. */
const BASIS = /^(basis|neutral|base|rest)$/i;

/**
 * @param {GLTF} gltf
 * @param {Record<string, unknown>} json the file's JSON part
 * @returns {{names: TargetNames, remarks: string[]}} remarks are sentences for people
 */
export function targetNames(gltf, json) {
  /** @type {Map<Mesh, [string, number][]>} */
  const names = new Map();
  /** @type {Set<string>} */
  const remarks = new Set();
  for (const mesh of meshesOf(gltf.scene)) {
    const count = mesh.morphTargetInfluences?.length ?? 0;
    if (count === 0) continue;
    const place = gltf.parser.associations.get(mesh);
    const definition = recordOf(listOf(json.meshes)[place?.meshes ?? -1]);
    const primitive = recordOf(listOf(definition.primitives)[place?.primitives ?? 0]);
    const lists = [definition, primitive].map(namesIn).filter((list) => list.length > 0);
    const called = typeof definition.name === "string" ? definition.name : mesh.name || "a mesh";
    const found = chosen(lists, count, called, remarks);
    names.set(mesh, found.map((name, index) => [name, index]));
    for (const name of new Set(found.filter((one, at) => found.indexOf(one) !== at))) {
      remarks.add(`${called} has several shapes called ${name}: all of them are driven.`);
    }
  }
  return { names, remarks: [...remarks] };
}

/**
 * @param {readonly string[][]} lists
 * @param {number} count of shapes
 * @param {string} called the mesh
 * @param {Set<string>} remarks
 * @returns {string[]} a name a shape, or none
 */
function chosen(lists, count, called, remarks) {
  const exact = lists.find((list) => list.length === count);
  if (exact) return exact;
  const shifted = lists.find((list) => list.length === count + 1 && BASIS.test(list[0] ?? ""));
  if (shifted) {
    remarks.add(`${called} names ${shifted[0]}, the face at rest, among its shapes: it is left out.`);
    return shifted.slice(1);
  }
  const [first] = lists;
  remarks.add(
    first
      ? `${called} has ${counted(first.length, "name")} for ${counted(count, "shape")}: ` +
          "which is which is not certain, so none is used."
      : `${called} has ${counted(count, "shape")} without names: export them with their names (extras.targetNames).`,
  );
  return [];
}

/** @param {Record<string, unknown>} owner a mesh or a primitive @returns {string[]} */
function namesIn(owner) {
  return listOf(recordOf(owner.extras).targetNames).map(String);
}

/** @param {number} count @param {string} thing @returns {string} */
function counted(count, thing) {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
