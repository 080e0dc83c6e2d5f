/**
 * The drawn face, and the intensities of its label beside one another. It moves to a new expression in a moment; the numbers beside it never wait.
 *
 * @module
 */

import { shapes } from "../drawing.js";
import { byId, element, shape } from "./dom.js";

/** @typedef {import("../drawing.js").FlatFace} FlatFace */

const MOMENT = 180;
const A_DEGREE = 0.4;

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

  /**
   * Turn the head: a degree of yaw or pitch moves the drawing by a 250th of its width.
   *
   * @param {Iterable<number>} head yaw, pitch and roll in degrees, as a take has them
   */
  turn([yaw, pitch, roll]) {
    // The subject's right is the picture's left.
    const still = yaw === 0 && pitch === 0 && roll === 0;
    const [x, y] = [-A_DEGREE * yaw, A_DEGREE * pitch];
    this.svg.style.transform = still ? "" : `translate(${x}%, ${y}%) rotate(${-roll}deg)`;
  }

  /** @param {Record<string, number>} weights */
  draw(weights) {
    this.shown = weights;
    this.svg.innerHTML = shapes(this.drawing, weights);
  }
}

/** @typedef {{name: string, weights: Record<string, number>, blank: boolean, here: boolean}} Small */

/** A small face an intensity, from low to high; each is a button that leads there. */
export class Strip {
  /**
   * @param {FlatFace} drawing
   * @param {(name: string) => void} chosen
   */
  constructor(drawing, chosen) {
    this.drawing = drawing;
    this.chosen = chosen;
    this.home = byId("strip", HTMLElement);
    this.built = "";
    this.drawn = "";
  }

  /** @param {readonly Small[]} faces */
  show(faces) {
    const names = faces.map(({ name }) => name).join();
    if (names !== this.built) {
      this.built = names;
      this.drawn = "";
      this.home.replaceChildren(...faces.map(({ name }) => this.button(name)));
    }
    const buttons = [...this.home.querySelectorAll("button")];
    faces.forEach(({ here }, i) => buttons[i].setAttribute("aria-pressed", String(here)));
    const key = JSON.stringify(faces.map(({ weights, blank }) => [weights, blank]));
    if (key === this.drawn) return;
    this.drawn = key;
    faces.forEach(({ weights, blank }, i) => {
      const svg = buttons[i].querySelector("svg");
      if (svg) svg.innerHTML = blank ? "" : shapes(this.drawing, weights, `small${i}`);
    });
  }

  /** @param {string} name @returns {HTMLButtonElement} */
  button(name) {
    const made = element("button", { type: "button", value: name }, name);
    made.prepend(shape("svg", { viewBox: this.drawing.view.join(" "), "aria-hidden": "true" }));
    made.addEventListener("click", () => this.chosen(name));
    return made;
  }
}
