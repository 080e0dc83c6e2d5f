/**
 * A performance, frame by frame, bit for bit as mien/performance/performer.py gives it.
 *
 * Any frame may be asked for, in any order: a face that is jumped to is the one that is played.
 *
 * @module
 */

import { clipOf, sample } from "../timelines.js";
import { BlinkHabits } from "./blink_habits.js";
import { FRAME, TICKS, ticks } from "./clock.js";
import { Curves, arousalOf } from "./curves.js";
import {
  blink,
  eyeDegrees,
  letClose,
  nearSeals,
  placesOf,
  raise,
  sealOf,
  turn,
  wideEyes,
} from "./face_layers.js";
import { Gaze } from "./gaze.js";
import { Life, STARE } from "./life.js";
import { REST } from "./plan.js";
import { Lines, heard } from "./prosody.js";

/** @typedef {import("../evaluator.js").Evaluator} Evaluator */
/** @typedef {import("../timelines.js").Clip} Clip */
/** @typedef {import("../timelines.js").Sample} Sample */
/** @typedef {import("./curves.js").SlotState} SlotState */
/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./plan.js").Move} Move */
/** @typedef {import("./plan.js").LipTrack} LipTrack */
/** @typedef {import("./plan.js").Shown} Shown */

const f = Math.fround;

/** Ticks in which a face that is let go comes to rest. */
export const RELEASE = ticks(0.5);

const MILLISECOND = TICKS / 1000;
const OF_THE_FACE = "EXPRESSION";

/** @typedef {{state: SlotState, sample: Sample | null}} Layer */

/** Performs a plan with one bank and the lips of the whole. */
export class Performance {
  /**
   * @param {Evaluator} evaluator
   * @param {Plan} plan
   * @param {LipTrack} lips
   */
  constructor(evaluator, plan, lips) {
    this.evaluator = evaluator;
    this.plan = plan;
    this.lips = lips;
    this.places = placesOf(evaluator.tables.channels);
    this.columns = columnsOf(evaluator, lips);
    /** The lips of a frame near by. */
    this.near = new Float32Array(this.columns.length);
    const last = (plan.frames - 1) * FRAME;
    const leaves = plan.rests ? Math.max(0, last - RELEASE) : Infinity;
    const moves = plan.moves.filter(({ start }) => start < leaves);
    this.habits = new BlinkHabits(evaluator.tables, moves);
    const home = { start: leaves, length: last - leaves, pose: REST, clip: null };
    this.curves = new Curves(plan.first, plan.rests ? [...moves, home] : moves);
    this.gaze = new Gaze(plan.looks);
    if (plan.rests) this.gaze.close(leaves, last - leaves);
    this.turns =
      plan.looks.length > 0 || plan.life !== null || plan.moves.some(({ clip }) => clip !== null);
    /** @type {Map<Move, Clip>} */
    this.clips = new Map();
    this.lines = new Lines(evaluator.tables);
    this.life =
      plan.life &&
      new Life(plan.seed, plan.life, plan.frames, plan.rests, {
        arousal: (frame) => arousalOf(this.curves.at(frame * FRAME)),
        stares: (frame) => this.stares(frame),
        gaps: (frame) => this.habits.gaps(this.curves.at(frame * FRAME)),
        emphases: lips.emphases.subarray(0, plan.frames),
      });
  }

  /**
   * A frame of the whole, from 0 on.
   *
   * @param {number} frame
   * @returns {Shown}
   */
  at(frame) {
    const moment = frame * FRAME;
    const speech = this.heard(this.lips.speech, frame);
    const voice = this.voice(frame);
    const layers = this.followed(this.layers(moment), voice);
    const face = this.mixed(layers, speech);
    const [gaze, turned] = this.gaze.at(moment);
    let [head, eyes] = clipTurns(layers);
    head = [head[0] + turned[0], head[1] + turned[1], head[2]];
    eyes = eyes.map((degrees, axis) => degrees + (gaze[axis] - turned[axis]));
    if (this.life) {
      const small = this.life.at(frame, speech, voice.stress);
      blink(face, small.lids, this.places);
      raise(face, small.brows, this.places);
      eyes = eyes.map((degrees, axis) => degrees + small.eyes[axis]);
      head = head.map((degrees, axis) => degrees + small.head[axis]);
    }
    if (this.turns) turn(face, eyes, this.places);
    letClose(face, nearSeals((at) => this.seal(at), frame), this.evaluator.tables);
    const weights = this.evaluator.compose(face, this.visemes(frame));
    return { weights, head: Float32Array.from(head), eyes: eyeDegrees(weights, this.places) };
  }

  /**
   * The slots that are seen at a tick, and what their clips do then.
   *
   * @param {number} moment
   * @returns {Layer[]}
   */
  layers(moment) {
    return this.curves.at(moment).map((state) => {
      const { move } = state;
      if (move === null) return { state, sample: null };
      return { state, sample: sample(this.clip(move), (moment - move.start) / MILLISECOND) };
    });
  }

