/**
 * The drawn face. It moves to a new expression in a moment; the numbers beside it never wait.
 *
 * @module
 */

import { shapes } from "../drawing.js";
import { byId, shape } from "./dom.js";

/** @typedef {import("../drawing.js").FlatFace} FlatFace */

const MOMENT = 180;

/** The face in the page. */
export class Face {
  /** @param {FlatFace} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    this.svg = shape("svg", { viewBox: drawing.view.join(" "), role: "img" });
    byId("face", HTMLElement).replaceChildren(this.svg);
    /** @type {Record<string, number>} */
    this.shown = {};
    this.frame = 0;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
  }

  /**
   * @param {Record<string, number>} weights
   * @param {string} about what a screen reader says
   * @param {boolean} smooth
   */
  show(weights, about, smooth) {
    cancelAnimationFrame(this.frame);
    this.svg.setAttribute("aria-label", about);
    if (!smooth || this.still.matches) {
      this.draw(weights);
      return;
    }
    const from = this.shown;
    const start = performance.now();
    /** @param {number} now */
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - start) / MOMENT));
      const eased = share * share * (3 - 2 * share);
      const names = Object.keys(weights);
      this.draw(
        Object.fromEntries(
          names.map((name) => {
            const before = from[name] ?? 0;
            return [name, share === 1 ? weights[name] : before + (weights[name] - before) * eased];
          }),
        ),
      );
      if (share < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /** @param {Record<string, number>} weights */
  draw(weights) {
    this.shown = weights;
    this.svg.innerHTML = shapes(this.drawing, weights);
  }
}
