/**
 * The lanes of the timeline: the sound's wave, cues and looks over time, and the playhead.
 *
 * @module
 */

import { byId, element } from "./dom.js";
import { labelText } from "./score_draft.js";

/** @typedef {import("./score_draft.js").Item} Item */
/** @typedef {import("./score_draft.js").ScoreDraft} ScoreDraft */

/**
 * What the hand does to the lanes.
 *
 * @typedef {object} Hands
 * @property {(seconds: number) => void} seek
 * @property {(from: number, to: number) => void} loop
 * @property {(item: Item) => void} select
 * @property {() => void} begin before items are dragged
 * @property {(item: Item, seconds: number) => void} move
 * @property {(item: Item, seconds: number) => void} stretch its transition
 * @property {(item: Item) => void} remove
 */

const FRAME = 1 / 60;
const STEPS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const MOST_TICKS = 14;
const TRANSITION = 0.4;
const MOVES = 3;
const MARGIN = 10;
const WIDEST = 16000;

/** The lanes in the page. */
export class Lanes {
  /** @param {Hands} hands */
  constructor(hands) {
    this.hands = hands;
    this.home = byId("lanes", HTMLElement);
    this.scroller = byId("scroller", HTMLElement);
    this.canvas = byId("wave", HTMLCanvasElement);
    this.ruler = byId("ruler", HTMLElement);
    this.lists = { cues: byId("cue-lane", HTMLElement), gaze: byId("gaze-lane", HTMLElement) };
    this.head = byId("playhead", HTMLElement);
    this.looped = byId("looped", HTMLElement);
    this.duration = 1;
    /** @type {Map<Item, HTMLElement>} */
    this.blocks = new Map();
    /** @type {AudioBuffer | null} */
    this.sound = null;
    this.scrub();
    const zoom = byId("score-zoom", HTMLInputElement);
    zoom.addEventListener("input", () => this.zoom(Number(zoom.value)));
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  /**
   * @param {number} duration
   * @param {AudioBuffer | null} sound
   */
  measure(duration, sound) {
    if (duration === this.duration && sound === this.sound) return;
    this.duration = duration;
    this.sound = sound;
    const step = STEPS.find((one) => duration / one <= MOST_TICKS) ?? 600;
    const count = Math.floor(duration / step);
    this.ruler.replaceChildren(
      ...Array.from({ length: count + 1 }, (_, at) => {
        const mark = element("span", {}, String(Math.round(at * step * 100) / 100));
        mark.style.left = this.at(at * step);
        return mark;
      }),
    );
    this.draw();
  }

  /**
   * Lay out all items.
   *
   * @param {ScoreDraft} draft
   * @param {Item | null} selected
   * @param {readonly string[]} labels of the bank
   * @param {ReadonlyMap<Item, string>} faults
   */
  show(draft, selected, labels, faults) {
    for (const item of this.blocks.keys()) {
      if (!draft.items.includes(item)) {
        this.blocks.get(item)?.remove();
        this.blocks.delete(item);
      }
    }
    for (const list of /** @type {const} */ (["cues", "gaze"])) {
      const own = list === "cues" ? [...draft.of("start"), ...draft.of(list)] : draft.of(list);
      own.forEach((item, at) => {
        const block = this.block(item);
        const end = own[at + 1]?.seconds ?? this.duration;
        this.place(block, item, Math.max(item.seconds, end), labels);
        block.classList.toggle("selected", item === selected);
        block.setAttribute("aria-pressed", String(item === selected));
        block.classList.toggle("faulty", faults.has(item));
        block.title = faults.get(item) ?? "";
      });
      if (own.some((item, at) => this.lists[list].children[at] !== this.blocks.get(item))) {
        const active = document.activeElement;
        this.lists[list].append(...own.map((item) => this.block(item)));
        if (active instanceof HTMLElement && this.lists[list].contains(active)) active.focus();
      }
    }
  }

  /**
   * @param {number} seconds
   * @param {readonly [number, number] | null} loop
   */
  point(seconds, loop) {
    this.head.style.left = this.at(seconds);
    this.head.setAttribute("aria-valuenow", seconds.toFixed(2));
    this.head.setAttribute("aria-valuemax", this.duration.toFixed(2));
    this.head.setAttribute("aria-valuetext", `${seconds.toFixed(2)} s`);
    this.looped.hidden = loop === null;
    if (loop) {
      this.looped.style.left = this.at(loop[0]);
      this.looped.style.width = this.at(loop[1] - loop[0]);
    }
  }

  /**
   * Make the lanes so many times as wide as the page; the playhead stays in sight.
   *
   * @param {number} times
   */
  zoom(times) {
    this.home.style.width = `${100 * times}%`;
    this.follow();
  }

  /** Have the playhead in sight. */
  follow() {
    const { scroller, head } = this;
    const x = head.offsetLeft - scroller.scrollLeft;
    if (x < 0 || x > scroller.clientWidth) {
      scroller.scrollLeft = head.offsetLeft - scroller.clientWidth / MARGIN;
    }
  }

  /** @param {number} seconds @returns {string} */
  at(seconds) {
    return `${(100 * seconds) / this.duration}%`;
  }

  /** @param {number} x of a pointer @returns {number} */
  seconds(x) {
    const box = this.canvas.getBoundingClientRect();
    return Math.min(1, Math.max(0, (x - box.left) / box.width)) * this.duration;
  }

  /**
   * @param {HTMLElement} block
   * @param {Item} item
   * @param {number} end
   * @param {readonly string[]} labels
   */
  place(block, item, end, labels) {
    const { fields, seconds } = item;
    block.style.left = this.at(seconds);
    block.style.width = this.at(end - seconds);
    block.hidden = item.list === "start" && end <= seconds;
    const name = item.list === "gaze" ? lookName(fields) : cueName(fields);
    const text = block.querySelector(".name");
    if (text) text.textContent = name;
    block.setAttribute("aria-label", `${name} at ${seconds.toFixed(2)} s`);
    const first = labelText(fields).split(/[=,]/)[0];
    const place = labels.indexOf(first);
    block.classList.toggle("plain", place < 0);
    block.style.setProperty("--hue", String((360 * place) / Math.max(1, labels.length)));
    const handle = block.querySelector(".transition");
    if (handle instanceof HTMLElement) {
      const length = fields["transition"] ?? TRANSITION;
      handle.style.width = end > seconds ? `${Math.min(100, (100 * length) / (end - seconds))}%` : "0";
    }
  }

  /** @param {Item} item @returns {HTMLElement} */
  block(item) {
    const found = this.blocks.get(item);
    if (found) return found;
    const name = element("span", { class: "name" });
    const made = element("button", { type: "button", class: `item ${item.list}` }, name);
    this.blocks.set(item, made);
    made.addEventListener("click", () => this.hands.select(item));
    if (item.list === "start") {
      made.addEventListener("pointerdown", (event) => event.stopPropagation());
      return made;
    }
    if (item.list === "cues") {
      const ramp = element("span", { class: "transition", title: "transition" });
      made.prepend(ramp);
      this.drag(ramp, item, (x) => this.hands.stretch(item, this.seconds(x) - item.seconds));
    }
    let grip = 0;
    this.drag(made, item, (x) => this.hands.move(item, this.seconds(x) - grip), (x) => {
      grip = this.seconds(x) - item.seconds;
    });
    made.addEventListener("keydown", (event) => this.key(event, item));
    return made;
  }

  /**
   * Have an element be dragged sideways; a click that moves nothing stays a click.
   *
   * @param {HTMLElement} target
   * @param {Item} item
   * @param {(x: number) => void} moved
   * @param {(x: number) => void} [begun]
   */
  drag(target, item, moved, begun = () => undefined) {
    let start = 0;
    let held = false;
    let going = false;
    target.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.grips(target, event)) return;
      event.stopPropagation();
      target.setPointerCapture(event.pointerId);
      held = true;
      going = false;
      start = event.clientX;
      begun(start);
      this.hands.select(item);
    });
    target.addEventListener("pointermove", (event) => {
      if (!held) return;
      event.stopPropagation();
      if (!going && Math.abs(event.clientX - start) < MOVES) return;
      if (!going) this.hands.begin();
      going = true;
      moved(event.clientX);
    });
    for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) {
      target.addEventListener(kind, () => {
        held = false;
      });
    }
  }

  /**
   * Whether a pointer takes hold: of a transition only its end.
   *
   * @param {HTMLElement} target
   * @param {PointerEvent} event
   * @returns {boolean}
   */
  grips(target, event) {
    if (!target.classList.contains("transition")) return true;
    return target.getBoundingClientRect().right - event.clientX < 10;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Item} item
   */
  key(event, item) {
    const step = (event.shiftKey ? 10 : 1) * 0.01;
    const way = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (way) {
      event.preventDefault();
      this.hands.begin();
      if (event.altKey) {
        const length = item.fields["transition"] ?? TRANSITION;
        this.hands.stretch(item, length + way * step);
      } else this.hands.move(item, item.seconds + way * step);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.hands.remove(item);
    }
  }

  /** Have the wave, the ruler and the playhead be scrubbed; with Shift they set the loop. */
  scrub() {
    let from = -1;
    this.home.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.home.setPointerCapture(event.pointerId);
      from = this.seconds(event.clientX);
      if (!event.shiftKey) this.hands.seek(from);
    });
    this.home.addEventListener("pointermove", (event) => {
      if (from < 0) return;
      const now = this.seconds(event.clientX);
      if (event.shiftKey) this.hands.loop(Math.min(from, now), Math.max(from, now));
      else this.hands.seek(now);
    });
    for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) {
      this.home.addEventListener(kind, () => {
        from = -1;
      });
    }
    this.head.addEventListener("keydown", (event) => {
      const now = Number(this.head.getAttribute("aria-valuenow"));
      const step = event.shiftKey ? 10 * FRAME : FRAME;
      /** @type {Readonly<Record<string, number>>} */
      const to = { ArrowLeft: now - step, ArrowRight: now + step, Home: 0, End: this.duration };
      if (!(event.key in to)) return;
      event.preventDefault();
      this.hands.seek(to[event.key]);
    });
  }

  /** Draw the wave of the sound. */
  draw() {
    const { canvas, sound } = this;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.min(WIDEST, Math.max(1, Math.round(canvas.clientWidth * ratio)));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.fillStyle = getComputedStyle(canvas).color;
    const middle = canvas.height / 2;
    pen.fillRect(0, middle, canvas.width, ratio);
    if (!sound) return;
    const samples = sound.getChannelData(0);
    const each = (this.duration * sound.sampleRate) / canvas.width;
    for (let x = 0; x < canvas.width; x += 1) {
      const begin = Math.floor(x * each);
      if (begin >= samples.length) break;
      const end = Math.min(samples.length, Math.max(begin + 1, Math.floor((x + 1) * each)));
      let most = 0;
      for (let at = begin; at < end; at += 1) most = Math.max(most, Math.abs(samples[at]));
      pen.fillRect(x, middle - most * middle, 1, Math.max(ratio, 2 * most * middle));
    }
  }
}

/** @param {import("./score_draft.js").Fields} fields @returns {string} */
function cueName(fields) {
  const parts = [fields["at"], fields["style"], fields["sequence"]].filter(Boolean);
  return [labelText(fields) || "rest", ...parts].join(" · ");
}

/** @param {import("./score_draft.js").Fields} fields @returns {string} */
function lookName({ look }) {
  return Array.isArray(look) ? `${look[0]}°, ${look[1]}°` : String(look);
}
