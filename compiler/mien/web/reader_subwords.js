/**
 * Tokens to subword pieces, as numbers, for readers that are transformers.
 *
 * The twin of mien/reading/pieces.py, piece for piece.
 *
 * @module
 */

import { ALIKE, FEW_WORDS } from "./reader_features.js";
import { shouted, spoken } from "./reader_tokens.js";

/** @typedef {import("./reader_tokens.js").Token} Token */

/**
 * @typedef {object} Vocabulary
 * @property {ReadonlyMap<string, number>} numbers of pieces; those of `SPECIAL` are not in it
 * @property {number} size how many pieces there are in all
 * @property {number} widest the most characters that a piece stands for
 */

/** The first pieces of every vocabulary; the first and the fourth are for training alone. */
export const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[MASK]", "[CAPS]", "[LONG]"];

const [, UNKNOWN, START, , CAPITALS, LONG] = SPECIAL.map((_, i) => i);
const INSIDE = "##";

/**
 * @param {readonly string[]} pieces by their numbers, the first of which are `SPECIAL`
 * @returns {Vocabulary}
 */
export function vocabularyOf(pieces) {
  /** @type {Map<string, number>} */
  const numbers = new Map();
  let widest = 1;
  pieces.forEach((piece, i) => {
    if (i >= SPECIAL.length) {
      numbers.set(piece, i);
      widest = Math.max(widest, piece.length - (piece.startsWith(INSIDE) ? INSIDE.length : 0));
    }
  });
  return { numbers, size: pieces.length, widest };
}

/**
 * The numbers of the first pieces of the normal text whose tokens are given.
 *
 * @param {Vocabulary} vocabulary
 * @param {string} text
 * @param {readonly Token[]} tokens
 * @param {number} longest how many at most
 * @returns {number[]}
 */
export function piecesOf(vocabulary, text, tokens, longest) {
  const found = [START];
  if (tokens.some((token) => token.kind !== "emoji" && shouted(text, token))) {
    found.push(CAPITALS);
  }
  const few = tokens.filter(spoken).length <= FEW_WORDS;
  for (const token of tokens) {
    if (found.length >= longest) {
      break;
    }
    const emoji = token.kind === "emoji";
    if (emoji && !few) {
      continue;
    }
    const said = token.short || token.text;
    const name = ALIKE.get(said) ?? said;
    if (emoji) {
      found.push(vocabulary.numbers.get(name) ?? UNKNOWN);
      continue;
    }
    split(vocabulary, name, longest, found);
    if (token.short) {
      found.push(LONG);
    }
  }
  return found.slice(0, longest);
}

/**
 * Add the pieces of a name: the longest that there is first, then the longest of what is left.
 *
 * @param {Vocabulary} vocabulary
 * @param {string} name
 * @param {number} most
 * @param {number[]} found
 */
function split({ numbers, widest }, name, most, found) {
  let start = 0;
  for (let count = 0; start < name.length && count < most; count += 1) {
    const prefix = start > 0 ? INSIDE : "";
    let end = Math.min(name.length, start + widest);
    let number = numbers.get(prefix + name.slice(start, end));
    while (number === undefined && end > start + 1) {
      end -= 1;
      number = numbers.get(prefix + name.slice(start, end));
    }
    found.push(number ?? UNKNOWN);
    start = number === undefined ? start + 1 : end;
  }
}
