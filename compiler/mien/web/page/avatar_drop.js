/**
 * An avatar of one's own, dropped on the page: it shows the page's face.
 *
 * @module
 */

import { byId, element } from "./dom.js";

/**
 * What `../avatar/avatar.js` gives.
 *
 * @typedef {object} Avatar
 * @property {(file: ArrayBuffer, name: string) => Promise<Facts>} load
 * @property {(weights: ArrayLike<number>, names: readonly string[]) => void} setWeights
 * @property {(yaw: number, pitch: number) => void} turn radians
 * @property {() => void} frame
 * @property {() => void} dispose
 */

/**
 * @typedef {object} Facts
 * @property {string} format
 * @property {string[]} present channels
 * @property {string[]} missing
 * @property {string[]} still
 * @property {string[]} unknown names in the model
 * @property {string[]} remarks
 */

const MODULE = "../avatar/avatar.js";
const RADIANS_A_PIXEL = 0.01;
const RADIANS_A_KEY = 0.1;
const RADIANS = Math.PI / 180;
const MOST_YAW = 1.5;
const MOST_PITCH = 0.8;
/** @type {Readonly<Record<string, [number, number]>>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KINDS = /\.(vrm|glb|gltf)$/i;

/** The place where avatars are dropped. */
export class AvatarDrop {
  /** @param {() => void} loaded */
  constructor(loaded) {
    this.loaded = loaded;
    this.canvas = byId("avatar-canvas", HTMLCanvasElement);
    this.drawn = byId("face", HTMLElement);
    this.message = byId("avatar-news", HTMLElement);
    /** @type {Avatar | null} */
    this.avatar = null;
    this.pose = { yaw: 0, pitch: 0 };
    this.listen();
    window.addEventListener("resize", () => this.avatar?.frame());
    const input = byId("avatar-file", HTMLInputElement);
    input.addEventListener("change", () => {
      if (input.files?.[0]) void this.open(input.files[0]);
      input.value = "";
    });
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) document.body.classList.remove("dropping");
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dropping");
      const file = event.dataTransfer?.files[0];
      if (file) void this.open(file);
    });
  }

  /**
   * @param {ArrayLike<number>} weights
   * @param {readonly string[]} names
   */
  show(weights, names) {
    this.avatar?.setWeights(weights, names);
    this.avatar?.frame();
  }

  /** Have the canvas turn the head: by dragging it, or by its arrow keys. */
  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      this.turn(RADIANS_A_PIXEL * event.movementX, RADIANS_A_PIXEL * event.movementY);
    });
    canvas.addEventListener("keydown", (event) => {
      const step = KEYS[event.key];
      if (!step) return;
      event.preventDefault();
      this.turn(RADIANS_A_KEY * step[0], RADIANS_A_KEY * step[1]);
    });
  }

  /**
   * @param {number} yaw
   * @param {number} pitch
   */
  turn(yaw, pitch) {
    this.pose = {
      yaw: Math.min(MOST_YAW, Math.max(-MOST_YAW, this.pose.yaw + yaw)),
      pitch: Math.min(MOST_PITCH, Math.max(-MOST_PITCH, this.pose.pitch + pitch)),
    };
    this.avatar?.turn(this.pose.yaw, this.pose.pitch);
    this.avatar?.frame();
  }

  /**
   * Turn the head from where the hand has turned it.
   *
   * @param {Iterable<number>} head yaw, pitch and roll in degrees, as a take has them
   */
  nod([yaw, pitch]) {
    this.avatar?.turn(this.pose.yaw - RADIANS * yaw, this.pose.pitch + RADIANS * pitch);
  }

  /** @param {File} file */
  async open(file) {
    if (!KINDS.test(file.name)) {
      this.showMessage("error", `${file.name} is no .vrm, .glb or .gltf file.`);
      return;
    }
    this.showMessage("busy", `Reading ${file.name} …`);
    const first = this.avatar === null;
    try {
      this.shown(true);
      const avatar = (this.avatar ??= await started(this.canvas));
      const facts = await avatar.load(await file.arrayBuffer(), file.name);
      this.canvas.setAttribute("aria-label", `${file.name}; arrow keys turn the head`);
      this.report(file.name, facts);
      this.loaded();
    } catch (error) {
      if (first) this.close();
      const reason = error instanceof Error ? error.message : String(error);
      this.showMessage("error", `${file.name} cannot be shown: ${reason}`);
    }
  }

  /** Back to the drawing. */
  close() {
    this.avatar?.dispose();
    this.avatar = null;
    this.shown(false);
    this.message.replaceChildren();
    const fresh = /** @type {HTMLCanvasElement} */ (this.canvas.cloneNode());
    this.canvas.replaceWith(fresh);
    this.canvas = fresh;
    this.pose = { yaw: 0, pitch: 0 };
    this.listen();
  }

  /** @param {boolean} avatar */
  shown(avatar) {
    this.canvas.hidden = !avatar;
    this.drawn.hidden = avatar;
  }

  /**
   * @param {string} name
   * @param {Facts} facts
   */
  report(name, { format, present, missing, still, unknown, remarks }) {
    const whole = present.length + missing.length;
    this.message.replaceChildren(
      element("p", {}, `${name} (${format}) has ${present.length} of ${whole} channels. `, this.back()),
      ...remarks.map((remark) => element("p", { class: "hint" }, remark)),
      ...listed("missing", missing),
      ...(missing.length ? listed("unknown names", unknown) : []),
      ...listed("there, but without effect", still),
    );
  }

  /**
   * @param {"error" | "busy"} kind
   * @param {string} text
   */
  showMessage(kind, text) {
    const more = this.avatar && kind === "error" ? [" ", this.back()] : [];
    this.message.replaceChildren(element("p", { class: kind }, text, ...more));
  }

  /** @returns {HTMLButtonElement} the way back to the drawing */
  back() {
    const made = element("button", { type: "button" }, "Back to the drawing");
    made.addEventListener("click", () => this.close());
    return made;
  }
}

/** So many names are said at once; more are folded away. */
const FEW = 4;

/**
 * @param {string} what
 * @param {readonly string[]} names
 * @returns {HTMLElement[]}
 */
function listed(what, names) {
  if (names.length === 0) return [];
  if (names.length <= FEW) {
    return [element("p", { class: "hint" }, `${names.length} ${what}: ${names.join(", ")}`)];
  }
  const summary = element("summary", {}, `${names.length} ${what}`);
  return [element("details", {}, summary, element("p", { class: "missing" }, names.join(", ")))];
}

/**
 * Avatars bring a library of their own; it is fetched when the first one comes.
 *
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Avatar>}
 */
async function started(canvas) {
  const { createAvatar } = await import(MODULE);
  return createAvatar(canvas);
}
