/**
 * What the voice does to an expression beside its words: it breathes with it, inside its label.
 *
 * The twin of mien/performance/prosody.py: float64 in the written order.
 *
 * @module
 */

/** @typedef {import("../types.js").Tables} Tables */
/** @typedef {import("./plan.js").LipTrack} LipTrack */

/** @typedef {readonly [number, number, number]} Point */

const COLUMNS = 2;
const REACH = 0.2;
const HINT = 0.2;

/**
 * @typedef {object} Heard
 * @property {number} stress how far the voice stands out, -1 to 1
 * @property {number} arousal how aroused it sounds, -1 to 1
 */

/**
 * What is heard in a frame; nothing stands out while nobody speaks.
 *
 * @param {LipTrack} lips
 * @param {number} frame
 * @returns {Heard}
 */
export function heard({ prosody, speech }, frame) {
  const stress = (prosody?.[COLUMNS * frame] ?? 0) * (speech[frame] ?? 0);
  return { stress, arousal: prosody?.[COLUMNS * frame + 1] ?? 0 };
}

/** The way from a label's lowest anchor to its highest. */
class Line {
  /** @param {readonly Point[]} anchors */
  constructor(anchors) {
    this.low = anchors[0];
    const high = anchors[anchors.length - 1];
    this.way = high.map((one, axis) => one - this.low[axis]);
    const [u0, u1, u2] = this.way;
    this.square = u0 * u0 + u1 * u1 + u2 * u2;
    this.places = [0];
    this.anchors = [this.low];
    for (const anchor of anchors.slice(1, -1)) {
      const place = this.place(anchor);
      if (!(this.places[this.places.length - 1] < place && place < 1)) continue;
      this.places.push(place);
      this.anchors.push(anchor);
    }
    this.places.push(1);
    this.anchors.push(high);
  }

  /**
   * How far along the line a point is, 0 to 1.
   *
   * @param {readonly number[]} point
   * @returns {number}
   */
  place(point) {
    const [l0, l1, l2] = this.low;
    const [u0, u1, u2] = this.way;
    const along = (point[0] - l0) * u0 + (point[1] - l1) * u1 + (point[2] - l2) * u2;
    return Math.min(1, Math.max(0, along / this.square));
  }

  /**
   * @param {number} place
   * @returns {number[]}
   */
  at(place) {
    let part = this.places.length - 2;
    while (part > 0 && place < this.places[part]) part -= 1;
    const share = (place - this.places[part]) / (this.places[part + 1] - this.places[part]);
    return this.anchors[part].map((one, axis) => one + share * (this.anchors[part + 1][axis] - one));
  }

  /**
   * @param {readonly number[]} point
   * @param {number} stress
   * @returns {number[]}
   */
  moved(point, stress) {
    const from = this.place(point);
    const to = this.at(Math.min(1, Math.max(0, from + REACH * stress)));
    const was = this.at(from);
    return point.map((one, axis) => one + (to[axis] - was[axis]));
  }
}

/** The lines of a bank's labels. */
export class Lines {
  /** @param {Tables} tables */
  constructor({ labels }) {
    this.lines = labels.map(({ anchors }) => {
      const points = Array.from(
        { length: anchors.length / 3 },
        (_, at) => /** @type {const} */ ([anchors[3 * at], anchors[3 * at + 1], anchors[3 * at + 2]]),
      );
      const line = new Line(points);
      return line.square > 0 ? line : null;
    });
  }

  /**
   * A point of a label, moved by the voice.
   *
   * @param {number} label
   * @param {readonly number[]} point
   * @param {Heard} voice
   * @returns {readonly number[]}
   */
  spoken(label, point, { stress, arousal }) {
    if (stress === 0 && arousal === 0) return point;
    const [v, a, d] = this.lines[label]?.moved(point, stress) ?? point;
    return [v, a + HINT * arousal, d];
  }
}
