/**
 * Lips from how likely each viseme is, frame by frame. The twin of mien_trainer/lips/live.py, which
 * has the numbers' reasons; float64 in the written order, and buffers that are made once.
 *
 * @module
 */

import { conflictResolver } from "../conflict.js";
import { FRAME_RATE } from "./clock.js";
import { LIP_TABLE } from "./lip_table.js";

/** Frames from which on a sound that is over has no influence. */
const REACH = 12;

const [MEETS, PARTS, HELD] = [0.4, 0.2, 3];
const [UNSURE, SETTLES] = [0.06, 12];
const DIRECT = 0.5;
const ATTACK = 0.045;
const [RESTS, RESTED] = [0.7, 0.9];
const PULL = 1e-6;

/** Frames that are remembered; a power of 2 that is more than is ever known around a frame. */
const KEPT = 64;

const { visemes: VISEMES, names: NAMES, groups: GROUPS, rest: REST, contacts: CONTACTS } = LIP_TABLE;
const [V, C, G, K] = [VISEMES.length, NAMES.length, GROUPS.length, CONTACTS.length];

/** V x C. */
const SHAPES = new Float64Array(V * C);
LIP_TABLE.weights.forEach((own, v) => own.forEach(([c, weight]) => void (SHAPES[v * C + c] = weight)));

const resolve = conflictResolver(
  /** @type {any} */ ({
    channels: NAMES,
    pairs: LIP_TABLE.pairs,
    caps: Float32Array.from(LIP_TABLE.caps),
    ceilings: LIP_TABLE.ceilings,
    slacks: Float32Array.from(LIP_TABLE.slacks),
  }),
);

/** Turns likelihoods that come frame by frame into lips, `ahead` frames late. */
export class LipKernels {
  /**
   * @param {number} ahead frames that are known beyond each that is given
   * @param {readonly string[]} channels those whose weights are told beside the visemes
   * @param {readonly number[]} reaches frames that each telling of contacts knows beyond each that is given
   */
  constructor(ahead, channels, reaches) {
    this.span = REACH + ahead + 1;
    this.pulls = pullsOf(this.span);
    const farthest = Math.max(...reaches);
    this.gates = CONTACTS.map((contact) => gateOf(contact, REACH + farthest + 1));
    this.tellings = reaches.map((reach) => new Telling(reach));
    /** At each offset the telling that knows the frame and waited longest. */
    this.surest = Array.from({ length: REACH + farthest + 1 }, (_, place) => {
      const knowing = this.tellings.filter(({ reach }) => reach >= place - REACH);
      return knowing.reduce((best, one) => (one.reach < best.reach ? one : best));
    });
    this.columns = channels.map((name) => NAMES.indexOf(name));
    this.visemes = new Float32Array(KEPT * V);
    for (let frame = 0; frame < REACH; frame += 1) this.visemes[frame * V + REST] = 1;
    this.settled = 1;
    this.told = new Float32Array(KEPT * channels.length);
    /** Frames that were heard, with silence before the first; told; and given. */
    this.heardCount = REACH;
    this.toldCount = 0;
    this.given = 0;
    this.pull = new Float64Array(V * G);
    this.weights = new Float64Array(C);
  }

  /** @param {Float32Array} visemes how likely each is */
  hear(visemes) {
    const row = (this.heardCount % KEPT) * V;
    this.visemes.set(visemes, row);
    const rest = visemes[REST];
    this.settled = Math.min(1, this.settled + 1 / SETTLES) * rest;
    this.visemes[row + REST] = rest * this.settled;
    this.heardCount += 1;
  }

  /**
   * @param {number} telling
   * @param {Float32Array} contacts how likely each kind is
   */
  touch(telling, contacts) {
    this.tellings[telling].hear(contacts);
  }

  /** @param {Float32Array} weights of the channels that are told */
  tell(weights) {
    this.told.set(weights, (this.toldCount % KEPT) * weights.length);
    this.toldCount += 1;
  }

  /** Whether a frame is complete. */
  get ready() {
    const { heardCount, toldCount, given } = this;
    return (
      heardCount - this.span >= given && toldCount > given && this.tellings.every((one) => one.frames > given + one.reach)
    );
  }

  /**
   * The next frame, which has to be `ready`.
   *
   * @param {Float32Array} out one weight in [0, 1] a channel of the rig
   * @returns {number} how firmly lips or teeth meet
   */
  next(out) {
    this.blend();
    let firm = 0;
    for (let kind = 0; kind < K; kind += 1) firm = Math.max(firm, this.close(kind));
    for (let c = 0; c < C; c += 1) out[c] = Math.min(1, Math.max(0, this.weights[c]));
    resolve(out);
    this.given += 1;
    return Math.fround(firm);
  }

