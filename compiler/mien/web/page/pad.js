/**
 * The pad: valence across, arousal up, with the label's anchors and plateaus in the plane of the
 * dominance.
 *
 * @module
 */

import { byId, shape } from "./dom.js";
import { anchorsOf, shares } from "./faces.js";
import { held, signed } from "./numbers.js";

/** @typedef {import("../evaluator.js").Evaluator} Evaluator */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./faces.js").Anchor} Anchor */

/** @typedef {{x: number, y: number}} Step */

const STEP = 0.01;
const LARGE = 0.1;
const EDGE = 1.06;
const BESIDE = 0.085;

/** @type {Readonly<Record<string, Step>>} */
const KEYS = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowDown: { x: 0, y: -1 },
  ArrowUp: { x: 0, y: 1 },
};

/** The pad in the page. */
export class Pad {
  /** @param {(valence: number, arousal: number) => void} moved */
  constructor(moved) {
    this.moved = moved;
    this.element = byId("pad", HTMLElement);
    this.plane = shape("g");
    this.thumb = shape("circle", { class: "thumb", r: 0.055 });
    this.element.append(
      shape(
        "svg",
        { viewBox: `${-EDGE} ${-EDGE} ${2 * EDGE} ${2 * EDGE}`, "aria-hidden": "true" },
        ...frame(),
        this.plane,
        this.thumb,
      ),
    );
    this.disabled = false;
    this.at = { x: 0, y: 0 };
    this.element.addEventListener("keydown", (event) => this.pressed(event));
    this.element.addEventListener("pointerdown", (event) => this.grabbed(event));
    this.element.addEventListener("pointermove", (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) this.dragged(event);
    });
  }

  /**
   * @param {Evaluator} evaluator
   * @param {View} view
   */
  show(evaluator, view) {
    const [v, a, d] = view.vad;
    this.at = { x: v, y: a };
    this.disabled = view.edit !== "";
    this.element.setAttribute("aria-disabled", String(this.disabled));
    this.element.setAttribute("aria-valuenow", String(v));
    this.element.setAttribute("aria-valuetext", `valence ${signed(v)}, arousal ${signed(a)}`);
    this.thumb.setAttribute("cx", String(v));
    this.thumb.setAttribute("cy", String(-a));
    const labels = Object.keys(shares(view));
    const mixed = labels.length > 1;
    this.plane.replaceChildren(...labels.flatMap((label) => drawn(evaluator, label, d, mixed)));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const step = KEYS[event.key];
    if (!step || this.disabled || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const size = event.shiftKey ? LARGE : STEP;
    this.move(this.at.x + size * step.x, this.at.y + size * step.y);
  }

  /** @param {PointerEvent} event */
  grabbed(event) {
    if (this.disabled || event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.element.focus({ preventScroll: true });
    this.dragged(event);
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  dragged(event) {
    const box = this.element.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 2 - 1;
    const y = 1 - ((event.clientY - box.top) / box.height) * 2;
    this.move(EDGE * x, EDGE * y);
  }

  /**
   * @param {number} valence
   * @param {number} arousal
   */
  move(valence, arousal) {
    this.moved(held(valence, -1, 1), held(arousal, -1, 1));
  }
}

/** @returns {SVGElement[]} the square, its axes and what their ends mean */
function frame() {
  const words = /** @type {const} */ ([
    ["← unpleasant", -0.96, 0.96, "start"],
    ["pleasant →", 0.96, 0.96, "end"],
    ["↑ aroused", 0.03, -0.93, "start"],
    ["↓ calm", 0.03, 0.96, "start"],
  ]);
  return [
    shape("rect", { class: "square", x: -1, y: -1, width: 2, height: 2, rx: 0.05 }),
    shape("path", { class: "axes", d: "M-1 0H1M0 -1V1" }),
    ...words.map(([word, x, y, anchor]) =>
      shape("text", { class: "word", x, y, "text-anchor": anchor }, word),
    ),
  ];
}

/**
 * A label's line, plateaus and points; what lies off the plane of the dominance is fainter.
 *
 * @param {Evaluator} evaluator
 * @param {string} label
 * @param {number} dominance
 * @param {boolean} mixed whether other labels stand beside it, and styles do not count
 * @returns {SVGElement[]}
 */
function drawn(evaluator, label, dominance, mixed) {
  const table = evaluator.table(label);
  const { metric } = evaluator.tables;
  const anchors = anchorsOf(evaluator, label);
  const steps = anchors.filter((one) => !one.style);
  const line = steps.map(({ vad: [v, a] }) => `${v} ${-a}`).join("L");
  return [
    ...steps.flatMap(({ vad }, i) => {
      const outer = table.plateauOuter[i];
      const flat = outer - table.plateauSpan[i];
      return [
        ...plateau("fading", vad, outer, dominance, metric),
        ...plateau("flat", vad, flat, dominance, metric),
      ];
    }),
    shape("path", { class: "line", d: `M${line}` }),
    ...(mixed ? steps : anchors).map((one) =>
      mark(one, mixed ? `${label} ${one.name}` : one.name, dominance),
    ),
  ];
}

/**
 * @param {string} name
 * @param {Point} vad
 * @param {number} squared radius in the metric
 * @param {number} dominance
 * @param {Float32Array} metric
 * @returns {SVGElement[]} the ellipse where the plane cuts the plateau, if it does
 */
function plateau(name, [v, a, d], squared, dominance, metric) {
  const left = squared - metric[2] * (dominance - d) * (dominance - d);
  if (left <= 0) return [];
  const rx = Math.sqrt(left / metric[0]);
  const ry = Math.sqrt(left / metric[1]);
  return [shape("ellipse", { class: name, cx: v, cy: -a, rx, ry })];
}

/**
 * @param {Anchor} anchor
 * @param {string} words
 * @param {number} dominance
 * @returns {SVGElement}
 */
function mark({ style, vad: [v, a, d] }, words, dominance) {
  const opacity = Math.max(0.35, 1 - Math.abs(dominance - d)).toFixed(2);
  const point = style
    ? shape("path", { d: `M${v} ${-a - 0.035}l.035 .035l-.035 .035l-.035 -.035Z` })
    : shape("circle", { cx: v, cy: -a, r: 0.028 });
  const right = v > 0.55;
  const text = shape(
    "text",
    { x: v + (right ? -BESIDE : BESIDE), y: -a + 0.025, "text-anchor": right ? "end" : "start" },
    words,
  );
  return shape("g", { class: style ? "mark style" : "mark", opacity }, point, text);
}