  /**
   * Layers whose points follow the voice where that is asked for; what plays goes its own way.
   *
   * @param {Layer[]} layers changed
   * @param {import("./prosody.js").Heard} heard
   * @returns {Layer[]}
   */
  followed(layers, heard) {
    const { life } = this.plan;
    const voice = { stress: (life?.prosody ?? 0) * heard.stress, arousal: (life?.arousal ?? 0) * heard.arousal };
    for (const { state } of layers) {
      if (!state.slot.play) state.point = this.lines.spoken(state.slot.label, state.point, voice);
    }
    return layers;
  }

  /**
   * What the voice does in a frame.
   *
   * @param {number} frame
   * @returns {import("./prosody.js").Heard}
   */
  voice(frame) {
    return frame < this.plan.frames ? heard(this.lips, frame) : { stress: 0, arousal: 0 };
  }

  /**
   * @param {Move} move that plays
   * @returns {Clip}
   */
  clip(move) {
    let found = this.clips.get(move);
    if (found === undefined) {
      if (move.clip === null) throw new RangeError("this move plays nothing");
      const { label, sequence, intensity } = move.clip;
      found = clipOf(this.evaluator.tables.labels[label], sequence, intensity);
      this.clips.set(move, found);
    }
    return found;
  }

  /**
   * The faces of slots, made way for speech; conflicts resolved.
   *
   * @param {readonly Layer[]} layers
   * @param {number} speech
   * @returns {Float32Array}
   */
  mixed(layers, speech) {
    const { evaluator } = this;
    const mixed = new Float32Array(evaluator.tables.channels.length);
    for (const { state, sample: shape } of layers) {
      const weight = f(state.weight);
      if (weight === 0) continue;
      const own = this.face(state, shape, speech);
      for (let c = 0; c < mixed.length; c += 1) mixed[c] = f(mixed[c] + f(weight * own[c]));
    }
    for (let c = 0; c < mixed.length; c += 1) mixed[c] = Math.min(1, mixed[c]);
    evaluator.resolve(mixed);
    return mixed;
  }

  /**
   * @param {SlotState} state
   * @param {Sample | null} shape
   * @param {number} speech
   * @returns {Float32Array}
   */
  face({ slot, point }, shape, speech) {
    const { evaluator } = this;
    const table = evaluator.tables.labels[slot.label];
    const style = slot.style < 0 ? {} : { style: table.styles[slot.style] };
    const held = point.map((one) => Math.min(1, Math.max(-1, one)));
    if (shape === null) return evaluator.face(table.label, held, { ...style, speech });
    const timed = evaluator.timed(evaluator.face(table.label, held, style), shape);
    for (let c = 0; c < timed.length; c += 1) {
      timed[c] = f(timed[c] * f(1 - f(speech * table.attenuation[c])));
    }
    return timed;
  }

  /**
   * Whether blinks are held back: by the label, or by eyes that are wide.
   *
   * @param {number} frame
   * @returns {boolean}
   */
  stares(frame) {
    const moment = frame * FRAME;
    if (this.habits.held(moment)) return true;
    const layers = this.followed(this.layers(moment), this.voice(frame));
    const face = this.mixed(layers, this.heard(this.lips.speech, frame));
    return wideEyes(face, this.places) >= STARE;
  }

  /**
   * @param {number} frame
   * @returns {number}
   */
  seal(frame) {
    if (frame < 0 || frame >= this.plan.frames) return 0;
    const contact = this.heard(this.lips.contacts, frame);
    return sealOf(this.visemes(frame, this.near), contact, this.evaluator.tables);
  }

  /**
   * The lips in the bank's channels.
   *
   * @param {number} frame
   * @param {Float32Array} [out] filled
   * @returns {Float32Array} `out`
   */
  visemes(frame, out = new Float32Array(this.columns.length)) {
    const { columns, lips } = this;
    const from = frame * lips.channels.length;
    for (let c = 0; c < out.length; c += 1) out[c] = columns[c] < 0 ? 0 : (lips.weights[from + columns[c]] ?? 0);
    return out;
  }

  /**
   * @param {Float32Array} track
   * @param {number} frame
   * @returns {number} 0 where no lips are
   */
  heard(track, frame) {
    return frame < this.plan.frames ? (track[frame] ?? 0) : 0;
  }
}

/**
 * Of each of the bank's channels the column of the lips' that it is, -1 for none.
 *
 * @param {Evaluator} evaluator
 * @param {LipTrack} lips
 * @returns {readonly number[]}
 */
function columnsOf({ tables }, { channels }) {
  return tables.channels.map((name, place) =>
    tables.classes[place] === OF_THE_FACE ? -1 : channels.indexOf(name),
  );
}

/**
 * The head and the gaze in degrees of the clips that play, by their weights.
 *
 * @param {readonly Layer[]} layers
 * @returns {[number[], number[]]}
 */
function clipTurns(layers) {
  let head = [0, 0, 0];
  let gaze = [0, 0];
  for (const { state, sample: shape } of layers) {
    if (shape === null) continue;
    head = head.map((degrees, axis) => degrees + state.weight * shape.head[axis]);
    gaze = gaze.map((degrees, axis) => degrees + state.weight * shape.gaze[axis]);
  }
  return [head, gaze];
}
