/**
 * Faults as people read them: where, what, the line itself, what to do.
 *
 * @module
 */

import { element } from "./dom.js";

/** @typedef {import("./types.js").FaultNews} FaultNews */

/**
 * @param {readonly FaultNews[]} faults
 * @returns {HTMLElement} a list
 */
export function faultList(faults) {
  return element("ul", { class: "fault-list" }, ...faults.map(fault));
}

/**
 * @param {FaultNews} fault
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
