/**
 * A head on a page: the drawn face, until an avatar is dropped on it.
 *
 * @module
 */

import { shapes } from "../drawing.js";

/** @typedef {import("../drawing.js").FlatFace} FlatFace */

/**
 * What `../avatar/avatar.js` gives, which is fetched when the first avatar comes.
 *
 * @typedef {object} Avatar
 * @property {(file: ArrayBuffer, name: string) => Promise<{format: string, present: string[], missing: string[], remarks: string[]}>} load
 * @property {(weights: ArrayLike<number>, names: readonly string[]) => void} setWeights
 * @property {(yaw: number, pitch: number) => void} turn
 * @property {() => void} frame
 */

const MODULE = "../avatar/avatar.js";
const KINDS = /\.(vrm|glb|gltf)$/i;
const RADIANS = Math.PI / 180;

/** Shows faces; see above. */
export class Head {
  /**
   * @param {HTMLElement} home
   * @param {{face: FlatFace, drawn: Readonly<Record<string, readonly string[]>>}} drawing `drawn`: the
   *   drawn face's channels that each of the bank's moves
   * @param {(message: string) => void} say
   */
  constructor(home, { face, drawn }, say) {
    this.home = home;
    this.face = face;
    this.drawn = drawn;
    this.say = say;
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.svg.setAttribute("viewBox", face.view.join(" "));
    this.canvas = document.createElement("canvas");
    home.append(this.svg);
    /** @type {Avatar | null} */
    this.avatar = null;
    /** @type {PerformanceMark | undefined} when the first face was shown */
    this.first = undefined;
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      home.classList.add("over");
    });
    document.addEventListener("dragleave", ({ relatedTarget }) => {
      if (!relatedTarget) home.classList.remove("over");
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      home.classList.remove("over");
      const file = event.dataTransfer?.files[0];
      if (file) void this.open(file);
    });
  }

  /**
   * @param {ArrayLike<number>} weights
   * @param {readonly string[]} channels
   * @param {ArrayLike<number>} [turn] of the head in degrees, to the face's own right, down, and to its
   *   right shoulder
   */
  show(weights, channels, turn = [0, 0, 0]) {
    this.first ??= performance.mark("face");
    if (this.avatar) {
      this.avatar.setWeights(weights, channels);
      this.avatar.turn(-turn[0] * RADIANS, turn[1] * RADIANS);
      this.avatar.frame();
      return;
    }
    /** @type {Record<string, number>} */
    const found = {};
    channels.forEach((name, c) => {
      for (const one of this.drawn[name] ?? []) found[one] = Math.min(1, (found[one] ?? 0) + weights[c]);
    });
    this.svg.innerHTML = shapes(this.face, found);
    this.svg.style.transform = `translate(${turn[0] * -0.3}%, ${turn[1] * 0.3}%) rotate(${-turn[2]}deg)`;
  }

  /** @param {File} file a model */
  async open(file) {
    try {
      if (!KINDS.test(file.name)) throw new Error(`${file.name} is no .vrm, .glb or .gltf file`);
      this.say(`Reading ${file.name} …`);
      const { createAvatar } = await import(MODULE);
      if (!this.avatar) this.home.append(this.canvas);
      /** @type {Avatar} */
      const avatar = this.avatar ?? createAvatar(this.canvas);
      const { format, missing, remarks } = await avatar.load(await file.arrayBuffer(), file.name);
      this.avatar = avatar;
      this.svg.remove();
      const lacks = missing.length ? ` It lacks ${missing.join(", ")}.` : "";
      this.say([`${file.name}: ${format}.${lacks}`, ...remarks].join(" "));
    } catch (error) {
      if (!this.avatar) this.canvas.remove();
      this.say(`${error instanceof Error ? error.message : error}. The face before stays.`);
    }
  }
}

/**
 * One button a label, of which one is pressed.
 *
 * @param {HTMLElement} home
 * @param {readonly string[]} labels
 * @returns {() => string} which
 */
export function chips(home, labels) {
  for (const [at, name] of labels.entries()) {
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "label", value: name, checked: at === 0 });
    const chip = document.createElement("label");
    chip.append(input, name);
    home.append(chip);
  }
  return () => /** @type {HTMLInputElement} */ (home.querySelector(":checked")).value;
}

/**
 * Light the page by a feeling: warm where it is pleasant, cold where it is not, deeper where it is
 * aroused.
 *
 * @param {ArrayLike<number>} point valence, arousal, dominance
 */
export function tint(point) {
  const [valence, arousal] = Array.from(point);
  const deep = Math.round(12 + 26 * Math.abs(valence) + 10 * Math.max(0, arousal));
  const hue = valence > 0 ? 30 : arousal > 0 ? 350 : 225;
  document.body.style.setProperty("--light", `hsl(${Math.abs(valence) < 0.05 ? 215 : hue} ${deep}% 38%)`);
}
