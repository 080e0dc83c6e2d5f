/**
 * A bank that speaks: sound in, faces out, 60 a second.
 *
 *     const speaker = await createSpeaker({ bank, network: "/lips.onnx" });
 *     speaker.show("joy", { at: "high" });
 *     await speaker.listen();                       // or speaker.play("line.wav"), or speaker.push(…)
 *     requestAnimationFrame(function draw() {
 *       applyToVRM(vrm, speaker.frame().weights, bank.channels);
 *       requestAnimationFrame(draw);
 *     });
 *
 * The network's lips move under the bank's own faces, with blinks, glances, brows and head, and the
 * expression breathes with the voice: what `mien speak` does with any bank. Where no sound comes the lips come to rest and the face lives on.
 *
 * @module
 */

import { clipOn } from "../bank.js";
import { onlyKnown } from "../options.js";
import { FRAME, ticks } from "../performance/clock.js";
import { FRAME_RATE, SAMPLE_RATE } from "./clock.js";
import { LipStream } from "./lip_stream.js";
import { LiveFaces } from "./live_faces.js";
import { DELAY, DELAYS, LiveLipStream, aheadOf } from "./live_lips.js";
import { listenTo } from "./microphone.js";
import { NetworkError, loadNetwork } from "./network.js";
import { playSound } from "./playback.js";
import { poseOf } from "./poses.js";
import { Resampler } from "./resample.js";

/** @typedef {import("../bank.js").Bank} Bank */
/** @typedef {import("../bank.js").Label} Label */
/** @typedef {import("../performance/plan.js").LifeSettings} LifeSettings */
/** @typedef {import("../performance/plan.js").Shown} Shown */
/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./runner.js").OnnxRuntime} OnnxRuntime */

/**
 * @typedef {object} SpeakerOptions
 * @property {Bank} bank
 * @property {string | URL | ArrayBuffer | Uint8Array} network its address, or its bytes
 * @property {string} [sha256] the network's
 * @property {OnnxRuntime} [ort] onnxruntime-web, to run the network by that
 * @property {number} [delay] ms after its sound at which a face of a microphone comes: 20, 53, 87 or 120,
 *   where a network of lips speaks; the more, the better. By default 87
 * @property {boolean | Partial<LifeSettings>} [life] whether the face blinks, glances and nods, and how much brows,
 *   head and intensity follow the voice: `{ prosody: 0 }` where they do not; `{ arousal: 1 }` lets the voice
 *   move the point's arousal, too
 * @property {number} [seed] what its movements follow from
 * @property {(news: News) => void} [onNews] what a person should know: no microphone, a hidden tab …
 */

/** @typedef {{code: string, message: string}} News */

/**
 * @typedef {import("../bank.js").PlaceOptions & import("../bank.js").TimeOptions & {strength?: number, transition?: number}} ShowOptions
 *   `strength` in [0, 1]; `transition` in seconds; `sequence` plays one of the label's, null its dynamics
 */

/** @typedef {{stop: () => void, now?: () => number}} Source what gives sound; `now` in seconds of it */

/** That of `mien speak`, but that nothing lives with `life: false`. */
const USUAL_LIFE = Object.freeze({ blinks: 1, glances: 1, brows: 1, head: 1, breath: 1, prosody: 1, arousal: 0 });

const OPTIONS = ["bank", "network", "sha256", "ort", "delay", "life", "seed", "onNews"];
const SHOWN = ["vad", "at", "intensity", "style", "sequence", "hold", "strength", "transition"];

const NO_SOUND = new Float32Array(0);

/** Frames that are known ahead of a face where sound is there before it is heard. */
const AHEAD = 4;

/** Of a frame: pages are drawn a little early or late. */
const SLACK = 0.25;

/** Milliseconds without sound after which the lips come to rest. */
const STALLED = 250;

/** Seconds of a transition. */
const [SHORTEST, LONGEST, TRANSITION] = [0.05, 60, 0.4];

/** A bank that speaks; see above. */
export class Speaker {
  /**
   * @param {Bank} bank
   * @param {Network} network
   * @param {Pick<SpeakerOptions, "delay" | "life" | "seed" | "onNews">} options
   * @throws {RangeError} a delay that there is not
   * @throws {TypeError} an option that there is not
   */
  constructor(bank, network, options) {
    onlyKnown("createSpeaker", options, OPTIONS);
    const { delay = DELAY, life = true, seed = 0, onNews = () => undefined } = options;
    if (typeof life === "object") onlyKnown("life", life, Object.keys(USUAL_LIFE));
    aheadOf(delay); // refuses what there is not
    this.bank = bank;
    this.network = network;
    this.onNews = onNews;
    const settings = life === false ? null : { ...USUAL_LIFE, ...(life === true ? {} : life) };
    this.faces = new LiveFaces(bank.evaluator, network.channels, { life: settings, seed });
    /** How the bank speaks, in words. */
    this.said = wordsOf(bank, network, delay);
    this.delay = delay;
    /** @type {Source | null} */
    this.source = null;
    this.live = false;
    this.plays = 0;
    /** The frame that was shown last, and the milliseconds that it stands for. */
    this.shown = -1;
    this.when = NaN;
    /** The frame at which the source's sound begins. */
    this.base = 0;
    /** Whether time goes on without sound. */
    this.idle = true;
    /** Whether all of the sound came. */
    this.ended = false;
    /** @type {Resampler | null} */
    this.resampler = null;
    this.rate = 0;
    /** Whether samples were no numbers. */
    this.broken = false;
    /** @type {LipStream | LiveLipStream} */
    this.stream = this.opened(delay);
    /** @type {Promise<void>} */
    this.turn = Promise.resolve();
    this.begin(false);
  }

