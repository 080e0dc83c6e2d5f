/**
 * The mixture: a slider a label, parts of a whole.
 *
 * @module
 */

import { byId, element } from "./dom.js";
import { shares } from "./faces.js";

/** @typedef {import("./types.js").View} View */

const FIRST = 50;
const FURTHER = 25;

/** The mixture's controls. */
export class Mixture {
  /** @param {(mix: Record<string, number>) => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.home = byId("mix", HTMLElement);
    this.add = byId("mix-add", HTMLSelectElement);
    this.details = byId("mixture", HTMLDetailsElement);
    /** @type {Map<string, {input: HTMLInputElement, output: HTMLOutputElement}>} */
    this.rows = new Map();
    /** @type {View | null} */
    this.view = null;
    this.add.addEventListener("change", () => this.added());
  }

  /**
   * @param {View} view
   * @param {readonly string[]} labels
   */
  show(view, labels) {
    this.view = view;
    const mixed = Object.keys(view.mix);
    if (mixed.length) this.details.open = true;
    if (mixed.join() !== [...this.rows.keys()].join()) this.build(mixed);
    const parts = shares(view);
    for (const [label, { input, output }] of this.rows) {
      input.value = String(view.mix[label]);
      input.disabled = view.edit !== "";
      output.textContent = `${Math.round((parts[label] ?? 0) * 100)} %`;
    }
    const others = labels.filter((label) => !mixed.includes(label) && label !== view.label);
    const options = ["", ...others];
    if ([...this.add.options].map((one) => one.value).join() !== options.join()) {
      this.add.replaceChildren(
        ...options.map((label) => element("option", { value: label }, label || "a label…")),
      );
    }
    this.add.value = "";
    this.add.disabled = view.edit !== "";
  }

  /** @param {string[]} labels */
  build(labels) {
    this.rows.clear();
    const rows = labels.map((label) => {
      const input = element("input", { type: "range", min: "0", max: "100", step: "1" });
      input.setAttribute("aria-label", `Part of ${label}`);
      const output = element("output");
      const remove = element("button", { type: "button", "aria-label": `Remove ${label}` }, "×");
      input.addEventListener("input", () => {
        this.changed({ ...this.view?.mix, [label]: Number(input.value) });
      });
      remove.addEventListener("click", () => this.removed(label));
      this.rows.set(label, { input, output });
      return element("div", { class: "part" }, element("span", {}, label), input, output, remove);
    });
    this.home.replaceChildren(...rows);
  }

  /** A label was chosen to come along. */
  added() {
    const { view } = this;
    const label = this.add.value;
    if (!view || !label) return;
    const mixed = Object.keys(view.mix).length > 0;
    const before = mixed ? view.mix : { [view.label]: FIRST };
    this.changed({ ...before, [label]: mixed ? FURTHER : FIRST });
  }

  /** @param {string} label */
  removed(label) {
    const mix = { ...this.view?.mix };
    delete mix[label];
    this.changed(mix);
    this.add.focus();
  }
}
