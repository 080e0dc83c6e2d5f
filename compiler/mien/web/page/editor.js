/**
 * Edit mode: bars become sliders, and the file's lines follow them.
 *
 * @module
 */

import { copy } from "./copy.js";
import { byId, element, say } from "./dom.js";
import { faultList } from "./status.js";
import { Refusal, ask } from "./server.js";

/** @typedef {import("./faces.js").Anchor} Anchor */
/** @typedef {import("./types.js").Preview} Preview */
/** @typedef {import("./types.js").LabelFacts} LabelFacts */

const PAUSE = 120;

/** What is edited and not yet written, and the panel that shows it. */
export class Editor {
  /** @param {() => void} changed the values have changed: draw again */
  constructor(changed) {
    this.changed = changed;
    /** @type {Map<string, number>} channel to weight; of a style, to offset */
    this.values = new Map();
    /** @type {Map<string, Map<string, number>>} label and anchor to values: none is lost on the way */
    this.drafts = new Map();
    /** @type {readonly string[]} remarks on channels that do not show the weight they were given */
    this.heldBack = [];
    this.label = "";
    /** @type {Anchor | null} */
    this.anchor = null;
    /** @type {Preview | null} */
    this.preview = null;
    this.timer = 0;
    this.requests = 0;
    this.panel = byId("editor", HTMLElement);
    this.title = element("h2");
    this.place = element("p", { class: "hint" });
    this.both = element("input", { type: "checkbox", id: "both-sides" });
    this.both.checked = true;
    this.diff = element("pre", { class: "diff", tabindex: "0", "aria-label": "The change" });
    this.remarksHome = element("div", { role: "status" });
    this.write = this.button("Write to file", () => void this.writeBack());
    this.write.classList.add("primary");
    this.draft = this.button("Write as work in progress", () => void this.writeBack(true));
    this.draft.hidden = true;
    this.lines = this.button("Copy lines", () => {
      if (this.preview) void copy(`${this.preview.lines}\n`, this.lines);
    });
    this.discard = this.button("Discard", () => this.clear());
    this.back = this.button("Undo last write", () => void this.undo());
    /** @type {(Node | string)[]} what happened last, until the next drag */
    this.message = [];
    this.undoable = 0;
    this.readOnly = "";
    this.panel.append(
      this.title,
      this.place,
      element("label", { class: "both" }, this.both, " Move both sides together"),
      this.diff,
      this.remarksHome,
      element("div", { class: "tools" }, this.write, this.draft, this.lines, this.discard, this.back),
    );
  }

  /**
   * Edit an anchor, or nothing.
   *
   * @param {string} label
   * @param {Anchor | null} anchor
   */
  turn(label, anchor) {
    const same = label === this.label && anchor?.name === this.anchor?.name;
    this.label = label;
    this.anchor = anchor;
    this.panel.hidden = anchor === null;
    if (!same) {
      const key = anchor ? `${label}/${anchor.name}` : "";
      this.values = this.drafts.get(key) ?? new Map();
      if (anchor) this.drafts.set(key, this.values);
      this.preview = null;
      this.message = [];
      if (anchor) this.later();
    }
  }

  /**
   * New files, maybe: what is pending is tried on them.
   *
   * @param {LabelFacts | undefined} facts of the label
   * @param {number} undo
   */
  refresh(facts, undo) {
    this.undoable = undo;
    this.readOnly = facts?.readOnly ?? "";
    if (this.anchor) this.later();
    this.show();
  }

  /**
   * @param {ReadonlyMap<string, number>} values
   */
  set(values) {
    for (const [channel, value] of values) this.values.set(channel, value);
    this.message = [];
    this.later();
    this.changed();
  }

  /** Forget what is not written. */
  clear() {
    this.values.clear();
    this.message = [];
    this.later();
    this.changed();
  }

  /** Ask for the lines when the hand rests. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), PAUSE);
  }

  /** Ask what the edit would do to the file. */
  async look() {
    if (!this.anchor) return;
    this.requests += 1;
    const mine = this.requests;
    try {
      const preview = /** @type {Preview} */ (await ask("preview", this.body()));
      if (mine === this.requests) this.preview = preview;
    } catch (error) {
      if (mine !== this.requests) return;
      this.preview = null;
      this.failed(error);
    }
    this.show();
  }

