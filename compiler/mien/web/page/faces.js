/**
 * From a view to a face: which labels, where, and what is edited.
 *
 * @module
 */

import { Evaluator } from "../evaluator.js";
import { shortestPoint } from "./numbers.js";

/** @typedef {import("../types.js").Tables} Tables */
/** @typedef {import("../types.js").LabelTable} LabelTable */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Point} Point */

/** @typedef {{name: string, style: boolean, vad: Point}} Anchor */

/** A point this near to the line through the anchors counts as on it. */
export const ON_THE_LINE = 0.005;

/** A weight below this moves nothing that could be seen. */
const AT_REST = 0.0005;

/**
 * The parts of a view's labels; they sum to 1, and are exact where the view's own do.
 *
 * @param {View} view
 * @returns {Record<string, number>}
 */
export function shares(view) {
  const parts = Object.entries(view.mix).filter(([, part]) => part > 0);
  if (parts.length === 0) return { [view.label]: 1 };
  const total = parts.reduce((sum, [, part]) => sum + part, 0);
  return Object.fromEntries(parts.map(([label, part]) => [label, part / total]));
}

/**
 * The face of a view.
 *
 * @param {Evaluator} evaluator
 * @param {View} view
 * @returns {Float32Array}
 */
export function faceOf(evaluator, view) {
  const weights = shares(view);
  const labels = Object.keys(weights);
  if (labels.length > 1) return evaluator.mixture(weights, view.vad, view.speech);
  const style = labels[0] === view.label ? view.style : "";
  return evaluator.face(labels[0], view.vad, {
    speech: view.speech,
    ...(style ? { style } : {}),
  });
}

/**
 * Weights of the bank's channels as weights of the drawn face's, and what the drawing cannot show.
 *
 * @param {Readonly<Record<string, number>>} weights
 * @param {Readonly<Record<string, readonly string[]>>} drawn channel to the drawn face's that it moves
 * @returns {{weights: Record<string, number>, undrawn: string[], blank: boolean}} `undrawn` channels
 *   are not at rest; `blank` is a face that is not at rest and of which nothing can be shown
 */
export function onDrawing(weights, drawn) {
  /** @type {Record<string, number>} */
  const found = {};
  /** @type {string[]} */
  const undrawn = [];
  for (const [name, weight] of Object.entries(weights)) {
    const channels = drawn[name] ?? [];
    for (const channel of channels) {
      found[channel] = channel in found ? Math.min(1, found[channel] + weight) : weight;
    }
    if (channels.length === 0 && weight >= AT_REST) undrawn.push(name);
  }
  const blank = undrawn.length > 0 && Object.values(found).every((weight) => weight < AT_REST);
  return { weights: found, undrawn, blank };
}

/**
 * The anchors of a label: its intensities, then its styles.
 *
 * @param {Evaluator} evaluator
 * @param {string} label
 * @returns {Anchor[]}
 */
export function anchorsOf(evaluator, label) {
  const table = evaluator.table(label);
  return [
    ...evaluator.tables.intensities.map((name, i) => anchor(name, false, table.anchors, i)),
    ...table.styles.map((name, i) => anchor(name, true, table.styleAnchors, i)),
  ];
}

/**
 * @param {string} name
 * @param {boolean} style
 * @param {Float32Array} points
 * @param {number} i
 * @returns {Anchor}
 */
function anchor(name, style, points, i) {
  return { name, style, vad: shortestPoint(points.subarray(3 * i, 3 * i + 3)) };
}

/**
 * The anchor that the view stands on, if it stands on one.
 *
 * @param {Evaluator} evaluator
 * @param {View} view
 * @returns {Anchor | undefined}
 */
export function anchorAt(evaluator, view) {
  return anchorsOf(evaluator, view.label).find((one) => one.vad.every((x, i) => x === view.vad[i]));
}

/**
 * The point at an intensity; of a mixture, the weighted mean of its labels' points.
 *
 * @param {Evaluator} evaluator
 * @param {View} view
 * @param {number} intensity in [0, 1]
 * @returns {Point}
 */
export function pointAt(evaluator, view, intensity) {
  const weights = shares(view);
  const labels = evaluator.tables.labels.map((one) => one.label).filter((one) => weights[one] > 0);
  if (labels.length === 1) return shortestPoint(evaluator.vadAt(labels[0], intensity));
  const mean = [0, 0, 0];
  for (const label of labels) {
    const own = evaluator.vadAt(label, intensity);
    for (let axis = 0; axis < 3; axis += 1) mean[axis] += Math.fround(weights[label]) * own[axis];
  }
  return shortestPoint(mean.map((one) => Math.min(1, Math.max(-1, one))));
}

/**
 * The intensity whose point is nearest to the view's, and how far it is in the bank's metric.
 *
 * @param {Evaluator} evaluator
 * @param {View} view
 * @returns {{intensity: number, distance: number}}
 */
export function nearestIntensity(evaluator, view) {
  const { metric, intensities } = evaluator.tables;
  const last = intensities.length - 1;
  const knots = intensities.map((_, i) => pointAt(evaluator, view, i / last));
  let best = { intensity: 0, distance: Infinity };
  for (let i = 0; i < last; i += 1) {
    const along = inner(metric, minus(knots[i + 1], knots[i]), minus(knots[i + 1], knots[i]));
    const reach = inner(metric, minus(view.vad, knots[i]), minus(knots[i + 1], knots[i]));
    const share = along > 0 ? Math.min(1, Math.max(0, reach / along)) : 0;
    const off = view.vad.map((x, a) => x - knots[i][a] - share * (knots[i + 1][a] - knots[i][a]));
    const distance = Math.sqrt(inner(metric, off, off));
    if (distance < best.distance - 1e-9) best = { intensity: (i + share) / last, distance };
  }
  return best;
}

/**
 * A copy of the tables in which one anchor's face is edited.
 *
 * @param {Tables} tables
 * @param {string} label
 * @param {Anchor} anchor
 * @param {ReadonlyMap<string, number>} values channel to weight; of a style, to offset
 * @returns {Tables}
 */
export function edited(tables, label, { name, style }, values) {
  return {
    ...tables,
    labels: tables.labels.map((table) => {
      if (table.label !== label) return table;
      const row = style ? table.styles.indexOf(name) : tables.intensities.indexOf(name);
      const numbers = Float32Array.from(style ? table.styleOffset : table.archetypes);
      for (const [channel, value] of values) {
        numbers[row * tables.channels.length + tables.channels.indexOf(channel)] = value;
      }
      return { ...table, [style ? "styleOffset" : "archetypes"]: numbers };
    }),
  };
}

/**
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 * @returns {number[]}
 */
function minus(a, b) {
  return a.map((x, axis) => x - b[axis]);
}

/**
 * @param {ArrayLike<number>} metric
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 * @returns {number}
 */
function inner(metric, a, b) {
  return a.reduce((sum, x, axis) => sum + metric[axis] * x * b[axis], 0);
}
