/**
 * The one view that every part of the page shows and changes, and the link that shows it again.
 *
 * @module
 */

/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Point} Point */

/** Holds the view and calls its listeners after every change. */
export class ViewStore {
  /** @param {View} view */
  constructor(view) {
    this.view = view;
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  /**
   * Change parts of the view.
   *
   * @param {Partial<View>} parts
   */
  set(parts) {
    this.view = { ...this.view, ...parts };
    this.notify();
  }

  /** @param {() => void} listener */
  listen(listener) {
    this.listeners.push(listener);
  }

  /** Have everything drawn again. */
  notify() {
    for (const listener of this.listeners) listener();
  }
}

/**
 * What stands behind the # for a view.
 *
 * @param {View} view
 * @returns {string}
 */
export function linkOf(view) {
  const parts = [`label=${view.label}`];
  const mix = Object.entries(view.mix).map(([label, part]) => `${label}:${part}`);
  if (mix.length) parts.push(`mix=${mix.join(",")}`);
  parts.push(`vad=${view.vad.join(",")}`);
  if (view.style) parts.push(`style=${view.style}`);
  if (view.speech) parts.push(`speech=${view.speech}`);
  if (view.edit) parts.push(`edit=${view.edit}`);
  return parts.join("&");
}

/**
 * What a link says of a view; what cannot be read is left out.
 *
 * @param {string} hash with or without its #
 * @returns {Partial<View>}
 */
export function readLink(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {Partial<View>} */
  const view = {};
  const label = given.get("label");
  if (label) view.label = label;
  const vad = readPoint(given.get("vad"));
  if (vad) view.vad = vad;
  const speech = Number(given.get("speech") ?? 0);
  view.speech = speech >= 0 && speech <= 1 ? speech : 0;
  view.style = given.get("style") ?? "";
  view.edit = given.get("edit") ?? "";
  view.mix = readMix(given.get("mix"));
  return view;
}

/**
 * @param {string | null} text
 * @returns {Point | null}
 */
function readPoint(text) {
  const numbers = (text ?? "").split(",").map((one) => (one.trim() ? Number(one) : NaN));
  const [v, a, d] = numbers;
  return numbers.length === 3 && numbers.every((one) => Math.abs(one) <= 1) ? [v, a, d] : null;
}

/**
 * @param {string | null} text
 * @returns {Record<string, number>}
 */
function readMix(text) {
  /** @type {Record<string, number>} */
  const mix = {};
  for (const item of (text ?? "").split(",")) {
    const [label, part] = item.split(":");
    const number = Number(part);
    if (label && number >= 0 && number <= 100) mix[label] = number;
  }
  return Object.keys(mix).length > 1 ? mix : {};
}
