/**
 * The metadata of an artifact: names, counted and checked.
 *
 * @module
 */

import { badArtifact } from "./refusals.js";
import { isRecord } from "./safetensors.js";

/** @typedef {import("./safetensors.js").Fields} Fields */

/** Kind and version of the metadata of a bank without timelines. */
export const FIRST = "mien/artifact/1";

/** The same of a bank with them. */
export const SCHEMA = "mien/artifact/2";

const ENGINE = 1;
const CLASSES = ["EXPRESSION", "LIPSYNC", "SHARED"];

/**
 * How many of each a bank has at least: an intensity is a point between two.
 *
 * @type {Readonly<Record<string, number>>}
 */
const LEAST_COUNTS = { channels: 1, intensities: 2, labels: 1 };

/**
 * What a bank's tensors are about.
 *
 * @typedef {object} Names
 * @property {number} engine
 * @property {readonly string[]} channels
 * @property {readonly string[]} intensities
 * @property {readonly string[]} classes
 * @property {readonly (readonly [string, string])[]} mirror
 */

/**
 * @param {Fields} found
 * @returns {Names}
 * @throws {ArtifactError} where the metadata is of another version or engine, or names are wrong
 */
export function readNames(found) {
  const engine = readEngine(found);
  const channels = distinct(found, "channels");
  const intensities = distinct(found, "intensities");
  const classes = texts(found, "classes");
  if (classes.length !== channels.length || !classes.every((name) => CLASSES.includes(name))) {
    throw badArtifact("metadata-classes");
  }
  const mirror = pairs(found);
  const known = new Set(channels);
  if (!mirror.flat().every((name) => known.has(name))) {
    throw badArtifact("metadata-mirror");
  }
  return { engine, channels, intensities, classes, mirror };
}

/**
 * @param {Fields} found
 * @returns {readonly Fields[]} one of each label, with its names not yet checked
 * @throws {ArtifactError}
 */
export function labelEntries(found) {
  return list(found, "labels").map((entry) => {
    if (!isRecord(entry)) {
      throw badArtifact("metadata-type", { key: "labels", expected: "a list of objects" });
    }
    return entry;
  });
}

/**
 * @param {Fields} found
 * @returns {number}
 */
function readEngine(found) {
  const schema = text(found, "schema");
  if (schema !== FIRST && schema !== SCHEMA) {
    const newer = /^mien\/artifact\/([0-9]+)$/.exec(schema);
    throw newer
      ? badArtifact("format-newer", { number: newer[1] })
      : badArtifact("format-other", { found: schema, expected: SCHEMA });
  }
  const engine = value(found, "engine");
  if (typeof engine !== "number" || !Number.isSafeInteger(engine)) {
    throw badArtifact("metadata-type", { key: "engine", expected: "a whole number" });
  }
  if (engine !== ENGINE) {
    throw badArtifact("engine-other", { found: engine, known: ENGINE });
  }
  return engine;
}

/**
 * @param {Fields} found
 * @returns {readonly (readonly [string, string])[]}
 */
function pairs(found) {
  return list(found, "mirror").map((entry) => {
    if (!Array.isArray(entry) || entry.length !== 2 || !entry.every(isText)) {
      throw badArtifact("metadata-type", { key: "mirror", expected: "a list of pairs" });
    }
    return /** @type {[string, string]} */ (entry);
  });
}

/**
 * @param {Fields} found
 * @param {string} key
 * @returns {readonly string[]}
 */
export function distinct(found, key) {
  const names = texts(found, key);
  if (new Set(names).size !== names.length) {
    throw badArtifact("metadata-twice", { key });
  }
  return names;
}

/**
 * @param {Fields} found
 * @param {string} key
 * @returns {readonly string[]}
 */
function texts(found, key) {
  const items = list(found, key);
  if (!items.every(isText)) {
    throw badArtifact("metadata-type", { key, expected: "a list of texts" });
  }
  return /** @type {readonly string[]} */ (items);
}

/**
 * @param {Fields} found
 * @param {string} key
 * @returns {readonly unknown[]}
 */
function list(found, key) {
  const items = value(found, key);
  if (!Array.isArray(items)) {
    throw badArtifact("metadata-type", { key, expected: "a list" });
  }
  const least = LEAST_COUNTS[key] ?? 0;
  if (items.length < least) {
    throw badArtifact("metadata-few", { key, found: items.length, expected: least });
  }
  return items;
}

/**
 * @param {Fields} found
 * @param {string} key
 * @returns {string}
 */
export function text(found, key) {
  const item = value(found, key);
  if (!isText(item)) {
    throw badArtifact("metadata-type", { key, expected: "a text" });
  }
  return item;
}

/**
 * @param {Fields} found
 * @param {string} key
 * @returns {unknown}
 */
function value(found, key) {
  if (!Object.hasOwn(found, key)) {
    throw badArtifact("metadata-missing", { key });
  }
  return found[key];
}

/**
 * Whether it is a text that UTF-8 can hold.
 *
 * @param {unknown} item
 * @returns {item is string}
 */
function isText(item) {
  return typeof item === "string" && !/\p{Surrogate}/u.test(item);
}
