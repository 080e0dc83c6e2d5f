/**
 * The fields of the cue or look that is selected.
 *
 * @module
 */

import { byId, element } from "./dom.js";
import { labelText, readLabel, set } from "./score_draft.js";

/** @typedef {import("./score_draft.js").Item} Item */
/** @typedef {import("./score_draft.js").Fields} Fields */
/** @typedef {import("../types.js").Tables} Tables */

/**
 * A field: what it shows of the fields, and what they are once it says something else.
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {string} title
 * @property {"text" | "number" | readonly string[]} kind or what may be chosen
 * @property {(fields: Fields) => string} show
 * @property {(fields: Fields, text: string) => void} put
 * @property {string} [hint]
 * @property {string} [list] the id of a list of suggestions
 */

const DIRECTIONS = ["ahead", "left", "right", "up", "down"];
const DYNAMICS = "dynamics";

/** What is shown first has none of these. */
const OF_CUES = ["time", "sequence", "transition"];

/** The panel of fields. */
export class CueFields {
  /**
   * @param {() => void} begin before a change
   * @param {(item: Item, timed: boolean) => void} changed `timed`: when it begins is another
   * @param {(item: Item) => void} remove
   */
  constructor(begin, changed, remove) {
    this.begin = begin;
    this.changed = changed;
    this.home = byId("cue-fields", HTMLElement);
    this.remove = remove;
    this.built = "";
    /** @type {Item | null} */
    this.item = null;
  }

  /**
   * @param {Item | null} item
   * @param {Tables} tables
   * @param {string} fault what is wrong with it, or empty
   */
  show(item, tables, fault) {
    this.home.hidden = item === null;
    if (!item) return;
    const all = item.list === "gaze" ? lookFields() : cueFields(item.fields, tables);
    const fields = all.filter(({ name }) => item.list !== "start" || !OF_CUES.includes(name));
    const key = JSON.stringify([item.list, fields.map(({ name, kind }) => [name, kind])]);
    if (key !== this.built || this.item !== item) {
      this.built = key;
      this.item = item;
      this.build(item, fields, tables);
    }
    for (const field of fields) {
      const input = this.home.querySelector(`[name="cue-${field.name}"]`);
      if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) continue;
      if (input !== document.activeElement || input instanceof HTMLSelectElement) {
        input.value = field.show(item.fields);
      }
    }
    const said = this.home.querySelector(".cue-fault");
    if (said) said.textContent = fault;
  }

  /**
   * @param {Item} item
   * @param {readonly Field[]} fields
   * @param {Tables} tables
   */
  build(item, fields, tables) {
    const remove = element("button", { type: "button" }, "Delete");
    remove.addEventListener("click", () => this.remove(item));
    remove.hidden = item.list === "start";
    this.home.replaceChildren(
      element(
        "datalist",
        { id: "bank-labels" },
        ...tables.labels.map(({ label }) => element("option", { value: label })),
      ),
      ...fields.map((field) => element("label", {}, `${field.title} `, this.input(item, field))),
      remove,
      element("p", { class: "cue-fault error", role: "alert" }),
    );
  }

  /**
   * @param {Item} item
   * @param {Field} field
   * @returns {HTMLElement}
   */
  input(item, field) {
    const { kind } = field;
    const name = `cue-${field.name}`;
    const made =
      typeof kind === "string"
        ? element("input", {
            type: kind,
            name,
            step: "any",
            placeholder: field.hint ?? "",
            ...(field.list ? { list: field.list } : {}),
          })
        : element(
            "select",
            { name },
            ...kind.map((value) => element("option", { value }, value || (field.hint ?? "–"))),
          );
    made.addEventListener("change", () => {
      this.begin();
      field.put(item.fields, made.value);
      this.changed(item, field.name === "time");
    });
    return made;
  }
}

/**
 * @param {string} name
 * @param {string} title
 * @param {string} [hint]
 * @returns {Field}
 */
function number(name, title, hint = "") {
  return {
    name,
    title,
    kind: "number",
    hint,
    show: (fields) => String(fields[name] ?? ""),
    put: (fields, text) => set(fields, name, text.trim() ? Number(text) : undefined),
  };
}

