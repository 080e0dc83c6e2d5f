/**
 * Text in, emotion out: what `mien read` makes of a text, tag for tag.
 *
 *     const reader = new Reader(file, bank);
 *     reader.read("I'm so happy to see you!").label;           // joy
 *     for (const one of reader.readLines(lines)) { … }         // a reading a sentence
 *
 * A linear reader gives the bits of Python; a transformer the same labels, and probabilities within
 * a thousandth. Places are in UTF-16 units.
 *
 * @module
 */

import { onlyKnown } from "./options.js";
import { readModel } from "./reader_file.js";
import { confidenceOf, sigmoid, strengthAt } from "./reader_linear.js";
import { tagsOf } from "./reader_tags.js";
import { spoken, tokensOf } from "./reader_tokens.js";
import { sentences, spokenBy, trimmed } from "./reader_units.js";

/** @typedef {import("./reader_tags.js").Tag} Tag */
/** @typedef {import("./reader_tokens.js").Token} Token */
/** @typedef {import("./types.js").Vad} Vad */

/**
 * What a reader asks of a bank; `Bank` is one.
 *
 * @typedef {object} ReaderBank
 * @property {readonly string[]} labels
 * @property {readonly string[]} intensities from the lowest
 * @property {(label: string) => readonly string[]} styles
 * @property {(label: string, options: {at?: string, intensity?: number}) => Vad} point
 */

/**
 * A unit of text as a label, a point and a strength; see mien/reading/reading.py.
 *
 * @typedef {object} Reading
 * @property {string} text
 * @property {{line: number, start: number, end: number}} span its line, from 1, and its place in it
 * @property {"tag" | "words" | "emoji" | "nothing"} by
 * @property {string} label
 * @property {Map<string, number>} labels from the most probable
 * @property {number} confidence in [0, 1]
 * @property {number} strength in [0, 1]: how much of the face is shown
 * @property {number} intensity in [0, 1]
 * @property {string | null} at the anchor that it is snapped to
 * @property {Vad | null} vad the point; null where no bank was given
 * @property {readonly string[]} notes tags that name nothing
 * @property {string} speaker who speaks the line, "" where it does not say
 */

/**
 * @typedef {object} ReadOptions
 * @property {"sentence" | "line" | "all"} [per] what `readLines` reads as one
 * @property {number} [context] so many earlier units count too, each half of the one after it
 * @property {Readonly<Record<string, number>>} [prefer] raises of logits by label
 * @property {number} [strength] in [0, 1]: how much of what is read is shown
 * @property {boolean} [snap] the point on the nearest anchor; true unless said otherwise
 * @property {string} [speaker] of a script, only the lines that begin with this name and a colon
 */

const [STILL, FULL] = [0.2, 0.55];
const FADE = 0.5;

/** Reads texts into the labels and intensities of a bank. */
export class Reader {
  /**
   * @param {Uint8Array} file a reader's .safetensors
   * @param {ReaderBank | readonly string[]} bank or its intensities alone, from the lowest: then
   *   tags name no styles, and readings have no point
   * @param {import("./suggest.js").Words} [aliases] the bank's own words for its labels
   * @throws {ArtifactError} where the bytes are no reader
   * @throws {RangeError} where the reader is for other labels
   */
  constructor(file, bank, aliases = {}) {
    this.model = readModel(file);
    const { facts } = this.model;
    this.bank = "labels" in bank ? bank : null;
    this.intensities = "labels" in bank ? bank.intensities : bank;
    const labels = this.bank?.labels ?? facts.labels;
    const missing = facts.labels.filter((label) => !labels.includes(label));
    if (missing.length > 0) {
      throw new RangeError(
        `the reader ${facts.name} ${facts.version} is for other labels: the bank has no ${missing.join(", ")}; ` +
          `its labels are ${labels.join(", ")}`,
      );
    }
    this.words = {
      labels,
      own: aliases,
      anchors: (/** @type {string} */ label) => [...this.intensities, ...(this.bank?.styles(label) ?? [])],
    };
  }

  /**
   * @param {string} text read as one unit; of its tags the first decides
   * @param {ReadOptions} [options]
   * @returns {Reading}
   * @throws {RangeError} an option is out of range
   */
  read(text, options = {}) {
    for (const one of this.units(text, 1, checked({ ...options, per: "all" }, this.words.labels), [])) {
      return one;
    }
    throw new RangeError("a text has a unit");
  }

