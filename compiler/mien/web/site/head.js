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
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) void this.open(file);
    });
  }

  /**
   * @param {ArrayLike<number>} weights
   * @param {readonly string[]} channels
   * @param {ArrayLike<number>} [turn] of the head in degrees: yaw, pitch, roll
   */
  show(weights, channels, turn = [0, 0, 0]) {
    if (this.avatar) {
      this.avatar.setWeights(weights, channels);
      this.avatar.turn(turn[0] * RADIANS, -turn[1] * RADIANS);
      this.avatar.frame();
      return;
    }
    /** @type {Record<string, number>} */
    const found = {};
    channels.forEach((name, c) => {
      for (const one of this.drawn[name] ?? []) found[one] = Math.min(1, (found[one] ?? 0) + weights[c]);
    });
    this.svg.innerHTML = shapes(this.face, found);
    this.svg.style.transform = `rotate(${-turn[2]}deg) translate(${turn[0] * 0.3}%, ${-turn[1] * 0.3}%)`;
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
