/**
 * Explicit tags in a text: [happy], <joy:0.4>, [anger high], (sighs), *laughs*.
 *
 * The twin of mien/reading/tags.py; places are in UTF-16 units here.
 *
 * @module
 */

import { SPACE, trimmed } from "./reader_units.js";
import { ACTIONS } from "./reader_words.js";
import { aliasedLabel, meantLabel } from "./suggest.js";

/** @typedef {import("./suggest.js").Words} Words */

/**
 * A tag that is understood: its label, and how strong (0 to 1) or at which anchor, if said. The label
 * is "" where it closes the tag before it.
 *
 * @typedef {object} Tag
 * @property {number} start
 * @property {number} end
 * @property {string} label
 * @property {number} [intensity]
 * @property {string} [at]
 */

/**
 * What looks like a tag and names nothing: it is read as text.
 *
 * @typedef {object} UnknownTag
 * @property {number} start
 * @property {number} end
 * @property {string} message
 */

/**
 * What tags may say: a bank's labels, other words for them, and the anchors of a label.
 *
 * @typedef {object} TagWords
 * @property {readonly string[]} labels
 * @property {Words} own
 * @property {(label: string) => readonly string[]} anchors
 */

const TAG = new RegExp(
  "\\[(?<square>[^\\[\\]<>\\n]{1,40})\\]|<(?<angle>[^\\[\\]<>\\n]{1,40})>" +
    "|\\((?<round>[^()\\n]{1,40})\\)|\\*\\*(?<bold>[^*\\n]{1,40})\\*\\*|\\*(?<star>[^*\\n]{1,40})\\*",
  "gu",
);
const LETTER = "\\p{L}\\p{Nl}\\p{No}";
const WORD = "[\\p{L}\\p{N}_ -]";
const INSIDE = new RegExp(
  `^[${SPACE}]*(?<name>[${LETTER}]${WORD}*?)[${SPACE}]*` +
    `(?:[:= ][${SPACE}]*(?<how>[0-9.]+|[a-z][a-z0-9_-]*))?[${SPACE}]*$`,
  "u",
);
const FIRST = new RegExp(`^[${SPACE}]*(?<name>[${LETTER}][\\p{L}\\p{N}_-]*)`, "u");
const NAME = new RegExp(`^[${LETTER}]${WORD}*$`, "u");
const NUMBER = /^(?:\d+\.?\d*|\.\d+)$/u;

/**
 * The tags of a line, in order, and what looks like one but names nothing.
 *
 * @param {string} text
 * @param {TagWords} words
 * @returns {{tags: Tag[], unknown: UnknownTag[]}}
 */
export function tagsOf(text, words) {
  /** @type {Tag[]} */
  const tags = [];
  /** @type {UnknownTag[]} */
  const unknown = [];
  for (const match of text.matchAll(TAG)) {
    const { square, angle, round, bold, star } = match.groups ?? {};
    const start = match.index;
    const end = start + match[0].length;
    const action = round ?? bold ?? star;
    if (action !== undefined) {
      const label = acted(action, words);
      if (label !== undefined) {
        tags.push({ start, end, label });
      }
      continue;
    }
    const tag = tagOf(start, end, square ?? angle ?? "", words);
    if (tag !== undefined && "message" in tag) {
      unknown.push(tag);
    } else if (tag !== undefined) {
      tags.push(tag);
    }
  }
  return { tags, unknown };
}

/**
 * @param {number} start
 * @param {number} end
 * @param {string} inside what stands in its brackets
 * @param {TagWords} words
 * @returns {Tag | UnknownTag | undefined} undefined of what is no tag, such as [12]
 */
function tagOf(start, end, inside, words) {
  const closes = inside.startsWith("/");
  const said = trimmed(closes ? inside.slice(1) : inside);
  const whole = aliasedLabel(said, words.labels, words.own) ?? acted(said, words);
  if (whole !== undefined) {
    return { start, end, label: closes ? "" : whole };
  }
  const { name, how } = INSIDE.exec(inside)?.groups ?? {};
  if (name === undefined) {
    return misformed(start, end, inside, words);
  }
  const label = aliasedLabel(name, words.labels, words.own);
  if (label === undefined) {
    const close = meantLabel(name, words.labels, words.own);
    const other = close === undefined ? misformed(start, end, inside, words) : undefined;
    if (other !== undefined) {
      return other;
    }
    const hint = close === undefined ? `the labels are ${words.labels.join(", ")}` : `did you mean ${close}?`;
    return { start, end, message: `no label '${name}' (${hint}); it is read as text` };
  }
  if (how === undefined) {
    return { start, end, label };
  }
  if (!NUMBER.test(how)) {
    const names = words.anchors(label);
    return names.includes(how)
      ? { start, end, label, at: how }
      : { start, end, message: `${label} has no anchor '${how}': expected one of ${names.join(", ")}` };
  }
  const value = Number(how);
  return value >= 0 && value <= 1
    ? { start, end, label, intensity: value }
    : { start, end, message: `[${inside}]: ${how} is not from 0 to 1` };
}

/**
 * What begins as a label does and goes on as no tag may, such as [joy:0,4].
 *
 * @param {number} start
 * @param {number} end
 * @param {string} inside
 * @param {TagWords} words
 * @returns {UnknownTag | undefined}
 */
function misformed(start, end, inside, words) {
  const name = FIRST.exec(inside)?.groups?.["name"] ?? "";
  const label = aliasedLabel(name, words.labels, words.own);
  if (label === undefined) {
    return undefined;
  }
  const forms = `a tag is [${name}], [${name}:0.4] or [${name} ${words.anchors(label)[0]}]`;
  return { start, end, message: `[${inside}]: ${forms}; it is read as text` };
}

/**
 * @param {string} inside
 * @param {TagWords} words
 * @returns {string | undefined} the label of an action
 */
function acted(inside, words) {
  const name = trimmed(inside).toLowerCase();
  const known = NAME.test(name) ? ACTIONS.get(name) : undefined;
  return known === undefined ? undefined : aliasedLabel(known, words.labels, words.own);
}