  /**
   * The readings of lines, a unit at a time; empty lines have none.
   *
   * @param {Iterable<string>} lines
   * @param {ReadOptions} [options]
   * @returns {Generator<Reading>}
   * @throws {RangeError} an option is out of range
   */
  *readLines(lines, options = {}) {
    const asked = checked(options, this.words.labels);
    /** @type {number[][]} */
    const past = [];
    if (asked.per === "all") {
      yield* this.units(Array.from(spokenLines(lines, asked.speaker), ({ text }) => text).join("\n"), 1, asked, past);
      return;
    }
    for (const { number, name, text } of spokenLines(lines, asked.speaker)) {
      if (trimmed(text) !== "") {
        for (const one of this.units(text, number, asked, past)) {
          yield { ...one, speaker: name };
        }
      }
    }
  }

  /**
   * @param {string} text
   * @param {number} line
   * @param {Required<ReadOptions>} options
   * @param {number[][]} past
   * @returns {Generator<Reading>}
   */
  *units(text, line, options, past) {
    const { tags, unknown } = tagsOf(text, this.words);
    for (const [start, end, tag] of stretches(text, tags)) {
      const inside = text.slice(start, end);
      const pieces = options.per === "sentence" ? sentences(inside) : [[0, end - start]];
      for (const [first, last] of pieces.length > 0 ? pieces : [[0, 0]]) {
        const span = { line, start: start + first, end: start + last };
        const notes = unknown.filter((one) => span.start <= one.start && one.start < span.end);
        const said = trimmed(text.slice(span.start, span.end));
        const found = tag === null ? this.reading(said, options, past) : this.tagged(said, tag, options);
        yield { text: said, span, ...found, notes: notes.map(({ message }) => message), speaker: "" };
      }
    }
  }

  /**
   * @param {string} text
   * @param {Required<ReadOptions>} options
   * @param {number[][]} past the probabilities of earlier units
   * @returns {Omit<Reading, "text" | "span" | "notes" | "speaker">}
   */
  reading(text, options, past) {
    const { facts } = this.model;
    const tokens = tokensOf(text);
    const by = kindOf(tokens);
    if (by === "nothing") {
      const labels = new Map([[facts.neutral, 0]]);
      return { by, label: facts.neutral, labels, confidence: 0, strength: 0, ...this.place(facts.neutral, 0, options) };
    }
    const { logits, vad } = this.model.scores(text, tokens);
    const own = logits.map((logit, i) => sigmoid(logit + (options.prefer[facts.labels[i]] ?? 0)));
    const probabilities = withContext(own, past, options.context);
    const order = probabilities.map((_, i) => i);
    order.sort((one, other) => probabilities[other] - probabilities[one] || one - other);
    const top = order[0];
    const hangul = tokens.filter(({ kind }) => kind === "hangul").length;
    const latin = tokens.filter(({ kind }) => kind === "word").length;
    const confidence = confidenceOf(facts, hangul > latin ? 1 : 0, probabilities[top]);
    const shown = Math.min(Math.max((confidence - STILL) / (FULL - STILL), 0), 1);
    const label = facts.labels[top];
    return {
      by,
      label,
      labels: new Map(order.map((i) => [facts.labels[i], probabilities[i]])),
      confidence,
      strength: shown * options.strength,
      ...this.place(label, strengthAt(facts, top, vad), options),
    };
  }

  /**
   * @param {string} text
   * @param {Tag} tag
   * @param {Required<ReadOptions>} options
   * @returns {Omit<Reading, "text" | "span" | "notes" | "speaker">}
   */
  tagged(text, { label, intensity, at }, options) {
    const { facts, scores } = this.model;
    const known = facts.labels.indexOf(label);
    const said = {
      by: /** @type {const} */ ("tag"),
      label,
      labels: new Map([[label, 1]]),
      confidence: 1,
      strength: options.strength,
    };
    if (at !== undefined) {
      const place = this.intensities.indexOf(at);
      const among = place < 0 ? 0.5 : place / Math.max(this.intensities.length - 1, 1);
      return { ...said, intensity: among, at, vad: this.point(label, { at }) };
    }
    if (intensity !== undefined) {
      return { ...said, intensity, at: null, vad: this.point(label, { intensity }) };
    }
    const read = known >= 0 && text !== "" ? strengthAt(facts, known, scores(text, tokensOf(text)).vad) : 0.5;
    return { ...said, ...this.place(label, read, options) };
  }

  /**
   * @param {string} label
   * @param {number} intensity
   * @param {Required<ReadOptions>} options
   * @returns {Pick<Reading, "intensity" | "at" | "vad">} at the nearest anchor, or between them
   */
  place(label, intensity, { snap }) {
    if (!snap) {
      return { intensity, at: null, vad: this.point(label, { intensity }) };
    }
    const last = this.intensities.length - 1;
    const position = Math.min(Math.floor(intensity * last + 0.5), last);
    const at = this.intensities[position];
    return { intensity: position / Math.max(last, 1), at, vad: this.point(label, { at }) };
  }

