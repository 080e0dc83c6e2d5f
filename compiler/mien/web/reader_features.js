/**
 * Tokens to the features of the linear reader, as whole numbers.
 *
 * The twin of mien/reading/features.py, feature for feature.
 *
 * @module
 */

import { shouted, spoken } from "./reader_tokens.js";

/** @typedef {import("./reader_tokens.js").Token} Token */

/**
 * @typedef {object} Feature
 * @property {number} number the CRC-32 of its name in UTF-8
 * @property {number} count how much it counts
 * @property {number} first the first token that it is made of
 * @property {number} last
 */

/** Up to so many words, emoji count too. */
export const FEW_WORDS = 3;

const MOST_LETTERS = 1000;
const REACH = 4;
const NEGATIONS = new Set(
  (
    "not no never none nothing nobody neither nor without cannot cant dont doesnt didnt isnt wasnt" +
    " arent werent wont wouldnt couldnt shouldnt hardly barely stop stopped"
  ).split(" "),
);
const AFTER = ["않", "없", "못"];
const BEFORE = new Set(["안", "못", "별로", "전혀"]);
const CONTRASTS = new Set(
  "but however though although 하지만 그러나 그런데 근데 그래도".split(" "),
);
const CONTRAST_END = "지만";
/** Words that are counted as others, so that whom a text is about does not move its label. */
export const ALIKE = new Map([
  ...["he", "she"].map((word) => /** @type {const} */ ([word, "they"])),
  ...["him", "her", "his", "hers", "their", "theirs"].map((word) => /** @type {const} */ ([word, "them"])),
  ...["himself", "herself"].map((word) => /** @type {const} */ ([word, "themselves"])),
  ...Object.entries({ "he's": "they's", "she's": "they's", "he'd": "they'd", "she'd": "they'd" }),
  ...Object.entries({ "he'll": "they'll", "she'll": "they'll" }),
  ...Object.entries({ woman: "man", women: "men", girl: "boy", girls: "boys", lady: "gentleman" }),
  ...Object.entries({ wife: "husband", girlfriend: "boyfriend", sister: "brother", daughter: "son" }),
  ...Object.entries({ mother: "father", mom: "dad", mum: "dad", grandma: "grandpa", aunt: "uncle" }),
]);
const [WORD, PAIR, TRIPLE, PIECE, QUESTION, EMOJI, FLAG] = [8, 6, 4, 2, 4, 16, 4];

const encoder = new TextEncoder();
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return rest;
});

/**
 * The features of the normal text whose tokens are given, in one order.
 *
 * @param {string} text
 * @param {readonly Token[]} tokens
 * @returns {Feature[]}
 */
export function featuresOf(text, tokens) {
  /** @type {Feature[]} */
  const found = [];
  const names = tokens.map(({ text: word }) => ALIKE.get(word) ?? word);
  const words = tokens.filter(spoken).length;
  const said = tokens.map((_, i) => i).filter((i) => tokens[i].kind !== "emoji");
  const denied = negated(tokens);
  const halved = beforeContrast(tokens);
  const questions = asked(tokens);
  const add = (/** @type {string} */ name, /** @type {number} */ count, /** @type {number} */ first, /** @type {number} */ last) => {
    const share = first < halved ? Math.floor(count / 2) : count;
    found.push({ number: crc32(name), count: share, first, last });
  };
  said.forEach((i, position) => {
    const token = tokens[i];
    const name = names[i];
    if (denied.has(i)) {
      add(`n:${name}`, WORD, i, i);
      stems(token.kind, name).forEach((piece) => add(`m:${piece}`, PIECE, i, i));
    } else {
      add(`u:${name}`, WORD, i, i);
      pieces(token.kind, name).forEach((piece) => add(`c:${piece}`, PIECE, i, i));
      if (token.short) {
        add(`u:${token.short}`, WORD, i, i);
      }
    }
    if (token.short) {
      add("f:long", FLAG, i, i);
    }
    if (questions.has(i) && spoken(token)) {
      add(`q:${name}`, QUESTION, i, i);
    }
    if (position > 0) {
      add(`b:${names[said[position - 1]]} ${name}`, PAIR, said[position - 1], i);
    }
    if (position > 1) {
      const [first, before] = [said[position - 2], said[position - 1]];
      add(`t:${names[first]} ${names[before]} ${name}`, TRIPLE, first, i);
    }
  });
  const loud = said.find((i) => shouted(text, tokens[i]));
  if (loud !== undefined) {
    add("f:capitals", FLAG, loud, loud);
  }
  if (words <= FEW_WORDS) {
    tokens.forEach((token, i) => {
      if (token.kind === "emoji") {
        found.push({ number: crc32(`e:${token.text}`), count: EMOJI, first: i, last: i });
      }
    });
  }
  return found;
}