  /**
   * Show a label from now on: cross-faded, as a cue of `mien speak`. null lets the face go.
   *
   * @param {Label | null} label
   * @param {ShowOptions} [options]
   * @throws {RangeError} as `bank.face`
   * @throws {TypeError} an option that there is not
   */
  show(label, options = {}) {
    onlyKnown("show", options, SHOWN);
    const { transition = TRANSITION, sequence, at } = options;
    if (!(transition >= SHORTEST && transition <= LONGEST)) {
      throw new RangeError(`transition ${transition}: expected ${SHORTEST} to ${LONGEST} seconds`);
    }
    const plays = sequence !== undefined && typeof label === "string";
    if (plays) clipOn(this.bank, label, options); // refuses a sequence that there is not
    const pose = poseOf(this.bank, label, options, plays ? (this.plays += 1) : 0);
    const { intensities } = this.bank;
    const intensity = Math.max(0, intensities.indexOf(at ?? "mid"));
    const clip = plays ? { label: this.bank.labels.indexOf(label), sequence: sequence ?? null, intensity } : null;
    // Before anything was shown there is nothing to come from.
    const length = this.shown < 0 ? 0 : ticks(transition);
    this.faces.cue({ start: (this.shown + 1) * FRAME, length, pose, clip });
  }

  /** Let the face go. */
  rest() {
    this.show(null);
  }

  /**
   * Sound to be spoken, piece by piece, as a synthesiser or a line gives it; the face follows at 60
   * frames a second from the first piece on. Pieces are taken in order; none has to be awaited.
   *
   * @param {Float32Array} samples mono, in [-1, 1]
   * @param {number} [rate] samples a second
   * @returns {Promise<void>} once their faces are there
   * @throws {RangeError} a rate that no sound has
   */
  push(samples, rate = SAMPLE_RATE) {
    if (this.rate !== rate) void this.flush();
    this.resampler ??= new Resampler(rate);
    this.rate = rate;
    const heard = this.resampler.push(this.numbers(samples));
    return this.take((stream) => stream.push(heard));
  }

  /**
   * The sound has ended: its last faces, then the lips are at rest.
   *
   * @returns {Promise<void>}
   */
  finish() {
    const { stream } = this;
    void this.flush();
    return this.take(() => stream.finish()).then(() => {
      if (stream !== this.stream) return;
      this.stream = this.opened(this.delay);
      this.ended = true;
    });
  }

  /**
   * What a resampler still holds, spoken.
   *
   * @returns {Promise<void>}
   */
  flush() {
    const rest = this.resampler?.finish() ?? NO_SOUND;
    this.resampler = null;
    return this.take((stream) => stream.push(rest));
  }

  /**
   * Samples as sound has them: those that are no numbers are silent, and said once.
   *
   * @param {Float32Array} samples
   * @returns {Float32Array}
   */
  numbers(samples) {
    if (samples.every((one) => one >= -1 && one <= 1)) return samples;
    if (!this.broken && !samples.every(Number.isFinite)) {
      this.broken = true;
      this.onNews({ code: "samples", message: "The sound has samples that are no numbers: they are taken as silence." });
    }
    return samples.map((one) => (Number.isFinite(one) ? Math.min(1, Math.max(-1, one)) : 0));
  }

  /**
   * The visitor's microphone. Where there is none, or no permission, it rejects with a message for
   * people, and the face stays at rest.
   *
   * @param {{stream?: MediaStream, context?: AudioContext}} [options]
   * @returns {Promise<void>} once it listens
   * @throws {import("./microphone.js").SoundError}
   */
  async listen(options = {}) {
    onlyKnown("listen", options, ["stream", "context"]);
    this.stop();
    this.begin(true);
    const source = await listenTo(this, options);
    this.source = source;
  }

  /**
   * Play a sound and speak it: an address, the bytes of a file, decoded sound, or pieces of samples as
   * a synthesiser gives them.
   *
   * @param {import("./playback.js").Sound} sound
   * @param {{context?: AudioContext, rate?: number}} [options] `rate` of pieces
   * @returns {Promise<void>} once it has been played, or was stopped
   * @throws {import("./microphone.js").SoundError} it cannot be fetched or decoded
   */
  async play(sound, options = {}) {
    onlyKnown("play", options, ["context", "rate"]);
    this.stop();
    this.begin(false, DELAYS[DELAYS.length - 1]); // it is there before it is heard
    await playSound(this, sound, options);
  }

