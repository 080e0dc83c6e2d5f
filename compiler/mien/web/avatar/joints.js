/**
 * Eyes, heads and necks that are bones or nodes of their own, by the names that programs give them:
 * "J_Bip_C_Head", "CC_Base_L_Eye", "mixamorigNeck", "eyeLeft" …
 *
 * @module
 */

/**
 * As much of a node of three.js as is asked.
 *
 * @typedef {object} Named
 * @property {string} name
 */

const EYE = new Set(["eye", "eyeball", "faceeye"]);
const SIDES = [new Set(["l", "left"]), new Set(["r", "right"])];
/** Words that a bone or mesh of the eyeball itself may have besides. */
const PLAIN = new Set(["j", "adj", "cc", "base", "bone", "mesh", "def", "mixamorig", "bip", "head"]);
/** Words that a bone of the head or neck may have besides. */
const MIDDLE = new Set(["j", "bip", "c", "cc", "base", "bone", "def", "org", "mixamorig", "biped", "jnt", "joint"]);

/**
 * The nodes of the left and of the right eye; the plainest name of each counts.
 *
 * @template {Named} Node
 * @param {Iterable<Node>} nodes
 * @returns {Node[]} two, or fewer where they have none
 */
export function eyesAmong(nodes) {
  const listed = [...nodes];
  return SIDES.flatMap((side) => {
    const named = listed.flatMap((node) => {
      const words = wordsOf(node.name);
      const others = words.filter((word) => !EYE.has(word) && !side.has(word));
      const isEye = words.some((word) => EYE.has(word)) && words.some((word) => side.has(word));
      return isEye && others.every((word) => PLAIN.has(word)) ? [{ node, count: others.length }] : [];
    });
    return named.sort((one, other) => one.count - other.count).slice(0, 1).map(({ node }) => node);
  });
}

/**
 * The node of the head or of the neck.
 *
 * @template {Named} Node
 * @param {Iterable<Node>} nodes
 * @param {"head" | "neck"} part
 * @returns {Node | undefined}
 */
export function middleAmong(nodes, part) {
  return [...nodes].find(({ name }) => {
    const words = wordsOf(name);
    return words.includes(part) && words.every((word) => word === part || MIDDLE.has(word));
  });
}

/** @param {string} name @returns {string[]} "CC_Base_L_Eye" and "lefteye" in small words */
function wordsOf(name) {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .replace(/^(left|right)eye$/, "$1 eye")
    .replace(/^eye(left|right)$/, "eye $1")
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
}
