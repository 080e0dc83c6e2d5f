/**
 * The name that was probably meant.
 *
 * The twin of mien/text/suggest.py.
 *
 * @module
 */

import { GROUPS } from "./reader_words.js";
import { SPACE } from "./reader_units.js";

/** @typedef {Readonly<Record<string, readonly string[]>>} Words other words for labels, by the label */

const SIDE = /[_.-](l|r)$/iu;
const SEPARATORS = new RegExp(`[${SPACE}_.-]+`, "gu");
const SHORTEST = 4;
/** Where folding is more than small letters. */
const FOLDED = new Map(
  Object.entries({ ſ: "s", ß: "ss", ς: "σ", ﬀ: "ff", ﬁ: "fi", ﬂ: "fl", ﬃ: "ffi", ﬄ: "ffl", ﬅ: "st", ﬆ: "st" }),
);
const FOLDING = new RegExp(`[${[...FOLDED.keys()].join("")}]`, "gu");

/**
 * The candidate closest to a name, or undefined where none is close enough to be meant.
 *
 * @param {string} name
 * @param {readonly string[]} candidates
 * @returns {string | undefined}
 */
export function nearest(name, candidates) {
  const wanted = Array.from(plain(name));
  let limit = Math.max(1, Math.floor(wanted.length / 3));
  /** @type {string | undefined} */
  let best;
  for (const candidate of candidates) {
    const distance = edits(wanted, Array.from(plain(candidate)), limit);
    if (distance <= limit) {
      best = candidate;
      limit = distance - 1;
    }
    if (limit < 0) {
      break;
    }
  }
  if (best === undefined && wanted.length > 1) {
    const begun = candidates.filter((one) => plain(one).startsWith(wanted.join("")));
    best = begun.length === 1 ? begun[0] : undefined;
  }
  return best;
}

/**
 * The label that a name is, or is another word for, however it is written.
 *
 * @param {string} name
 * @param {readonly string[]} labels
 * @param {Words} [own] a bank's own words, which come before those that ship
 * @returns {string | undefined}
 */
export function aliasedLabel(name, labels, own = {}) {
  const word = plain(name);
  const named = labels.find((label) => plain(label) === word || (own[label] ?? []).some((one) => plain(one) === word));
  if (named !== undefined) {
    return named;
  }
  for (const group of GROUPS.filter((one) => one.includes(word))) {
    const found = labels.find((label) => group.includes(plain(label)));
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/**
 * The label that another word for the same emotion means, else the nearest.
 *
 * @param {string} name
 * @param {readonly string[]} labels
 * @param {Words} [own]
 * @returns {string | undefined}
 */
export function meantLabel(name, labels, own = {}) {
  return aliasedLabel(name, labels, own) ?? nearest(name, labels) ?? misspelt(plain(name), labels, own);
}

/**
 * @param {string} word
 * @param {readonly string[]} labels
 * @param {Words} own
 * @returns {string | undefined} the label of the alias that is written nearly so
 */
function misspelt(word, labels, own) {
  if (Array.from(word).length < SHORTEST) {
    return undefined;
  }
  /** @type {Map<string, string>} */
  const words = new Map();
  for (const [label, others] of aliases(labels, own)) {
    others.forEach((other) => words.set(other, label));
  }
  const close = nearest(word, [...words.keys()]);
  return close === undefined ? undefined : words.get(close);
}

/**
 * @param {readonly string[]} labels
 * @param {Words} own
 * @returns {Map<string, string[]>} other words for each label
 */
function aliases(labels, own) {
  const found = new Map(labels.map((label) => [label, [...(own[label] ?? [])]]));
  const taken = new Set([...labels, ...[...found.values()].flat()].map(plain));
  for (const group of GROUPS) {
    const first = labels.find((label) => group.includes(plain(label)));
    if (first !== undefined) {
      found.get(first)?.push(...group.filter((word) => !taken.has(word)));
    }
  }
  return found;
}

/**
 * @param {string} name
 * @returns {string} without case, separators and the shorthand of a side
 */
function plain(name) {
  const sided = name.replace(SIDE, (_, /** @type {string} */ side) => (side === "l" || side === "L" ? "Left" : "Right"));
  const small = sided.replace(SEPARATORS, "").toLowerCase();
  return small.replace(FOLDING, (letter) => FOLDED.get(letter) ?? letter);
}

/**
 * Edits (insert, delete, replace, swap neighbours); inexact where over the limit.
 *
 * @param {readonly string[]} one
 * @param {readonly string[]} other
 * @param {number} limit
 * @returns {number}
 */
function edits(one, other, limit) {
  if (Math.abs(one.length - other.length) > limit) {
    return limit + 1;
  }
  /** @type {number[]} */
  let last = [];
  /** @type {number[]} */
  let before = [];
  let row = other.map((_, j) => j);
  row.push(other.length);
  one.forEach((a, i) => {
    last = before;
    before = row;
    row = [i + 1];
    other.forEach((b, j) => {
      let cost = Math.min(row[j] + 1, before[j + 1] + 1, before[j] + (a === b ? 0 : 1));
      if (i > 0 && j > 0 && a === other[j - 1] && one[i - 1] === b) {
        cost = Math.min(cost, last[j - 1] + 1);
      }
      row.push(cost);
    });
  });
  return row[row.length - 1];
}
