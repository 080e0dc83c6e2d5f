/**
 * The channels that move, most first: what each is now, and which are drawn as curves.
 *
 * @module
 */

import { CURVES } from "mien/colours";
import { weightAt } from "mien/data";

/** @typedef {import("mien/data").Clip} Clip */
/** @typedef {{name: string, channels: number[], range: number, spread: number}} Group one channel, or both sides alike */
/** @typedef {{group: Group, button: HTMLButtonElement, bars: HTMLElement[], value: HTMLElement}} Row */

const FIRST = 4;
const LEAST = 0.02;
const ALIKE = 0.08;
const SIDED = /^(?!jaw|mouthLeft).*Left$/; // the jaw and the mouth themselves go left

/** The list beside the face. */
export class Panel {
  /**
   * @param {HTMLElement} place
   * @param {Clip} clip
   * @param {() => void} changed
   */
  constructor(place, clip, changed) {
    this.clip = clip;
    this.changed = changed;
    /** @type {(Group | null)[]} by colour */
    this.chosen = CURVES.map(() => null);
    const groups = movingGroups(clip);
    this.rows = groups.map((group) => this.row(place, group));
    if (!groups.length) place.textContent = "No channel moves.";
    const told = groups.filter(({ name }) => !name.startsWith("eye")); // blinks hide the rest
    for (const group of told.slice(0, FIRST)) this.choose(group);
  }

  /** @returns {(number[] | null)[]} channels of each colour */
  curves() {
    return this.chosen.map((group) => group && group.channels);
  }

  /** @param {number} frame */
  show(frame) {
    for (const { group, bars, value } of this.rows) {
      for (const [turn, bar] of bars.entries()) {
        const weight = this.weight(group, turn, frame);
        bar.style.width = `${100 * weight}%`;
        if (turn === 0) value.textContent = weight.toFixed(2);
      }
    }
  }

  /**
   * @param {Group} group
   * @param {number} turn
   * @param {number} frame
   */
  weight(group, turn, frame) {
    const weights = group.channels.map((one) => weightAt(this.clip, this.clip.tracks[turn], frame, one));
    return weights.reduce((sum, one) => sum + one, 0) / weights.length;
  }

  /**
   * @param {HTMLElement} place
   * @param {Group} group
   * @returns {Row}
   */
  row(place, group) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "row";
    const name = part("name", group.name);
    const bars = this.clip.tracks.map(() => part("bar", ""));
    const track = part("track", "");
    track.append(...bars);
    const value = part("value", "");
    button.append(part("swatch", ""), name, track, value);
    button.addEventListener("click", () => {
      this.choose(group);
      this.changed();
    });
    place.append(button);
    return { group, button, bars, value };
  }

  /** @param {Group} group drawn now, or no more */
  choose(group) {
    const at = this.chosen.indexOf(group);
    const free = this.chosen.indexOf(null);
    if (at >= 0) this.chosen[at] = null;
    else this.chosen[free < 0 ? CURVES.length - 1 : free] = group;
    for (const { group: one, button } of this.rows) {
      const colour = this.chosen.indexOf(one);
      button.setAttribute("aria-pressed", String(colour >= 0));
      button.style.setProperty("--own", colour < 0 ? "transparent" : CURVES[colour]);
    }
  }
}

/**
 * @param {Clip} clip
 * @returns {Group[]}
 */
function movingGroups(clip) {
  /** @type {Group[]} */
  const groups = [];
  for (const [channel, name] of clip.channels.entries()) {
    const other = clip.channels.indexOf(name.replace(/Left$/, "Right"));
    if (SIDED.test(name) && other >= 0 && alike(clip, channel, other)) {
      groups.push(grouped(clip, name.slice(0, -"Left".length), [channel, other]));
    } else if (!groups.some((group) => group.channels.includes(channel))) {
      groups.push(grouped(clip, name, [channel]));
    }
  }
  const moving = groups.filter((group) => group.range >= LEAST);
  return moving.sort((one, two) => two.spread - one.spread || (one.name < two.name ? -1 : 1));
}

/**
 * @param {Clip} clip
 * @param {string} name
 * @param {number[]} channels
 * @returns {Group}
 */
function grouped(clip, name, channels) {
  const weights = clip.tracks.flatMap((track) =>
    Array.from({ length: track.frames }, (_, frame) => weightAt(clip, track, frame, channels[0])),
  );
  const mean = weights.reduce((sum, one) => sum + one, 0) / weights.length;
  const spread = Math.sqrt(weights.reduce((sum, one) => sum + (one - mean) ** 2, 0) / weights.length);
  const range = weights.reduce((a, b) => Math.max(a, b), 0) - weights.reduce((a, b) => Math.min(a, b), 1);
  return { name, channels, range, spread };
}

/**
 * @param {Clip} clip
 * @param {number} one
 * @param {number} other
 */
function alike(clip, one, other) {
  return clip.tracks.every((track) => {
    for (let frame = 0; frame < track.frames; frame += 1) {
      const apart = weightAt(clip, track, frame, one) - weightAt(clip, track, frame, other);
      if (Math.abs(apart) > ALIKE) return false;
    }
    return true;
  });
}

/**
 * @param {string} name
 * @param {string} text
 */
function part(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
