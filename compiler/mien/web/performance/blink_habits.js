/**
 * How often the labels that are shown blink, and when not, as their timelines in the bank say.
 *
 * The twin of mien/performance/blink_habits.py.
 *
 * @module
 */

/** @typedef {import("../types.js").Tables} Tables */
/** @typedef {import("./plan.js").Move} Move */
/** @typedef {import("./curves.js").SlotState} SlotState */

const TICKS_A_MILLISECOND = 60;
const LEAST = 0;
const MOST = 1;
const SUPPRESSED = 4;

/** The habits of a performance's labels. */
export class BlinkHabits {
  /**
   * @param {Tables} tables
   * @param {readonly Move[]} moves
   */
  constructor({ labels }, moves) {
    /** Of each label, its table's row, where it says how it blinks. */
    this.labels = labels.map(({ timeline }) => (timeline?.blink[MOST] ? timeline.blink : null));
    const turns = moves
      .map(({ start, pose }) => ({ start, shown: new Set(pose.shares.map(({ label }) => label)) }))
      .sort((one, other) => one.start - other.start);
    /** Labels that were not shown before a move may hold blinks back from its start on. */
    this.holds = turns.map(({ start, shown }, at) => {
      const fresh = [...shown].filter((label) => at === 0 || !turns[at - 1].shown.has(label));
      const lengths = fresh.map((label) => this.labels[label]?.[SUPPRESSED] ?? 0);
      return { start, end: start + Math.max(0, ...lengths) * TICKS_A_MILLISECOND };
    });
  }

  /**
   * Whether blinks are held back at a tick.
   *
   * @param {number} moment
   * @returns {boolean}
   */
  held(moment) {
    return this.holds.some(({ start, end }) => moment >= start && moment < end);
  }

  /**
   * The seconds between two blinks, least and most, of the label with the greatest weight, the first
   * of equals; null where it does not say.
   *
   * @param {readonly SlotState[]} slots
   * @returns {[number, number] | null}
   */
  gaps(slots) {
    let greatest = 0;
    /** @type {Int32Array | null} */
    let found = null;
    for (const { slot, weight } of slots) {
      if (weight > greatest) {
        greatest = weight;
        found = this.labels[slot.label];
      }
    }
    return found && [found[LEAST] / 1000, found[MOST] / 1000];
  }
}