  /** Stop listening or playing: the lips come to rest, the face lives on. */
  stop() {
    const { source } = this;
    this.source = null;
    source?.stop();
    this.begin(false);
  }

  /**
   * The face of this moment; once a frame of the page.
   *
   * @param {number} [now] milliseconds of a clock that only goes on
   * @returns {Shown} weights in the order of the bank's channels; head and eyes in degrees
   */
  frame(now = performance.now()) {
    if (Number.isNaN(this.when)) this.when = now - 1000 / FRAME_RATE;
    const passed = Math.floor(((now - this.when) * FRAME_RATE) / 1000 + SLACK);
    const last = this.faces.known - 1;
    // Where sound is there before it is heard, lips and brows are known a little ahead.
    const end = this.live || this.ended ? last : last - AHEAD;
    const heard = this.source?.now?.();
    const wanted = this.live ? last : heard === undefined ? this.shown + passed : this.base + Math.floor(heard * FRAME_RATE);
    let next = Math.max(this.shown, Math.min(end, wanted));
    if (next === this.shown && now - this.when > STALLED) this.idle = true;
    if (this.idle && passed > 0) {
      next = this.shown + passed;
      const missing = Math.max(0, next - last);
      this.faces.pause(missing);
      this.base += missing;
    }
    if (next > this.shown) {
      // A clock of its own keeps what is left of a frame.
      this.when = this.idle || heard === undefined ? this.when + ((next - this.shown) * 1000) / FRAME_RATE : now;
      if (this.live) this.when = now;
      this.shown = next;
    }
    return this.at(Math.max(0, this.shown));
  }

  /**
   * The face of a frame that is known and not long gone.
   *
   * @param {number} frame
   * @returns {Shown}
   */
  at(frame) {
    return this.faces.at(frame);
  }

  /**
   * Begin another sound.
   *
   * @param {boolean} live whether the newest frame is what counts
   * @param {number} [delay] of its lips, in milliseconds
   */
  begin(live, delay = this.delay) {
    this.live = live;
    this.ended = false;
    this.idle = true;
    this.resampler = null;
    this.faces.forget(this.shown + 1);
    this.faces.ahead = live ? 0 : AHEAD;
    this.stream = this.opened(delay);
    this.base = this.faces.known;
  }

  /** @param {number} delay @returns {LipStream | LiveLipStream} */
  opened(delay) {
    const { network, bank } = this;
    return network.lips ? new LiveLipStream(network, bank.tables, delay) : new LipStream(network, bank.tables);
  }

  /**
   * How many frames are known that were not shown.
   *
   * @returns {number}
   */
  get waiting() {
    return this.faces.known - 1 - this.shown;
  }

  /**
   * @param {(stream: LipStream | LiveLipStream) => Promise<import("../performance/plan.js").LipTrack>} step
   * @returns {Promise<void>}
   */
  take(step) {
    const { stream } = this;
    this.turn = this.turn.then(async () => {
      if (stream !== this.stream) return; // of a sound that made way for another
      try {
        const track = await step(stream);
        if (stream !== this.stream || track.speech.length === 0) return;
        this.faces.append(track);
        [this.idle, this.ended] = [false, false];
      } catch (error) {
        this.fail(error);
      }
    });
    return this.turn;
  }

  /** @param {unknown} error */
  fail(error) {
    const message = error instanceof Error ? error.message : String(error);
    this.stop();
    this.rest();
    this.onNews({ code: error instanceof NetworkError ? "network" : "sound", message: `${message}. The face is at rest.` });
  }
}

/**
 * @param {SpeakerOptions} options
 * @returns {Promise<Speaker>}
 * @throws {NetworkError} the network is another than `sha256` says, damaged, or cannot be run
 */
export async function createSpeaker(options) {
  onlyKnown("createSpeaker", options, OPTIONS); // before a network is fetched
  const { bank, network, sha256, ort } = options;
  const opened = await loadNetwork(network, { ...(sha256 === undefined ? {} : { sha256 }), ...(ort ? { ort } : {}) });
  return new Speaker(bank, opened, options);
}

/** @param {Bank} bank @param {Network} network @param {number} delay @returns {string} */
function wordsOf({ id, version, digest, channels }, { card, faces }, delay) {
  const missing = card.channels.filter((name) => !channels.includes(name));
  const without = missing.length ? `; ${id} has no ${missing.join(", ")}` : "";
  const late = faces ? "" : `, ${delay} ms after the sound`;
  const own = !faces || (digest !== "" && digest === faces.artifact);
  const of = own ? card.name : `${card.name} (${faces.bank} ${faces.version})`;
  return `lips of the network ${of} under the faces of ${id} ${version}, by composition${late}${without}`;
}
