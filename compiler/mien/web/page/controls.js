/**
 * The controls beside the pad: label, numbers, anchors, intensity, style, speech; and the theme.
 *
 * @module
 */

import { byId, checkRadio, chip, element } from "./dom.js";
import { ON_THE_LINE, anchorAt, anchorsOf, nearestIntensity, pointAt } from "./faces.js";
import { held } from "./numbers.js";

/** @typedef {import("../evaluator.js").Evaluator} Evaluator */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./faces.js").Anchor} Anchor */

const THEME_KEY = "mien-theme";
const THEMES = ["auto", "light", "dark"];

/** Everything on the left but the pad and the mixture. */
export class Controls {
  /**
   * @param {import("./view_state.js").ViewStore} store
   * @param {() => Evaluator} evaluator
   */
  constructor(store, evaluator) {
    this.store = store;
    this.evaluator = evaluator;
    this.labels = byId("labels", HTMLElement);
    this.styles = byId("styles", HTMLElement);
    this.anchors = byId("anchors", HTMLElement);
    this.dominance = byId("dominance", HTMLInputElement);
    this.intensity = byId("intensity", HTMLInputElement);
    this.speech = byId("speech", HTMLInputElement);
    this.axes = ["v", "a", "d"].map((id) => byId(id, HTMLInputElement));
    this.built = "";
    this.listen();
  }

  /** Have every control change the view. */
  listen() {
    this.labels.addEventListener("change", () => this.chooseLabel(checked(this.labels)));
    this.styles.addEventListener("change", () => this.chooseStyle(checked(this.styles)));
    this.dominance.addEventListener("input", () => this.setAxis(2, this.dominance.value));
    this.axes.forEach((input, axis) => {
      input.addEventListener("change", () => this.setAxis(axis, input.value));
    });
    this.intensity.addEventListener("input", () => {
      const at = Number(this.intensity.value);
      this.store.set({ vad: pointAt(this.evaluator(), this.store.view, at) });
    });
    this.speech.addEventListener("input", () => {
      this.store.set({ speech: Number(this.speech.value) });
    });
  }

  /**
   * To a label, as strong as the one before.
   *
   * @param {string} label
   */
  chooseLabel(label) {
    const { view } = this.store;
    const evaluator = this.evaluator();
    const { intensity } = nearestIntensity(evaluator, view);
    const next = { ...view, label, mix: {}, style: "" };
    if (view.edit) {
      const kept = anchorsOf(evaluator, label).find((one) => one.name === view.edit);
      this.goTo(label, kept ?? anchorsOf(evaluator, label)[0]);
      return;
    }
    this.store.set({ ...next, vad: pointAt(evaluator, next, intensity) });
  }

  /**
   * To a style at its own point, or to the plain face where the view is.
   *
   * @param {string} style or empty
   */
  chooseStyle(style) {
    const own = anchorsOf(this.evaluator(), this.store.view.label).find(
      (one) => one.style && one.name === style,
    );
    this.store.set(own ? { style, vad: own.vad, mix: {} } : { style: "" });
  }

  /**
   * To an anchor of a label.
   *
   * @param {string} label
   * @param {Anchor} anchor
   */
  goTo(label, anchor) {
    const { view } = this.store;
    this.store.set({
      label,
      mix: {},
      vad: anchor.vad,
      style: anchor.style ? anchor.name : "",
      edit: view.edit ? anchor.name : "",
      speech: view.edit ? 0 : view.speech,
    });
  }

  /**
   * @param {number} axis
   * @param {string} text
   */
  setAxis(axis, text) {
    const number = text.trim() === "" ? NaN : Number(text);
    /** @type {Point} */
    const vad = [...this.store.view.vad];
    if (Number.isFinite(number)) vad[axis] = held(number, -1, 1);
    this.store.set({ vad });
  }

