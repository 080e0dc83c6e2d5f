/**
 * A score as it is edited: what it says, where its cues stood in the file, and the way back.
 *
 * @module
 */

import { TICKS } from "../performance/clock.js";

/** @typedef {import("../performance/plan.js").Plan} Plan */
/** @typedef {import("./types.js").FaultFacts} FaultFacts */

/** @typedef {Record<string, any>} Fields what a cue or a look says, as in the file */

/**
 * What is shown first, a cue or a look. `seconds` is when it begins; `from` where it stood in the file,
 * null of a new one.
 *
 * @typedef {object} Item
 * @property {"start" | "cues" | "gaze"} list
 * @property {Fields} fields
 * @property {number | null} from
 * @property {number} seconds
 */

/**
 * The server's answer about a score.
 *
 * @typedef {object} ScoreFacts
 * @property {string} file
 * @property {string} readOnly why it cannot be written, or empty
 * @property {string} base digest of the file
 * @property {Fields | null} document null where the file cannot be read
 * @property {readonly FaultFacts[]} faults
 * @property {Plan | null} plan null where it cannot be performed
 * @property {string} lips digest
 * @property {string} said where the lips come from
 * @property {boolean} sound
 * @property {string} artifact digest of the bank
 */

/** @type {readonly ("cues" | "gaze")[]} */
const LISTS = ["cues", "gaze"];
const ORDER = ["start", ...LISTS];

const LIFE = ["blinks", "glances", "brows", "head", "breath"];
const HUNDREDTH = 0.01;
const MOST_STEPS = 200;

/** What a score says now, and what it said before. */
export class ScoreDraft {
  /** @param {ScoreFacts} facts */
  constructor(facts) {
    this.base = facts.base;
    this.document = facts.document ?? {};
    /** @type {Item[]} */
    this.items = [
      { list: "start", fields: { ...this.document["start"] }, from: null, seconds: 0 },
      ...LISTS.flatMap((list) =>
        (this.document[list] ?? []).map((/** @type {Fields} */ fields, /** @type {number} */ from) => ({
          list,
          fields: { ...fields },
          from,
          seconds: 0,
        })),
      ),
    ];
    /** @type {string[]} */
    this.past = [];
    this.changed = false;
    this.time(facts.plan);
  }

  /** @param {Item["list"]} list @returns {Item[]} in order */
  of(list) {
    return this.items.filter((one) => one.list === list);
  }

  /** @returns {boolean} whether anything lives beside cues and lips */
  get lives() {
    const life = this.document["life"] ?? {};
    return LIFE.some((name) => (life[name] ?? 1) > 0);
  }

  /**
   * Take the moments of words from a plan; others are known.
   *
   * @param {Plan | null} plan
   */
  time(plan) {
    for (const list of LISTS) {
      const found = list === "cues" ? plan?.moves : plan?.looks;
      const own = this.of(list);
      own.forEach((item, at) => {
        const { time, shift } = item.fields;
        if (typeof time === "number") item.seconds = time + (shift ?? 0);
        else if (found?.length === own.length) item.seconds = found[at].start / TICKS;
      });
    }
  }

  /** Remember what it says, before a change. */
  keep() {
    const now = JSON.stringify([this.document, this.items]);
    if (this.past[this.past.length - 1] !== now) this.past.push(now);
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.changed = true;
  }

  /** @returns {boolean} whether there was a way back */
  undo() {
    const before = this.past.pop();
    if (before === undefined) return false;
    [this.document, this.items] = JSON.parse(before);
    this.changed = this.past.length > 0;
    return true;
  }

  /**
   * Have an item begin at another time, in hundredths; of a word it is a shift.
   *
   * @param {Item} item
   * @param {number} seconds
   */
  move(item, seconds) {
    const to = rounded(seconds);
    const { fields } = item;
    if (typeof fields["word"] === "string") {
      const word = item.seconds - (fields["shift"] ?? 0);
      set(fields, "shift", rounded(to - word) || undefined);
    } else {
      set(fields, "shift", undefined);
      fields["time"] = to;
    }
    item.seconds = to;
    this.sort();
  }

  /** Put items in the order of their times. */
  sort() {
    this.items.sort((a, b) => ORDER.indexOf(a.list) - ORDER.indexOf(b.list) || a.seconds - b.seconds);
  }

  /**
   * @param {"cues" | "gaze"} list
   * @param {Fields} fields with a time
   * @returns {Item}
   */
  add(list, fields) {
    const item = { list, fields, from: null, seconds: fields["time"] };
    this.items.push(item);
    this.sort();
    return item;
  }

  /** @param {Item} item */
  remove(item) {
    this.items = this.items.filter((one) => one !== item);
  }

  /** @param {boolean} on */
  live(on) {
    if (on) delete this.document["life"];
    else this.document["life"] = Object.fromEntries(LIFE.map((name) => [name, 0]));
  }

  /**
   * It is in the file now, as it was when these were its items.
   *
   * @param {string} base digest of the file
   * @param {readonly Item[]} items
   * @param {boolean} changed whether it says something else meanwhile
   */
  saved(base, items, changed) {
    this.base = base;
    for (const item of this.items) item.from = null;
    for (const list of LISTS) {
      items.filter((one) => one.list === list).forEach((item, at) => (item.from = at));
    }
    this.past = [];
    this.changed = changed;
  }

  /** @returns {object} what the server is asked with */
  request() {
    /** @type {Fields} */
    const document = { ...this.document };
    /** @type {Record<string, (number | null)[]>} */
    const origins = {};
    const [start] = this.of("start");
    set(document, "start", Object.keys(start.fields).length ? start.fields : undefined);
    for (const list of LISTS) {
      const own = this.of(list);
      origins[list] = own.map(({ from }) => from);
      set(document, list, own.length ? own.map(({ fields }) => fields) : undefined);
    }
    return { document, origins, base: this.base };
  }

  /**
   * The item that a fault is about.
   *
   * @param {FaultFacts} fault
   * @returns {Item | undefined}
   */
  blamed({ path }) {
    if (/^start\b/.test(path)) return this.of("start")[0];
    const found = /^(cues|gaze)\[(\d+)\]/.exec(path);
    return found ? this.items.filter(({ list }) => list === found[1])[Number(found[2])] : undefined;
  }
}

/**
 * Give a key a value, or take it away.
 *
 * @param {Fields} fields
 * @param {string} key
 * @param {unknown} value undefined takes it away
 */
export function set(fields, key, value) {
  if (value === undefined) delete fields[key];
  else fields[key] = value;
}

/** @param {number} seconds @returns {number} in hundredths, 0 or more */
function rounded(seconds) {
  return Math.round(seconds / HUNDREDTH) / 100 + 0;
}

/**
 * The label or the mixture of a cue as people write it: joy, or joy=0.6, surprise=0.4.
 *
 * @param {Fields} fields
 * @returns {string}
 */
export function labelText({ label }) {
  if (label === undefined) return "";
  if (typeof label === "string") return label;
  return Object.entries(label)
    .map(([name, weight]) => `${name}=${weight}`)
    .join(", ");
}

/**
 * What `labelText` gives, read.
 *
 * @param {string} text
 * @returns {string | Record<string, number> | undefined}
 */
export function readLabel(text) {
  const words = text.trim();
  if (!words) return undefined;
  if (!words.includes("=")) return words;
  return Object.fromEntries(
    words.split(",").map((part) => {
      const [name, weight] = part.split("=");
      return [name.trim(), Number(weight)];
    }),
  );
}