/**
 * @param {Token["kind"]} kind
 * @param {string} whole
 * @returns {string[]} runs of letters within a word
 */
function pieces(kind, whole) {
  const name = whole.length > MOST_LETTERS ? Array.from(whole).slice(0, MOST_LETTERS).join("") : whole;
  if (kind === "hangul") {
    return runs(name, [1, 2, 3]);
  }
  return kind === "word" && name.length > 3 ? runs(`<${name}>`, [3, 4, 5]) : [];
}

/**
 * @param {string} text
 * @param {readonly number[]} sizes
 * @returns {string[]}
 */
function runs(text, sizes) {
  const letters = Array.from(text);
  return sizes.flatMap((size) =>
    letters.slice(0, Math.max(letters.length - size + 1, 0)).map((_, start) => letters.slice(start, start + size).join("")),
  );
}

/**
 * @param {Token["kind"]} kind
 * @param {string} name
 * @returns {string[]} beginnings of a negated word
 */
function stems(kind, name) {
  const letters = Array.from(name);
  const least = kind === "hangul" ? 1 : 4;
  /** @type {string[]} */
  const found = [];
  for (let size = least; size < Math.min(letters.length, least + 3); size += 1) {
    found.push(letters.slice(0, size).join(""));
  }
  return found;
}

/**
 * @param {readonly Token[]} tokens
 * @returns {Set<number>} the words in the reach of a negation
 */
function negated(tokens) {
  /** @type {Set<number>} */
  const found = new Set();
  let left = 0;
  tokens.forEach((token, i) => {
    const name = token.text;
    if (token.kind === "mark" || contrasts(token)) {
      left = 0;
    } else if (NEGATIONS.has(name) || name.endsWith("n't") || BEFORE.has(name)) {
      const reach = BEFORE.has(name) ? 1 : REACH;
      left = left > 0 ? 0 : reach;
    } else if (token.kind === "hangul" && AFTER.some((one) => name.startsWith(one))) {
      if (i > 0 && tokens[i - 1].kind === "hangul") {
        found.add(i - 1);
      }
    } else if (left > 0 && spoken(token)) {
      found.add(i);
      left -= 1;
    }
  });
  return found;
}

/**
 * @param {readonly Token[]} tokens
 * @returns {number} the place of the last "but" that something follows; 0 where there is none
 */
function beforeContrast(tokens) {
  let last = 0;
  tokens.slice(0, -1).forEach((token, i) => {
    if (contrasts(token)) {
      last = i;
    }
  });
  return last;
}

/**
 * @param {Token} token
 * @returns {boolean}
 */
function contrasts(token) {
  return CONTRASTS.has(token.text) || (token.kind === "hangul" && token.text.endsWith(CONTRAST_END));
}

/**
 * @param {readonly Token[]} tokens
 * @returns {Set<number>} the tokens of sentences that end in a question mark
 */
function asked(tokens) {
  /** @type {Set<number>} */
  const found = new Set();
  let start = 0;
  tokens.forEach((token, i) => {
    if (token.kind === "mark" && "?!.\u2026".includes(token.text[0])) {
      if (token.text.includes("?")) {
        for (let place = start; place < i; place += 1) {
          found.add(place);
        }
      }
      start = i + 1;
    }
  });
  return found;
}

/**
 * @param {string} name
 * @returns {number} its CRC-32 in UTF-8
 */
function crc32(name) {
  let rest = 0xffffffff;
  for (const byte of encoder.encode(name)) {
    rest = CRC_TABLE[(rest ^ byte) & 0xff] ^ (rest >>> 8);
  }
  return (rest ^ 0xffffffff) >>> 0;
}
