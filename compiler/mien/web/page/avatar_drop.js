/**
 * An avatar of one's own, dropped on the page: it wears the face that the page shows.
 *
 * @module
 */

import { byId, element } from "./dom.js";

/**
 * What `../avatar/avatar.js` gives.
 *
 * @typedef {object} Avatar
 * @property {(file: ArrayBuffer, name: string) => Promise<{present: string[], missing: string[]}>} load
 * @property {(weights: ArrayLike<number>, names: readonly string[]) => void} setWeights
 * @property {() => void} dispose
 */

const MODULE = "../avatar/avatar.js";
const KINDS = /\.(vrm|glb|gltf)$/i;

/** The place where avatars are dropped. */
export class AvatarDrop {
  /** @param {() => void} loaded */
  constructor(loaded) {
    this.loaded = loaded;
    this.canvas = byId("avatar-canvas", HTMLCanvasElement);
    this.drawn = byId("face", HTMLElement);
    this.news = byId("avatar-news", HTMLElement);
    this.available = false;
    /** @type {Avatar | null} */
    this.avatar = null;
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
  }

  /** @param {File} file */
  async open(file) {
    if (!KINDS.test(file.name)) {
      this.tell("error", `${file.name} is no .vrm, .glb or .gltf file.`);
      return;
    }
    if (!this.available) {
      this.tell("error", "This installation of mien cannot draw avatars.");
      return;
    }
    this.tell("busy", `Reading ${file.name} …`);
    try {
      const avatar = (this.avatar ??= await started(this.canvas));
      this.shown(true);
      const { present, missing } = await avatar.load(await file.arrayBuffer(), file.name);
      this.report(file.name, present, missing);
      this.loaded();
    } catch (error) {
      this.close();
      const reason = error instanceof Error ? error.message : String(error);
      this.tell("error", `${file.name} cannot be shown: ${reason}`);
    }
  }

  /** Back to the drawing. */
  close() {
    this.avatar?.dispose();
    this.avatar = null;
    this.shown(false);
    this.news.replaceChildren();
    const fresh = /** @type {HTMLCanvasElement} */ (this.canvas.cloneNode());
    this.canvas.replaceWith(fresh);
    this.canvas = fresh;
  }

  /** @param {boolean} avatar */
  shown(avatar) {
    this.canvas.hidden = !avatar;
    this.drawn.hidden = avatar;
  }

  /**
   * @param {string} name
   * @param {readonly string[]} present
   * @param {readonly string[]} missing
   */
  report(name, present, missing) {
    const back = element("button", { type: "button" }, "Back to the drawing");
    back.addEventListener("click", () => this.close());
    const whole = present.length + missing.length;
    this.news.replaceChildren(
      element("p", {}, `${name} has ${present.length} of ${whole} channels. `, back),
    );
    if (missing.length) {
      this.news.append(
        element(
          "details",
          {},
          element("summary", {}, `${missing.length} missing`),
          element("p", { class: "missing" }, missing.join(", ")),
        ),
      );
    }
  }

  /**
   * @param {"error" | "busy"} kind
   * @param {string} text
   */
  tell(kind, text) {
    this.news.replaceChildren(element("p", { class: kind }, text));
  }
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
