/**
 * Whether the page is connected and the bank sound, and its faults as people read them.
 *
 * @module
 */

import { byId, element } from "./dom.js";

/** @typedef {import("./types.js").FaultFacts} FaultFacts */
/** @typedef {import("./types.js").State} State */

/** The connection's state in the head of the page, and the panels of faults above the face. */
export class Status {
  constructor() {
    this.connected = false;
    this.everConnected = false;
    this.errors = 0;
    this.badge = byId("status", HTMLElement);
    this.panels = byId("faults", HTMLElement);
    this.shown = "";
  }

  /** @param {boolean} connected */
  connect(connected) {
    this.connected = connected;
    this.everConnected ||= connected;
    this.showBadge();
  }

  /** @param {State} state */
  show(state) {
    this.errors = state.faults.filter((one) => one.severity === "error").length;
    this.showBadge();
    const key = JSON.stringify([state.faults, state.fresh, state.artifact !== ""]);
    if (this.shown === key) return;
    this.shown = key;
    document.body.classList.toggle("is-faulty", this.errors > 0);
    this.panels.replaceChildren(...errorPanel(state), ...warningPanel(state));
  }

  /** Connected, sound, or neither. */
  showBadge() {
    const [kind, text] = !this.connected
      ? ["gone", this.everConnected ? "Disconnected: is mien view running?" : "Connecting"]
      : this.errors
        ? ["faulty", this.errors === 1 ? "1 fault" : `${this.errors} faults`]
        : ["live", "Live"];
    if (this.badge.textContent !== text) this.badge.textContent = text;
    this.badge.className = `status ${kind}`;
  }
}

/** @param {State} state @returns {HTMLElement[]} */
function errorPanel({ faults, artifact, fresh, relaxed }) {
  const errors = faults.filter((one) => one.severity === "error");
  if (errors.length === 0) return [];
  const [count, are] = errors.length === 1 ? ["a fault", "it is"] : [`${errors.length} faults`, "they are"];
  const apart = relaxed ? " The rules that keep channels apart are left out of it meanwhile." : "";
  const hint = fresh
    ? `The face is drawn from the files as they are all the same.${apart}`
    : artifact
      ? "The face below is the last good one."
      : `There is no face until ${are} mended.`;
  return [
    element(
      "div",
      { class: "panel error" },
      element("h2", {}, `The bank has ${count}`),
      element("p", { class: "hint" }, hint),
      faultList(errors),
    ),
  ];
}

/** @param {State} state @returns {HTMLElement[]} */
function warningPanel({ faults }) {
  const warnings = faults.filter((one) => one.severity === "warning");
  if (warnings.length === 0) return [];
  const count = warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`;
  return [element("details", { class: "panel warning" }, element("summary", {}, count), faultList(warnings))];
}

/**
 * @param {readonly FaultFacts[]} faults
 * @returns {HTMLElement} a list
 */
export function faultList(faults) {
  return element("ul", { class: "fault-list" }, ...faults.map(fault));
}

/**
 * @param {FaultFacts} fault
 * @returns {HTMLElement}
 */
function fault({ file, line, column, path, code, message, hint, severity, source }) {
  const place = line ? `${file}:${line}:${column}` : file;
  const item = element(
    "li",
    { class: severity },
    element("code", { class: "place" }, place),
    element(
      "p",
      {},
      ...(path ? [element("code", {}, path), ": "] : []),
      `${message} `,
      element("span", { class: "code" }, code),
    ),
  );
  if (source) {
    const before = source.slice(0, Math.max(0, column - 1)).replace(/[^\t]/g, " ");
    item.append(
      element(
        "pre",
        { "aria-label": `line ${line}` },
        `${source}\n`,
        element("span", { class: "caret", "aria-hidden": "true" }, `${before}^`),
      ),
    );
  }
  if (hint) item.append(element("p", { class: "hint" }, hint));
  return item;
}
