/**
 * Colours: of curves by their place, and the page's own.
 *
 * @module
 */

/** Read on white and on near-black. */
export const CURVES = ["#2f86d6", "#d1495b", "#3f9a63", "#b06fce", "#d08a22", "#2ea3a8"];

/**
 * A colour of the page's own, as it is now, light or dark.
 *
 * @param {string} name
 * @returns {string}
 */
export function ownColour(name) {
  return getComputedStyle(document.body).getPropertyValue(`--${name}`).trim();
}
