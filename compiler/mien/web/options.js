/**
 * Options by their names: one that a function has not is misspelt, and would be left out in silence.
 *
 * @module
 */

import { nearest } from "./suggest.js";

/**
 * Refuse options that a function has not.
 *
 * @param {string} what the function, for the message
 * @param {object} options
 * @param {readonly string[]} known
 * @throws {TypeError}
 */
export function onlyKnown(what, options, known) {
  if (typeof options !== "object") {
    throw new TypeError(`${what}: expected options such as { ${known[0]}: … }, found ${String(options)}`);
  }
  for (const name in options) {
    if (!known.includes(name)) throw strangers(what, options, known);
  }
}

/**
 * @param {string} what
 * @param {object} options
 * @param {readonly string[]} known
 * @returns {TypeError}
 */
function strangers(what, options, known) {
  const said = Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const close = nearest(name, known);
      return close === undefined ? name : `${name} (did you mean ${close}?)`;
    });
  return new TypeError(`${what} has no option ${said.join(", ")}: it has ${known.join(", ")}`);
}
