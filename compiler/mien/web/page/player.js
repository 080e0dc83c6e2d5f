/**
 * Through all archetypes of the bank, one after the other.
 *
 * @module
 */

import { byId } from "./dom.js";

/** @typedef {{label: string, name: string}} Stop */

const HOLD = 1100;

/** Steps through the archetypes, by hand or by itself. */
export class Player {
  /**
   * @param {() => Stop[]} stops in order
   * @param {() => Stop | null} current
   * @param {(stop: Stop) => void} go
   */
  constructor(stops, current, go) {
    this.stops = stops;
    this.current = current;
    this.go = go;
    this.timer = 0;
    this.button = byId("play", HTMLButtonElement);
    this.button.addEventListener("click", () => (this.timer ? this.stop() : this.start()));
    byId("previous", HTMLButtonElement).addEventListener("click", () => this.byHand(-1));
    byId("next", HTMLButtonElement).addEventListener("click", () => this.byHand(1));
  }

  /** Begin with the next archetype. */
  start() {
    this.timer = setInterval(() => this.step(1), HOLD);
    this.button.setAttribute("aria-pressed", "true");
    this.button.textContent = "Pause";
    this.step(1);
  }

  /** Stay where it is. */
  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.button.setAttribute("aria-pressed", "false");
    this.button.textContent = "Play all";
  }

  /** @param {number} by */
  byHand(by) {
    this.stop();
    this.step(by);
  }

  /** @param {number} by */
  step(by) {
    const stops = this.stops();
    const now = this.current();
    const at = stops.findIndex((one) => one.label === now?.label && one.name === now.name);
    const start = at < 0 && by < 0 ? 0 : at;
    this.go(stops[(start + by + stops.length) % stops.length]);
  }
}
