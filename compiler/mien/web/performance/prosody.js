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

/** Stress and arousal of a frame. */
export const COLUMNS = 2;
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
    const { low, way } = this;
    const along = (point[0] - low[0]) * way[0] + (point[1] - low[1]) * way[1] + (point[2] - low[2]) * way[2];
    return Math.min(1, Math.max(0, along / this.square));
  }

  /**
   * @param {number} place
   * @param {number} axis
   * @returns {number}
   */
  at(place, axis) {
    const { places, anchors } = this;
    let part = places.length - 2;
    while (part > 0 && place < places[part]) part -= 1;
    const share = (place - places[part]) / (places[part + 1] - places[part]);
    const one = anchors[part][axis];
    return one + share * (anchors[part + 1][axis] - one);
  }

  /**
   * @param {readonly number[]} point
   * @param {number} stress
   * @returns {number[]}
   */
  moved(point, stress) {
    const from = this.place(point);
    const to = Math.min(1, Math.max(0, from + REACH * stress));
    return point.map((one, axis) => one + (this.at(to, axis) - this.at(from, axis)));
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
    const moved = this.lines[label]?.moved(point, stress) ?? point.slice();
    moved[1] += HINT * arousal;
    return moved;
  }
}