/**
 * @param {string} name
 * @param {string} title
 * @param {readonly string[]} choices
 * @param {string} [hint] what the empty choice is called
 * @returns {Field}
 */
function choice(name, title, choices, hint = "–") {
  return {
    name,
    title,
    kind: ["", ...choices],
    hint,
    show: (fields) => String(fields[name] ?? ""),
    put: (fields, text) => set(fields, name, text || undefined),
  };
}

/** @returns {Field} */
function moment() {
  return {
    name: "time",
    title: "Begins",
    kind: "text",
    hint: "seconds, or a word",
    show: ({ time, word, shift }) => {
      const later = shift ? ` ${shift < 0 ? "−" : "+"} ${Math.abs(shift)}` : "";
      return typeof word === "string" ? `${word}${later}` : String(time + (shift ?? 0));
    },
    put: (fields, text) => {
      const seconds = Number(text);
      const spoken = /^(.*?)\s*(?:([+−-])\s*(\d+(?:\.\d+)?))?$/.exec(text.trim());
      set(fields, "shift", undefined);
      if (text.trim() && Number.isFinite(seconds)) {
        set(fields, "word", undefined);
        fields["time"] = seconds;
      } else if (spoken?.[1]) {
        set(fields, "time", undefined);
        fields["word"] = spoken[1];
        const shift = Number(spoken[3] ?? 0) * (spoken[2] === "+" ? 1 : -1);
        set(fields, "shift", shift || undefined);
      }
    },
  };
}

/**
 * @param {Fields} fields
 * @param {Tables} tables
 * @returns {Field[]}
 */
function cueFields(fields, tables) {
  const table = tables.labels.find(({ label }) => label === fields["label"]);
  const styles = table?.styles ?? [];
  const sequences = table?.timeline ? [DYNAMICS, ...table.timeline.sequences] : [];
  const only = (/** @type {string} */ kept) => (/** @type {Fields} */ found) => {
    for (const name of ["at", "vad", "intensity"]) if (name !== kept) delete found[name];
  };
  const places = [
    choice("at", "At", [...tables.intensities, ...styles]),
    number("intensity", "Intensity", "0 to 1"),
    point(),
  ].map((field) => ({
    ...field,
    put: (/** @type {Fields} */ found, /** @type {string} */ text) => {
      if (text.trim()) only(field.name)(found);
      field.put(found, text);
    },
  }));
  return [
    moment(),
    {
      name: "label",
      title: "Label",
      kind: "text",
      list: "bank-labels",
      hint: "rest, or joy=0.6, awe=0.4",
      show: labelText,
      put: (found, text) => {
        set(found, "label", readLabel(text));
        for (const name of ["style", "sequence"]) delete found[name];
        if (!tables.intensities.includes(found["at"])) delete found["at"];
        if (!text.trim()) for (const name of ["at", "vad", "intensity"]) delete found[name];
      },
    },
    ...places,
    choice("style", "Style", styles, "plain"),
    choice("sequence", "Sequence", sequences, "none"),
    number("strength", "Strength", "1"),
    number("transition", "Transition", "0.4"),
  ];
}

/** @returns {Field} */
function point() {
  return {
    name: "vad",
    title: "VAD",
    kind: "text",
    hint: "v, a, d",
    show: ({ vad }) => (Array.isArray(vad) ? vad.join(", ") : ""),
    put: (fields, text) => set(fields, "vad", text.trim() ? text.split(",").map(Number) : undefined),
  };
}

/** @returns {Field[]} */
function lookFields() {
  return [
    moment(),
    {
      name: "look",
      title: "Look",
      kind: "text",
      hint: "left, or yaw, pitch",
      show: ({ look }) => (Array.isArray(look) ? look.join(", ") : String(look)),
      put: (fields, text) => {
        const words = text.trim();
        fields["look"] = DIRECTIONS.includes(words) ? words : words.split(",").map(Number);
      },
    },
    number("head", "Head", "0.4"),
  ];
}
