/**
 * The weights as bars: a row a channel or a pair of sides, grouped by region or class.
 *
 * @module
 */

import { byId, element } from "./dom.js";
import { shortest } from "./numbers.js";

/** @typedef {import("../types.js").Tables} Tables */

/**
 * @typedef {object} Cell
 * @property {HTMLElement} element
 * @property {HTMLElement} value
 * @property {HTMLInputElement} input
 * @property {string} state what it shows
 */

/** @typedef {{name: string, positions: number[], group: string}} RowPlan */

const REGIONS = ["eye", "brow", "cheek", "nose", "jaw", "mouth", "tongue"];
const CLASSES = ["EXPRESSION", "SHARED", "LIPSYNC"];
const ABOUT = new Map([
  ["eye", "Eyes"],
  ["brow", "Brows"],
  ["cheek", "Cheeks"],
  ["nose", "Nose"],
  ["jaw", "Jaw"],
  ["mouth", "Mouth"],
  ["tongue", "Tongue"],
  ["EXPRESSION", "Expression: the emotion's own"],
  ["SHARED", "Shared with speech"],
  ["LIPSYNC", "Lip sync: speech owns these"],
]);

/** The bars in the page. */
export class Bars {
  /** @param {(channel: string, weight: number) => void} dragged */
  constructor(dragged) {
    this.dragged = dragged;
    this.home = byId("bars", HTMLElement);
    this.grouping = "region";
    /** @type {Map<string, Cell>} */
    this.cells = new Map();
    /** @type {Tables | null} */
    this.tables = null;
    /** @type {ArrayLike<number>} */
    this.weights = [];
    this.editing = false;
    this.whole = false;
  }

  /**
   * Lay the rows out anew.
   *
   * @param {Tables} tables
   */
  build(tables) {
    this.tables = tables;
    this.cells.clear();
    this.whole = false;
    const plans = rowPlans(tables);
    const groups = this.grouping === "class" ? CLASSES : REGIONS;
    const others = plans.some((plan) => !groups.includes(this.groupOf(plan)));
    const made = [...groups, ...(others ? [""] : [])].map((group) => {
      const rows = plans.filter((plan) => {
        const own = this.groupOf(plan);
        return groups.includes(own) ? own === group : group === "";
      });
      return element(
        "section",
        { class: "region" },
        element("h3", {}, ABOUT.get(group) ?? "Others"),
        ...rows.map((plan) => this.row(plan, tables)),
      );
    });
    this.home.replaceChildren(...made);
    this.show(this.weights, this.editing, new Set());
  }

  /**
   * @param {ArrayLike<number>} weights in the order of the tables
   * @param {boolean} editing
   * @param {ReadonlySet<string>} changed channels that an edit changes
   */
  show(weights, editing, changed) {
    this.weights = weights;
    this.editing = editing;
    this.home.classList.toggle("editing", editing);
    let moved = false;
    this.tables?.channels.forEach((channel, c) => {
      const cell = this.cells.get(channel);
      if (!cell) return;
      const weight = weights[c] ?? 0;
      const state = `${weight} ${editing} ${changed.has(channel)}`;
      if (!editing && state === cell.state) return;
      cell.state = state;
      moved = true;
      const exact = String(shortest(weight));
      cell.element.style.setProperty("--weight", exact);
      cell.element.classList.toggle("rest", weight === 0);
      cell.element.classList.toggle("changed", changed.has(channel));
      cell.value.textContent = weight === 0 ? "0" : weight.toFixed(3);
      cell.value.dataset["exact"] = exact;
      cell.value.title = `${channel} ${exact}`;
      cell.input.hidden = !editing;
      if (cell.input !== document.activeElement || Number(cell.input.value) !== weight) {
        cell.input.value = weight.toFixed(3);
      }
    });
    if (moved) this.hideIdle();
  }

  /** Of "active only", leave out the rows at rest and the groups without a row. */
  hideIdle() {
    const only = this.grouping === "active";
    if (!only && this.whole) return;
    this.whole = !only;
    for (const group of this.home.querySelectorAll("section")) {
      let shown = 0;
      for (const row of group.querySelectorAll(".row")) {
        const idle = only && !row.querySelector(".cell:not(.rest)");
        row.toggleAttribute("hidden", idle);
        shown += idle ? 0 : 1;
      }
      group.hidden = shown === 0;
    }
  }

  /**
   * @param {RowPlan} plan
   * @returns {string}
   */
  groupOf(plan) {
    return this.grouping === "class" ? plan.group : (/^[a-z]+/.exec(plan.name)?.[0] ?? "");
  }

  /**
   * @param {RowPlan} plan
   * @param {Tables} tables
   * @returns {HTMLElement}
   */
  row({ name, positions }, tables) {
    return element(
      "div",
      { class: positions.length > 1 ? "row sides" : "row" },
      element("span", { class: "name", title: name }, name),
      ...positions.map((position) => {
        const channel = tables.channels[position];
        return this.cell(channel, channel.slice(name.length));
      }),
    );
  }

  /**
   * @param {string} channel
   * @param {string} side Left, Right or empty
   * @returns {HTMLElement}
   */
  cell(channel, side) {
    const value = element("span", { class: "value" });
    const input = element("input", {
      type: "range",
      min: "0",
      max: "1",
      step: "0.01",
      "aria-label": channel,
    });
    input.addEventListener("input", () => this.dragged(channel, Number(input.value)));
    const made = element(
      "div",
      { class: "cell", "data-channel": channel },
      element("span", { class: "side", "aria-hidden": "true" }, side.slice(0, 1)),
      element("span", { class: "unseen" }, channel),
      element("div", { class: "track" }, element("div", { class: "fill" }), input),
      value,
    );
    this.cells.set(channel, { element: made, value, input, state: "" });
    return made;
  }
}

/**
 * Rows in the order of the rig; a Left and its Right share one.
 *
 * @param {Tables} tables
 * @returns {RowPlan[]}
 */
function rowPlans({ channels, classes }) {
  /** @type {Map<string, RowPlan>} */
  const plans = new Map();
  channels.forEach((channel, position) => {
    const base = channel.replace(/(Left|Right)$/, "");
    const paired = base !== channel && channels.includes(`${base}Left`) && channels.includes(`${base}Right`);
    const name = paired ? base : channel;
    const plan = plans.get(name) ?? { name, positions: [], group: classes[position] };
    plan.positions.push(position);
    plans.set(name, plan);
  });
  return [...plans.values()];
}
