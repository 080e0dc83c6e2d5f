/**
 * What channels cannot do together: antagonist pairs, then ceilings.
 *
 * @module
 */

/** @typedef {import("./types.js").Tables} Tables */

const f = Math.fround;

/**
 * The resolver of a bank's conflicts. It changes `face` (float32) in place.
 *
 * Every pair reads the face as it came in, so that the order of the pairs does not matter.
 *
 * @param {Tables} tables
 * @returns {(face: Float32Array) => void}
 */
export function conflictResolver(tables) {
  const { pairs, caps, ceilings, slacks } = tables;
  const before = new Float32Array(tables.channels.length);
  return (face) => {
    before.set(face);
    for (let pair = 0; pair < caps.length; pair += 1) {
      const a = pairs[2 * pair];
      const b = pairs[2 * pair + 1];
      face[a] = Math.min(face[a], yielded(before[a], before[b], caps[pair]));
      face[b] = Math.min(face[b], yielded(before[b], before[a], caps[pair]));
    }
    before.set(face);
    for (let ceiling = 0; ceiling < slacks.length; ceiling += 1) {
      const channel = ceilings[2 * ceiling];
      const limit = f(before[ceilings[2 * ceiling + 1]] + slacks[ceiling]);
      face[channel] = Math.min(face[channel], limit);
    }
  };
}

/**
 * What is left of weight `x` beside its antagonist `other`.
 *
 * @param {number} x
 * @param {number} other
 * @param {number} cap
 * @returns {number}
 */
function yielded(x, other, cap) {
  return x <= other ? Math.min(x, cap) : f(x - Math.max(0, f(other - cap)));
}