  /** @returns {object} */
  body() {
    return {
      label: this.label,
      name: this.anchor?.name ?? "",
      style: this.anchor?.style ?? false,
      values: Object.fromEntries(this.values),
      base: this.preview?.base ?? "",
    };
  }

  /** Draw the panel. */
  show() {
    const { anchor, preview } = this;
    if (!anchor) return;
    const what = anchor.style ? "style" : "archetype";
    this.title.textContent = `Editing ${this.label}, ${what} ${anchor.name}`;
    const place = preview ? `${preview.file}${preview.line ? `:${preview.line}` : ""}` : "";
    this.place.textContent = this.readOnly ? `${place}: read only, ${this.readOnly}` : place;
    const lines = preview?.diff ?? [];
    this.diff.hidden = lines.length === 0;
    this.diff.replaceChildren(...lines.map(diffLine));
    this.remarksHome.replaceChildren(...this.message, ...this.remarks());
    const sound = preview !== null && lines.length > 0 && preview.faults.length === 0;
    this.write.disabled = !sound || this.readOnly !== "";
    const draftable = preview !== null && preview.faults.length > 0 && preview.drawable;
    this.draft.hidden = !draftable;
    this.draft.disabled = lines.length === 0 || this.readOnly !== "";
    this.lines.disabled = preview === null || preview.lines === "";
    this.discard.disabled = this.values.size === 0;
    this.back.disabled = this.undoable === 0;
  }

  /** @returns {Node[]} what the preview asks to be said */
  remarks() {
    const { preview } = this;
    if (preview?.faults.length) {
      return [
        element(
          "p",
          { class: "error" },
          preview.drawable
            ? "The bank would have faults. It can be written as work in progress, which mien check refuses:"
            : "The bank would have faults, so this is not written:",
        ),
        faultList(preview.faults),
      ];
    }
    if (this.heldBack.length) {
      return [element("p", { class: "hint" }, `Held back by other channels: ${this.heldBack.join(", ")}.`)];
    }
    if (preview && this.values.size === 0 && this.message.length === 0) {
      return [element("p", { class: "hint" }, "Drag a bar; the lines of the file appear here.")];
    }
    return [];
  }

  /**
   * Write the edit into the file that was shown.
   *
   * @param {boolean} [draft] whether the bank may break rules by it
   */
  async writeBack(draft = false) {
    try {
      const { file } = /** @type {{file: string}} */ (await ask("write", { ...this.body(), draft }));
      this.values.clear();
      this.succeeded(`Written to ${file}.`);
    } catch (error) {
      this.preview = null;
      this.failed(error);
    }
    this.later();
    this.changed();
  }

  /** Take the last write back. */
  async undo() {
    try {
      const { file } = /** @type {{file: string}} */ (await ask("undo", {}));
      this.succeeded(`${file} is as it was before.`);
    } catch (error) {
      this.failed(error);
    }
    this.later();
    this.show();
  }

  /** @param {string} text */
  succeeded(text) {
    this.message = [element("p", { class: "fine" }, text)];
    say(text);
  }

  /** @param {unknown} error */
  failed(error) {
    const refusal = error instanceof Refusal ? error : null;
    const text = refusal?.message ?? "The server does not answer. Is mien view still running?";
    this.message = [element("p", { class: "error" }, text)];
    if (refusal?.faults.length) this.message.push(faultList(refusal.faults));
  }

  /**
   * @param {string} text
   * @param {() => void} pressed
   * @returns {HTMLButtonElement}
   */
  button(text, pressed) {
    const made = element("button", { type: "button" }, text);
    made.addEventListener("click", pressed);
    return made;
  }
}

/**
 * @param {string} line of a unified diff
 * @returns {HTMLElement}
 */
function diffLine(line) {
  const kinds = new Map([
    ["+", "added"],
    ["-", "removed"],
    ["@", "where"],
  ]);
  return element("span", { class: kinds.get(line.slice(0, 1)) ?? "same" }, `${line}\n`);
}