  /** The weights of the next frame, contacts left out. */
  blend() {
    const { pull, pulls, visemes, weights, columns, told, span, given } = this;
    pull.fill(PULL);
    for (let offset = 0; offset < span; offset += 1) {
      const near = ((given + offset) % KEPT) * V;
      for (let v = 0, at = 0, from = offset * V * G; v < V; v += 1) {
        const likely = visemes[near + v];
        for (let g = 0; g < G; g += 1, at += 1, from += 1) {
          const pulled = likely * pulls[from];
          if (pulled > pull[at]) pull[at] = pulled;
        }
      }
    }
    weights.fill(0);
    for (let g = 0; g < G; g += 1) {
      let sum = 0;
      for (let v = 0; v < V; v += 1) sum += pull[v * G + g];
      for (let v = 0; v < V; v += 1) pull[v * G + g] /= sum;
      for (let at = 0; at < GROUPS[g].length; at += 1) {
        const c = GROUPS[g][at];
        let weight = 0;
        for (let v = 0; v < V; v += 1) weight += pull[v * G + g] * SHAPES[v * C + c];
        weights[c] = weight;
      }
    }
    const row = (given % KEPT) * columns.length;
    for (let d = 0; d < columns.length; d += 1) {
      weights[columns[d]] += DIRECT * (told[row + d] - weights[columns[d]]);
    }
    for (let g = 0; g < G; g += 1) {
      const rests = Math.min(1, Math.max(0, (pull[REST * G + g] - RESTS) / (RESTED - RESTS)));
      for (let at = 0; at < GROUPS[g].length; at += 1) weights[GROUPS[g][at]] *= 1 - rests * rests * (3 - 2 * rests);
    }
  }

  /**
   * Make a contact.
   *
   * @param {number} kind
   * @returns {number} how near it is, 1 while it is made
   */
  close(kind) {
    const { weights, surest, given } = this;
    const { row, curve, press, ruled, seals } = this.gates[kind];
    let [near, sealed, firm] = [0, 0, 0];
    for (let offset = 0; offset < surest.length; offset += 1) {
      const made = surest[offset].made[((given + offset) % KEPT) * K + kind];
      if (made === 0) continue;
      near = Math.max(near, curve[offset] * made);
      sealed = Math.max(sealed, press[offset] * made);
      firm = Math.max(firm, curve[offset]);
    }
    for (let at = 0; at < ruled.length; at += 1) {
      const c = ruled[at];
      const held = seals[at] ? sealed : near;
      weights[c] = (1 - held) * weights[c] + held * SHAPES[row * C + c];
    }
    return firm;
  }
}

/** One telling of which contacts are made. */
class Telling {
  /** @param {number} reach frames that it knows beyond each that is given */
  constructor(reach) {
    this.reach = reach;
    /** How firmly each is made: `REACH` frames in which none is, then those that were heard. */
    this.made = new Float64Array(KEPT * K);
    this.frames = 0;
    this.since = new Int32Array(K);
    this.firm = new Float64Array(K);
  }

  /** @param {Float32Array} contacts how likely each kind is */
  hear(contacts) {
    const row = (REACH + this.frames) % KEPT;
    for (let kind = 0; kind < K; kind += 1) {
      const [held, likely] = [this.since[kind], contacts[kind]];
      const stays = held > 0 && (held < HELD || likely >= PARTS);
      this.since[kind] = stays || likely >= MEETS ? held + 1 : 0;
      // A contact is one thing: as firm as by its likeliest frame so far.
      this.firm[kind] = this.since[kind] > 0 ? Math.max(this.firm[kind], 1 - UNSURE * (1 - likely)) : 0;
      this.made[row * K + kind] = this.firm[kind];
    }
    this.frames += 1;
  }
}

/** @param {number} span @returns {Float64Array} span x V x G: how a frame at each offset pulls */
function pullsOf(span) {
  const found = new Float64Array(span * V * G);
  const most = (span - REACH - 1) / FRAME_RATE - ATTACK;
  for (let place = 0; place < span; place += 1) {
    for (let v = 0; v < V; v += 1) {
      for (let g = 0; g < G; g += 1) {
        const moment = (place - REACH) / FRAME_RATE - Math.min(LIP_TABLE.lead[g], most);
        const distance = Math.max(Math.abs(moment) - 0.5 / FRAME_RATE, 0);
        const reach = (moment > 0 ? LIP_TABLE.before : LIP_TABLE.after)[v][g];
        const fall = (distance / reach) ** LIP_TABLE.power[v];
        found[(place * V + v) * G + g] = Math.exp(LIP_TABLE.logStrength[v][g] - fall);
      }
    }
  }
  return found;
}

/** @param {(typeof CONTACTS)[number]} contact @param {number} span */
function gateOf({ row, ruled, closing, pressing, opening, lead }, span) {
  return {
    row,
    ruled,
    seals: ruled.map((c) => LIP_TABLE.sealing.includes(c)),
    curve: ramp(closing + pressing, opening + pressing, lead, span),
    press: ramp(pressing, pressing, lead, span),
  };
}

/**
 * How closed it is where the contact is made at each offset.
 *
 * @param {number} closing
 * @param {number} opening
 * @param {number} lead
 * @param {number} span
 * @returns {Float64Array}
 */
function ramp(closing, opening, lead, span) {
  const shift = lead * FRAME_RATE;
  return Float64Array.from({ length: span }, (_, place) => {
    const offset = place - REACH - shift;
    const width = (offset > 0 ? closing : opening) * FRAME_RATE;
    const part = Math.min(1, Math.max(0, 1 - Math.max(0, Math.abs(offset) - shift) / (width + 1)));
    return part * part * (3 - 2 * part);
  });
}
