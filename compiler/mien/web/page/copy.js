/**
 * A face as text to take along.
 *
 * @module
 */

import { say } from "./dom.js";
import { shortest } from "./numbers.js";

/** @typedef {import("./types.js").View} View */

/**
 * The face as `mien face --format json` gives it.
 *
 * @param {View} view
 * @param {Readonly<Record<string, number>>} shares of the labels
 * @param {Readonly<Record<string, number>>} weights
 * @returns {string}
 */
export function asJson(view, shares, weights) {
  const labels = Object.entries(shares).map(([label, share]) => `${label}=${share}`);
  return JSON.stringify(
    {
      label: labels.length > 1 ? labels.join(",") : Object.keys(shares)[0],
      vad: view.vad,
      style: (labels.length === 1 && view.style) || null,
      speech: view.speech,
      channels: Object.fromEntries(
        Object.entries(weights).map(([name, weight]) => [name, shortest(weight)]),
      ),
    },
    null,
    2,
  );
}

/**
 * The face as lines of an archetype: sides that agree as their shorthand, nothing at rest.
 *
 * @param {Readonly<Record<string, number>>} weights
 * @param {Readonly<Record<string, readonly string[]>>} shorthands
 * @returns {string}
 */
export function asYaml(weights, shorthands) {
  /** @type {Set<string>} */
  const written = new Set();
  const lines = [];
  for (const [name, weight] of Object.entries(weights)) {
    if (weight === 0 || written.has(name)) continue;
    const whole = Object.entries(shorthands).find(
      ([, members]) =>
        members.includes(name) &&
        members.every((member) => weights[member] === weight && !written.has(member)),
    );
    for (const member of whole?.[1] ?? [name]) written.add(member);
    lines.push(`${whole?.[0] ?? name}: ${shortest(weight)}`);
  }
  return lines.length ? `${lines.join("\n")}\n` : "{}\n";
}

/**
 * Put text on the clipboard and say so.
 *
 * @param {string} text
 * @param {HTMLButtonElement} button
 */
export async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    say("Copied");
  } catch {
    button.textContent = "Not allowed";
    say("The browser did not allow copying");
  }
  setTimeout(() => (button.textContent = before), 1200);
}