  /**
   * @param {string} label
   * @param {{at?: string, intensity?: number}} where
   * @returns {Vad | null}
   */
  point(label, where) {
    return this.bank === null ? null : /** @type {Vad} */ (Array.from(this.bank.point(label, where)));
  }
}

/**
 * The lines that are to be read, each with its number, from 1, and who speaks it.
 *
 * @param {Iterable<string>} lines
 * @param {string} speaker whose lines they are, "" for all
 * @returns {Generator<{number: number, name: string, text: string}>}
 * @throws {RangeError} none is the speaker's
 */
function* spokenLines(lines, speaker) {
  const wanted = speaker.toLowerCase();
  /** @type {Set<string>} */
  const names = new Set();
  let number = 0;
  for (const line of lines) {
    number += 1;
    const { name, text } = spokenBy(line.replace(/[\r\n]+$/u, ""), wanted !== "");
    if (wanted === "" || name.toLowerCase() === wanted) {
      yield { number, name, text };
    }
    names.add(name);
  }
  if (wanted !== "" && ![...names].some((name) => name.toLowerCase() === wanted)) {
    throw new RangeError(`no line is spoken by ${speaker}; known: ${[...names].filter((name) => name !== "").join(", ")}`);
  }
}

/**
 * The text before the first tag, and what follows each in its line, then the lines after it; a tag
 * alone is an empty stretch, and what follows one that closes another is read as text.
 *
 * @param {string} text
 * @param {readonly Tag[]} tags
 * @returns {[number, number, Tag | null][]}
 */
function stretches(text, tags) {
  const first = tags.length > 0 ? tags[0].start : text.length;
  /** @type {[number, number, Tag | null][]} */
  const found = !tags.some(({ label }) => label !== "") || trimmed(text.slice(0, first)) !== "" ? [[0, first, null]] : [];
  tags.forEach((tag, i) => {
    const end = i + 1 < tags.length ? tags[i + 1].start : text.length;
    const line = text.slice(tag.end, end).indexOf("\n");
    const held = tag.label === "" ? tag.end : line < 0 ? end : tag.end + line;
    if (tag.label !== "") {
      found.push([tag.end, held, tag]);
    }
    if (trimmed(text.slice(held, end)) !== "") {
      found.push([held, end, null]);
    }
  });
  return found;
}

/**
 * @param {readonly Token[]} tokens
 * @returns {"words" | "emoji" | "nothing"}
 */
function kindOf(tokens) {
  if (tokens.some(spoken)) {
    return "words";
  }
  return tokens.some(({ kind }) => kind === "emoji") ? "emoji" : "nothing";
}

/**
 * The mean of the unit's and the earlier ones' own probabilities, each half of the next.
 *
 * @param {number[]} own
 * @param {number[][]} past which the unit is added to
 * @param {number} context
 * @returns {number[]}
 */
function withContext(own, past, context) {
  if (context === 0) {
    return own;
  }
  let total = own;
  let share = 1;
  let whole = 1;
  for (const earlier of past.slice().reverse()) {
    share *= FADE;
    whole += share;
    const part = share;
    total = total.map((one, i) => one + part * earlier[i]);
  }
  past.push(own);
  past.splice(0, Math.max(past.length - context, 0));
  return total.map((one) => one / whole);
}

/**
 * @param {ReadOptions} options
 * @param {readonly string[]} labels
 * @returns {Required<ReadOptions>}
 * @throws {RangeError}
 * @throws {TypeError} an option that there is not
 */
function checked(options, labels) {
  onlyKnown("read", options, ["per", "context", "prefer", "strength", "snap", "speaker"]);
  const { per = "sentence", context = 0, prefer = {}, strength = 1, snap = true, speaker = "" } = options;
  if (!["sentence", "line", "all"].includes(per)) {
    throw new RangeError(`per is ${per}, expected one of sentence, line, all`);
  }
  if (!Number.isInteger(context) || context < 0) {
    throw new RangeError(`context is ${context}, expected 0 or more`);
  }
  if (!(strength >= 0 && strength <= 1)) {
    throw new RangeError(`strength is ${strength}, expected a number from 0 to 1`);
  }
  for (const [name, raise] of Object.entries(prefer)) {
    if (!labels.includes(name)) {
      throw new RangeError(`no label '${name}': the labels are ${labels.join(", ")}`);
    }
    if (!(Math.abs(raise) <= 10)) {
      throw new RangeError(`prefer: ${name} is ${raise}, expected a raise from -10 to 10`);
    }
  }
  return { per, context, prefer, strength, snap, speaker };
}
