/**
 * A compiled bank as programs use it: faces by label, point, style and speech, with the bits that
 * Python gives.
 *
 *     const bank = await loadBank("default.safetensors", { sha256: "3e33…" });
 *     const face = bank.face("joy", { at: "high" });      // one weight in [0, 1] a channel
 *     bank.face({ joy: 0.6, awe: 0.4 }, { speech: 1 });   // a mixture, the lips left to the sound
 *
 * @module
 */

import { readArtifact } from "./artifact.js";
import { Evaluator, fade } from "./evaluator.js";
import { onlyKnown } from "./options.js";
import { clipOf, endOf, sample } from "./timelines.js";

/** @typedef {import("./types.js").Vad} Vad */
/** @typedef {string | Readonly<Record<string, number>>} Label a label, or label weights */

/**
 * Where a label is looked at: one of `vad`, `at` (an intensity's or a style's name) and `intensity`
 * (0 the lowest anchor to 1 the highest); without any the style's own point, or mid.
 *
 * @typedef {object} PlaceOptions
 * @property {Vad | undefined} [vad] valence, arousal, dominance, each in [-1, 1]
 * @property {string | undefined} [at]
 * @property {number | undefined} [intensity]
 * @property {string | undefined} [style] one of the label's styles; a mixture has none
 */

/** @typedef {PlaceOptions & {speech?: number | undefined}} FaceOptions `speech` in [0, 1] leaves the lips to the sound */

/**
 * @typedef {object} TimeOptions
 * @property {string | undefined} [sequence] of the label; absent = its dynamics
 * @property {number | null | undefined} [hold] ms after the start at which it is released
 */

/**
 * @typedef {object} Moment a label at a time
 * @property {Float32Array} face
 * @property {Float32Array} head degrees: yaw, pitch, roll
 * @property {Float32Array} gaze degrees: yaw, pitch
 */

const USUAL = "mid";

const PLACE = ["vad", "at", "intensity", "style"];
const FACE = [...PLACE, "speech"];
const TIME = ["sequence", "hold"];
const MOMENT = [...FACE, ...TIME];
const DURATION = [...PLACE, ...TIME];

/** A compiled bank. Faces are new Float32Arrays in the order of `channels`. */
export class Bank {
  /**
   * @param {import("./types.js").Tables} tables as `readArtifact` gives them
   * @param {string} [digest] the sha256 in hex of the artifact, where somebody checked it
   */
  constructor(tables, digest = "") {
    /** @readonly */
    this.tables = tables;
    /** @readonly */
    this.digest = digest;
    /** @readonly */
    this.evaluator = new Evaluator(tables);
    /** @type {readonly string[]} */
    this.labels = tables.labels.map((table) => table.label);
  }

  /** @returns {string} */
  get id() {
    return this.tables.bank;
  }

  /** @returns {string} */
  get version() {
    return this.tables.version;
  }

  /** @returns {readonly string[]} */
  get channels() {
    return this.tables.channels;
  }

  /** @returns {readonly string[]} from the lowest */
  get intensities() {
    return this.tables.intensities;
  }

  /**
   * @param {string} label
   * @returns {readonly string[]}
   * @throws {RangeError}
   */
  styles(label) {
    return this.evaluator.table(label).styles;
  }

  /**
   * @param {string} label
   * @returns {readonly string[]} the label's sequences; none where the bank says nothing of time
   * @throws {RangeError}
   */
  sequences(label) {
    return this.evaluator.table(label).timeline?.sequences ?? [];
  }

  /**
   * The point of an intensity or a style.
   *
   * @param {string} label
   * @param {string} name
   * @returns {Float32Array} valence, arousal, dominance
   * @throws {RangeError} an unknown label or name
   */
  anchor(label, name) {
    const table = this.evaluator.table(label);
    const names = [...this.intensities, ...table.styles];
    const at = names.indexOf(name);
    if (at < 0) throw new RangeError(`no anchor ${name} of ${label}: it has ${names.join(", ")}`);
    const own = at - this.intensities.length;
    return own < 0 ? table.anchors.slice(3 * at, 3 * at + 3) : table.styleAnchors.slice(3 * own, 3 * own + 3);
  }

