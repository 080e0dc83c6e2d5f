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
const SPEAKER = new RegExp(
  `^(?<space>[${SPACE}]*)(?<name>[\\p{L}\\p{Nl}\\p{No}][\\p{L}\\p{N}_ .'\\u2019-]{0,38}?)[${SPACE}]*` +
    `(?<aside>\\([^()]{1,40}\\)[${SPACE}]*)?:(?:[${SPACE}]|$)`,
  "u",
);
const BEFORE = 8;
const AROUND = new RegExp(`^[${SPACE}]*|[${SPACE}]*$`, "gu");

/**
 * Who speaks a line of a script, and the line with spaces in place of the name and its colon.
 *
 * @param {string} line
 * @param {boolean} anyCase whether names may be written otherwise than in capitals
 * @returns {{name: string, text: string}} name "" where none stands there
 */
export function spokenBy(line, anyCase) {
  const match = SPEAKER.exec(line);
  const { space = "", name: found = "" } = match?.groups ?? {};
  const name = found.trimEnd();
  const shouted = Array.from(name).length > 1 && name === name.toUpperCase() && name !== name.toLowerCase();
  if (match === null || !(shouted || anyCase)) {
    return { name: "", text: line };
  }
  const first = space.length + found.length;
  const colon = line.indexOf(":", first + (match.groups?.["aside"] === undefined ? 0 : line.slice(first).indexOf(")")));
  return { name, text: " ".repeat(first) + line.slice(first, colon) + " " + line.slice(colon + 1) };
}

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
