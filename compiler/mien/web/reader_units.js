/**
 * A text in units: lines, or the sentences of each line.
 *
 * The twin of mien/reading/units.py; places are in UTF-16 units here.
 *
 * @module
 */

/** What Python takes for spaces; JavaScript's own list is another. */
export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const END = new RegExp(`[.!?\\u2026\\u3002\\uff01\\uff1f]+["'\\u201d\\u2019)\\]]*(?=[${SPACE}])`, "gu");
const SHORT = new RegExp(
  `(?:^|[${SPACE}("'])(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|etc|e\\.g|i\\.e|no|[a-z])\\.$`,
  "iu",
);
const BEFORE = 8;
const AROUND = new RegExp(`^[${SPACE}]*|[${SPACE}]*$`, "gu");

/**
 * Where the sentences of a line stand, without the spaces around them.
 *
 * @param {string} line
 * @returns {[number, number][]} start and end
 */
export function sentences(line) {
  /** @type {[number, number][]} */
  const found = [];
  let start = 0;
  const add = (/** @type {number} */ end) => {
    const inside = line.slice(start, end);
    const kept = trimmed(inside);
    if (kept !== "") {
      const first = start + inside.indexOf(kept);
      found.push([first, first + kept.length]);
    }
    start = end;
  };
  for (const match of line.matchAll(END)) {
    const end = match.index + match[0].length;
    if (match[0] === "." && SHORT.test(lastCharacters(line.slice(0, end)))) {
      continue;
    }
    add(end);
  }
  add(line.length);
  return found;
}

/**
 * @param {string} text
 * @returns {string} without the spaces around it
 */
export function trimmed(text) {
  return text.replace(AROUND, "");
}

/**
 * @param {string} text
 * @returns {string} its last eight characters
 */
function lastCharacters(text) {
  return Array.from(text.slice(-2 * BEFORE)).slice(-BEFORE).join("");
}
