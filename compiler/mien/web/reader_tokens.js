/**
 * Text to the tokens that a reader counts.
 *
 * The twin of mien/reading/tokens.py, token for token; places are in UTF-16 units here.
 *
 * @module
 */

/**
 * @typedef {object} Token
 * @property {"word" | "hangul" | "emoji" | "mark"} kind
 * @property {string} text how it is counted
 * @property {number} start in the normal text
 * @property {number} end
 * @property {string} short with letters said once that were said three times or more, or ""
 */

const MOST_TOKENS = 1000;

const UPPER = /[A-Z\u00c0-\u024f]/gu;
const JOINERS = /[\u200d\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]/gu;
const QUOTES = /[\u2018\u2019\u02bc]/gu;
const LONG = /([a-z!?\u3131-\u318e])\1{2,}/gu;
const TOKEN = new RegExp(
  [
    "(?<face>(?<![a-z0-9])(?:[:;=]'?-?[)(dpo/|*]+|x+d+|<3+|\\^_*\\^|t_t|;_;)(?![a-z0-9]))",
    "(?<emoji>[\\u2600-\\u27bf\\u{1f300}-\\u{1faff}])",
    "(?<word>[a-z0-9\\u00df-\\u00f6\\u00f8-\\u024f]+(?:'[a-z]+)*)",
    "(?<hangul>[\\uac00-\\ud7a3]+|[\\u3131-\\u318e]+)",
    '(?<mark>[!?]+|\\.\\.+|\\u2026|[.,;:()"])',
  ].join("|"),
  "gu",
);

/**
 * The first tokens of a text, a thousand at most, in small letters.
 *
 * @param {string} text
 * @returns {Token[]}
 */
export function tokensOf(text) {
  const plain = normal(text);
  const lower = plain.replace(UPPER, (letter) => letter.toLowerCase());
  /** @type {Token[]} */
  const found = [];
  for (const match of lower.matchAll(TOKEN)) {
    const group = Object.entries(match.groups ?? {}).find(([, inside]) => inside !== undefined);
    const name = group === undefined ? "" : group[0];
    const kind = /** @type {Token["kind"]} */ (name === "face" ? "emoji" : name);
    let counted = match[0].replace(LONG, "$1$1");
    if (kind === "mark" && counted.startsWith("..")) {
      counted = "\u2026";
    }
    const short = kind === "word" ? match[0].replace(LONG, "$1") : match[0];
    const start = match.index;
    const end = start + match[0].length;
    found.push({ kind, text: counted, start, end, short: short === match[0] ? "" : short });
    if (found.length === MOST_TOKENS) {
      break;
    }
  }
  return found;
}

/**
 * The text that tokens have their places in.
 *
 * @param {string} text
 * @returns {string}
 */
export function normal(text) {
  return text.normalize("NFC").replace(JOINERS, "").replace(QUOTES, "'");
}

/**
 * Whether a token is a word.
 *
 * @param {Token} token
 * @returns {boolean}
 */
export function spoken(token) {
  return token.kind === "word" || token.kind === "hangul";
}

/**
 * Whether a word of three letters or more stands in capitals in the normal text.
 *
 * @param {string} text
 * @param {Token} token
 * @returns {boolean}
 */
export function shouted(text, token) {
  return /^[A-Z]{3,}$/u.test(text.slice(token.start, token.end));
}