  /**
   * The point that `face` looks at. Of label weights: the weighted mean of the labels' points.
   *
   * @param {Label} label
   * @param {PlaceOptions} [options]
   * @returns {Vad}
   * @throws {RangeError} an unknown name, a number out of range, or more than one place
   * @throws {TypeError} an option that there is not
   */
  point(label, options = {}) {
    onlyKnown("point", options, PLACE);
    const { vad, at, intensity, style } = options;
    if ([vad, at, intensity].filter((one) => one !== undefined).length > 1) {
      throw new RangeError("give only one of vad, at and intensity");
    }
    if (vad !== undefined) return vad;
    if (typeof label !== "string") return middle(this, label, { at, intensity });
    if (intensity !== undefined) return this.evaluator.vadAt(label, intensity);
    const names = this.intensities;
    const usual = names.includes(USUAL) ? USUAL : /** @type {string} */ (names[(names.length - 1) >> 1]);
    return this.anchor(label, at ?? style ?? usual);
  }

  /**
   * One face.
   *
   * @param {Label} label
   * @param {FaceOptions} [options]
   * @returns {Float32Array} one weight in [0, 1] a channel
   * @throws {RangeError} an unknown name, a number out of range, weights that do not sum to 1
   * @throws {TypeError} an option that there is not
   */
  face(label, options = {}) {
    onlyKnown("face", options, FACE);
    const { speech = 0, ...place } = options;
    const { style } = place;
    const point = this.point(label, place);
    if (typeof label === "string") {
      return this.evaluator.face(label, point, style === undefined ? { speech } : { style, speech });
    }
    if (style !== undefined) throw new RangeError("a style belongs to one label; a mixture has none");
    return this.evaluator.mixture(label, point, speech);
  }

  /**
   * Many faces, a row each.
   *
   * @param {readonly string[]} labels n of them
   * @param {ArrayLike<number>} vads n x 3, flat
   * @param {{style?: string, speech?: number, out?: Float32Array}} [given] `out`: n x channels, filled
   * @returns {Float32Array} n x channels
   * @throws {RangeError} as `face`, or a length that does not fit
   * @throws {TypeError} an option that there is not
   */
  faces(labels, vads, given = {}) {
    onlyKnown("faces", given, ["style", "speech", "out"]);
    const { style, speech = 0, out } = given;
    const width = this.channels.length;
    const rows = out ?? new Float32Array(labels.length * width);
    if (vads.length !== 3 * labels.length || rows.length !== width * labels.length) {
      throw new RangeError(
        `${labels.length} labels: expected ${3 * labels.length} numbers of vads and room for ` +
          `${width * labels.length} weights, found ${vads.length} and ${rows.length}`,
      );
    }
    const options = style === undefined ? { speech } : { style, speech };
    labels.forEach((label, row) => {
      const point = [0, 1, 2].map((axis) => vads[3 * row + axis]);
      rows.set(this.evaluator.face(label, point, options), width * row);
    });
    return rows;
  }

  /**
   * A face under speech with the lips' visemes on top. A viseme that closes the lips closes them under
   * every expression.
   *
   * @param {Float32Array} face made with its speech
   * @param {ArrayLike<number>} visemes one weight in [0, 1] a channel
   * @returns {Float32Array}
   * @throws {RangeError}
   */
  compose(face, visemes) {
    return this.evaluator.compose(face, visemes);
  }

  /**
   * A label at a time of its dynamics, or of one of its sequences.
   *
   * @param {string} label
   * @param {number} time ms since its start
   * @param {FaceOptions & TimeOptions} [options]
   * @returns {Moment}
   * @throws {RangeError} as `face`; or the time is no number, the label has no shape in time, or no such sequence
   * @throws {TypeError} an option that there is not
   */
  moment(label, time, options = {}) {
    onlyKnown("moment", options, MOMENT);
    const { speech = 0, hold = null, sequence: _, ...place } = options;
    if (Number.isNaN(Number(time)) || Number.isNaN(Number(hold))) {
      throw new RangeError(`time ${time}, hold ${hold}: expected milliseconds`);
    }
    const face = this.face(label, place);
    const sampled = sample(clipOn(this, label, options), time, hold);
    const shown = this.evaluator.timed(face, sampled);
    fade(this.evaluator.table(label), Math.fround(speech), shown);
    return { face: shown, head: sampled.head, gaze: sampled.gaze };
  }