  /** @param {State} state */
  show(state) {
    const evaluator = this.evaluator();
    const { view } = this.store;
    this.build(evaluator, state, view.label);
    const mixed = Object.keys(view.mix).length > 0;
    checkRadio(this.labels, mixed ? "" : view.label);
    checkRadio(this.styles, view.style);
    byId("style-about", HTMLElement).textContent = mixed
      ? "A style belongs to one label; a mixture has none."
      : (state.labels[view.label]?.styles[view.style] ?? "");
    this.styles.toggleAttribute("inert", mixed);
    this.dominance.value = String(view.vad[2]);
    this.axes.forEach((input, axis) => {
      if (input !== document.activeElement || Math.abs(Number(input.value) - view.vad[axis]) > 1e-4) {
        input.value = String(Number(view.vad[axis].toFixed(4)));
      }
    });
    const { intensity, distance } = nearestIntensity(evaluator, view);
    const off = distance > ON_THE_LINE;
    this.intensity.value = String(intensity);
    this.intensity.classList.toggle("off", off);
    const about = `${off ? "near " : ""}${intensity.toFixed(2)}`;
    this.intensity.setAttribute("aria-valuetext", about);
    byId("intensity-value", HTMLOutputElement).textContent = about;
    this.speech.value = String(view.speech);
    byId("speech-value", HTMLOutputElement).textContent = `${Math.round(view.speech * 100)} %`;
    this.showAnchors(evaluator);
    const editing = view.edit !== "";
    for (const input of [this.dominance, this.intensity, this.speech, ...this.axes]) {
      input.disabled = editing;
    }
    this.styles.toggleAttribute("inert", mixed || editing);
  }

  /**
   * The chips, made anew only where others are needed, so that the focus stays.
   *
   * @param {Evaluator} evaluator
   * @param {State} state
   * @param {string} label
   */
  build(evaluator, state, label) {
    const { tables } = evaluator;
    const names = tables.labels.map((one) => one.label);
    const anchors = anchorsOf(evaluator, label);
    const titles = names.map((name) => state.labels[name]?.title ?? name);
    const wanted = JSON.stringify([titles, label, anchors.map(({ name }) => name)]);
    if (wanted === this.built) return;
    const before = this.built === "" ? "" : JSON.stringify(JSON.parse(this.built)[0]);
    this.built = wanted;
    if (before !== JSON.stringify(titles)) {
      this.labels.replaceChildren(...names.map((name, i) => chip("label", name, titles[i])));
    }
    this.styles.replaceChildren(
      chip("style", "", "plain"),
      ...anchors.filter(({ style }) => style).map(({ name }) => chip("style", name, name)),
    );
    this.anchors.replaceChildren(
      ...anchors.map(({ name, style }) => {
        const button = element("button", { type: "button", class: "chip", value: name }, name);
        button.classList.toggle("styled", style);
        button.addEventListener("click", () => this.pressed(name));
        return button;
      }),
    );
  }

  /** @param {string} name of an anchor */
  pressed(name) {
    const { view } = this.store;
    const evaluator = this.evaluator();
    const anchor = anchorsOf(evaluator, view.label).find((one) => one.name === name);
    if (!anchor) return;
    if (Object.keys(view.mix).length && !anchor.style) {
      const { intensities } = evaluator.tables;
      const intensity = intensities.indexOf(name) / (intensities.length - 1);
      this.store.set({ vad: pointAt(evaluator, view, intensity) });
    } else {
      this.goTo(view.label, anchor);
    }
  }

  /** @param {Evaluator} evaluator */
  showAnchors(evaluator) {
    const { view } = this.store;
    const mixed = Object.keys(view.mix).length > 0;
    const at = mixed ? undefined : anchorAt(evaluator, view);
    for (const button of this.anchors.querySelectorAll("button")) {
      const here = view.edit ? button.value === view.edit : button.value === at?.name;
      button.setAttribute("aria-pressed", String(here));
      button.disabled = mixed && button.classList.contains("styled");
    }
  }
}

/**
 * @param {HTMLElement} group
 * @returns {string}
 */
function checked(group) {
  return group.querySelector("input:checked")?.getAttribute("value") ?? "";
}

/** Show the theme that was chosen last, and let it be changed. */
export function startTheme() {
  const button = byId("theme", HTMLButtonElement);
  let theme = localStorage.getItem(THEME_KEY) ?? "auto";
  const show = () => {
    document.documentElement.dataset["theme"] = theme;
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    localStorage.setItem(THEME_KEY, theme);
    show();
  });
  show();
}
