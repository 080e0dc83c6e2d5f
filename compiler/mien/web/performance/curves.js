/**
 * The weights and points of every slot over time: cues cross-fade, and points move, on smoothsteps.
 *
 * The twin of mien/performance/expression.py. Any frame may be asked for, in any order.
 *
 * @module
 */

import { way } from "./clock.js";
import { slotOf } from "./plan.js";

/** @typedef {import("./plan.js").Pose} Pose */
/** @typedef {import("./plan.js").Move} Move */
/** @typedef {import("./plan.js").Share} Share */

/**
 * A slot at a moment. Where it plays, `move` is the one that began it.
 *
 * @typedef {object} SlotState
 * @property {Share} slot its weight is that of a pose
 * @property {number} weight
 * @property {readonly number[]} point
 * @property {Move | null} move
 */

/**
 * A move, the position of the first that it takes off from, and the slots that glide with it.
 *
 * @typedef {object} Entry
 * @property {Move} move
 * @property {number} end
 * @property {number} since
 * @property {ReadonlyMap<string, Share>} shares by slot
 * @property {ReadonlySet<string>} gliding
 */

/** Poses over time. */
export class Curves {
  /**
   * @param {Pose} first
   * @param {readonly Move[]} moves
   */
  constructor(first, moves) {
    const start = { start: -Infinity, length: 0, pose: first, clip: null };
    /** @type {Entry[]} */
    this.entries = [entry(start, 0, new Set())];
    /** @type {Map<string, Move>} */
    this.players = new Map();
    // Of two that begin at once the later counts; sorting keeps their order.
    for (const move of [...moves].sort((a, b) => a.start - b.start)) this.append(move);
  }

  /** @param {Move} move */
  append(move) {
    const since = this.settled(move.start);
    const earlier = this.entries.slice(since);
    const gliding = move.pose.shares
      .map(slotOf)
      .filter((slot) => earlier.some(({ shares }) => shares.has(slot)));
    this.entries.push(entry(move, since, new Set(gliding)));
    for (const one of move.pose.shares) {
      if (move.clip !== null && !this.players.has(slotOf(one))) this.players.set(slotOf(one), move);
    }
  }

  /**
   * The slots that are seen at a tick, in order of labels, then styles, then clips.
   *
   * @param {number} moment
   * @returns {SlotState[]}
   */
  at(moment) {
    const base = this.needed(moment);
    const last = this.begun(moment);
    /** @type {Map<string, Share>} */
    const slots = new Map();
    for (let at = base; at <= last; at += 1) {
      for (const [name, one] of this.entries[at].shares) if (!slots.has(name)) slots.set(name, one);
    }
    return [...slots]
      .sort(([, a], [, b]) => a.label - b.label || a.style - b.style || a.play - b.play)
      .map(([name, slot]) => this.state(name, slot, base, last, moment))
      .filter(({ weight }) => weight !== 0);
  }

  /**
   * @param {string} name
   * @param {Share} slot
   * @param {number} base
   * @param {number} last
   * @param {number} moment
   * @returns {SlotState}
   */
  state(name, slot, base, last, moment) {
    const first = this.entries[base];
    let weight = first.shares.get(name)?.weight ?? 0;
    let point = first.move.pose.point.map((one) => one + 0); // never -0
    for (let at = base + 1; at <= last; at += 1) {
      const { move, shares, gliding } = this.entries[at];
      const come = way(moment, move.start, move.length);
      const own = shares.get(name);
      weight = (1 - come) * weight + come * (own?.weight ?? 0);
      if (own === undefined) continue;
      const to = move.pose.point;
      if (gliding.has(name)) {
        point = point.map((one, axis) => (1 - come) * one + come * (to[axis] + 0));
      } else {
        point = to.map((one) => one + 0);
      }
    }
    return { slot, weight, point, move: slot.play ? (this.players.get(name) ?? null) : null };
  }

  /**
   * The position of the first entry that says anything of a tick.
   *
   * @param {number} moment
   * @returns {number}
   */
  needed(moment) {
    let at = this.settled(moment);
    for (;;) {
      let earliest = at;
      for (let one = at; one < this.entries.length; one += 1) {
        const { gliding, end, since } = this.entries[one];
        if (gliding.size && end > moment) earliest = Math.min(earliest, since);
      }
      if (earliest >= at) return at;
      at = earliest;
    }
  }

  /**
   * The position of the last entry that is over at a tick: earlier ones are not seen.
   *
   * @param {number} moment
   * @returns {number}
   */
  settled(moment) {
    for (let at = this.entries.length - 1; at > 0; at -= 1) {
      if (this.entries[at].end <= moment) return at;
    }
    return 0;
  }

  /**
   * The position of the last entry that has begun.
   *
   * @param {number} moment
   * @returns {number}
   */
  begun(moment) {
    let last = this.entries.length - 1;
    while (last > 0 && this.entries[last].move.start > moment) last -= 1;
    return last;
  }
}

/**
 * @param {Move} move
 * @param {number} since
 * @param {ReadonlySet<string>} gliding
 * @returns {Entry}
 */
function entry(move, since, gliding) {
  const shares = new Map(move.pose.shares.map((one) => [slotOf(one), one]));
  return { move, end: move.start + move.length, since, shares, gliding };
}

/**
 * The arousal that is shown: each slot's by its weight, 0 at rest.
 *
 * @param {readonly SlotState[]} slots
 * @returns {number}
 */
export function arousalOf(slots) {
  return slots.reduce((sum, { weight, point }) => sum + weight * point[1], 0);
}