  /**
   * The ms from which a label's dynamics, or its sequence, change nothing any more; Infinity for never.
   *
   * @param {string} label
   * @param {PlaceOptions & TimeOptions} [options]
   * @returns {number}
   * @throws {RangeError}
   * @throws {TypeError} an option that there is not
   */
  duration(label, options = {}) {
    onlyKnown("duration", options, DURATION);
    return endOf(clipOn(this, label, options), options.hold ?? null);
  }

  /**
   * The weights of a face by channel.
   *
   * @param {ArrayLike<number>} face
   * @returns {Record<string, number>}
   */
  named(face) {
    return Object.fromEntries(this.channels.map((name, c) => [name, face[c] ?? 0]));
  }
}

/**
 * A label's dynamics, or its sequence of that name at an intensity.
 *
 * @param {Bank} bank
 * @param {string} label
 * @param {PlaceOptions & TimeOptions} options
 * @returns {import("./timelines.js").Clip}
 * @throws {RangeError} the label has no shape in time, or no such sequence
 */
export function clipOn({ evaluator, intensities }, label, { sequence, at }) {
  const found = at === undefined ? -1 : intensities.indexOf(at);
  const usual = intensities.includes(USUAL) ? intensities.indexOf(USUAL) : (intensities.length - 1) >> 1;
  return clipOf(evaluator.table(label), sequence ?? null, found < 0 ? usual : found);
}

/**
 * The weighted mean of labels' points.
 *
 * @param {Bank} bank
 * @param {Readonly<Record<string, number>>} weights
 * @param {PlaceOptions} options
 * @returns {Vad}
 */
function middle(bank, weights, options) {
  const shares = bank.evaluator.shares(weights);
  const mean = [0, 0, 0];
  for (const label of bank.labels) {
    const weight = Math.fround(shares.get(label) ?? 0);
    if (weight > 0) {
      const own = bank.point(label, options);
      for (let axis = 0; axis < 3; axis += 1) mean[axis] += weight * own[axis];
    }
  }
  return Float32Array.from(mean, (one) => Math.min(1, Math.max(-1, one)));
}

/**
 * A bank from its artifact: what `mien compile` and `mien export --to web` write.
 *
 * @param {string | URL | ArrayBuffer | Uint8Array} source its address, or its bytes
 * @param {{sha256?: string}} [expected] the digest that the lock or the ledger has for it
 * @returns {Promise<Bank>}
 * @throws {import("./refusals.js").ArtifactError} where it is no artifact, is damaged, is another than
 *   `sha256` says, or needs a newer reader
 * @throws {Error} where it cannot be fetched
 */
export async function loadBank(source, expected = {}) {
  const bytes = await bytesOf(source, "the bank");
  return new Bank(readArtifact(bytes, expected), expected.sha256 ?? "");
}

/**
 * The bytes of what is named or given; under Node files can be named, too.
 *
 * @param {string | URL | ArrayBuffer | Uint8Array} source
 * @param {string} what for the message
 * @returns {Promise<Uint8Array>}
 * @throws {Error} where it cannot be fetched
 */
export async function bytesOf(source, what) {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const address = source instanceof URL ? source.href : source;
  if (typeof document === "undefined" && !/^(https?|data|blob):/.test(address)) {
    const name = "node:fs/promises"; // only Node has it: not to be bundled
    const { readFile } = await import(name);
    return new Uint8Array(await readFile(address.startsWith("file:") ? new URL(address) : address));
  }
  const answer = await fetch(address).catch((error) => {
    throw new Error(`${what} cannot be fetched from ${address}: ${error.message}`);
  });
  if (!answer.ok) throw new Error(`${what} is not at ${address}: the server answers ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
