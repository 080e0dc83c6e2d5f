/**
 * Sound in, lips out, for any bank, by a network of lips and the rules' own kernels. The twin of
 * mien_trainer/speak/live_lips.py.
 *
 * @module
 */

import { COLUMNS } from "../performance/prosody.js";
import { FRAME_RATE, SAMPLE_RATE } from "./clock.js";
import { LipKernels } from "./lip_kernels.js";
import { LIP_TABLE } from "./lip_table.js";
import { LOOK_AHEAD, MELS, MelStream, SILENCE } from "./mel.js";
import { mouthOf } from "./lip_stream.js";
import { LATE, ProsodyStream } from "./prosody.js";
import { Voice, levelOf } from "./voice.js";

/** @typedef {import("../performance/plan.js").LipTrack} LipTrack */
/** @typedef {import("./network.js").Network} Network */

/** The delays that are offered, in milliseconds: how long after its moment a frame is given. */
export const DELAYS = /** @type {const} */ ([20, 53, 87, 120]);

/** The delay of a microphone: more than this earns little. */
export const DELAY = 87;

/** Frames of a longer delay that the kernels keep for themselves. */
const SEEN_AHEAD = 2;

const [OWN, AGAIN] = [0.25, 0.2];
const [FAINT, STEEP] = [1e-6, 40];

/** Frames that are remembered: more than are ever heard ahead. */
const KEPT = 64;

const { visemes: VISEMES, names: NAMES, contacts: CONTACTS } = LIP_TABLE;
const [V, C, K] = [VISEMES.length, NAMES.length, CONTACTS.length];
const NONE = new Float32Array(0);

/** The lips of one stream of mono sound at 16 kHz. */
export class LiveLipStream {
  /**
   * @param {Network} network of lips
   * @param {import("../types.js").Tables} tables the bank's
   * @param {number} [delay] one of `DELAYS`
   * @throws {RangeError} it is not
   */
  constructor(network, tables, delay = DELAY) {
    const card = /** @type {import("./cards.js").LipCard} */ (network.lips);
    this.network = network;
    this.card = card;
    this.channels = NAMES;
    this.ahead = aheadOf(delay);
    this.likely = headOf(card.delays, this.ahead - SEEN_AHEAD);
    this.tells = headOf(card.delays, this.ahead);
    const reaches = card.delays.slice(0, this.tells + 1).map((late) => this.ahead - late);
    this.kernels = new LipKernels(this.ahead - card.delays[this.likely], card.channels, reaches);
    this.mouth = mouthOf(NAMES, tables);
    this.mel = new MelStream();
    this.voice = new Voice();
    this.prosody = new ProsodyStream();
    // Stress comes later than its sound: with a delay it is shown in time.
    this.late = Math.min(this.ahead, LATE);
    this.state = network.start.slice();
    /** Frames that were heard and that were given, how loud those between are, and their prosody. */
    this.heard = 0;
    this.given = 0;
    this.levels = new Float64Array(KEPT);
    this.voices = new Float32Array(KEPT * COLUMNS);
    this.visemes = new Float32Array(V);
    this.contacts = new Float32Array(K);
    this.told = new Float32Array(card.channels.length);
    /** What the heads said of the last frames, and a head's logits and what is likely by them. */
    this.before = new Float32Array(KEPT * network.width);
    this.logits = new Float64Array(V + K);
    this.sure = new Float64Array(V);
    this.row = new Float32Array(C);
  }

  /**
   * The lips that samples complete; pushes have to be awaited one after another.
   *
   * @param {Float32Array} samples
   * @returns {Promise<LipTrack>}
   * @throws {import("./network.js").NetworkError}
   */
  async push(samples) {
    return this.track(this.mel.push(samples), this.prosody.push(samples));
  }

  /**
   * The last lips, once no more sound comes: silence follows.
   *
   * @returns {Promise<LipTrack>}
   */
  async finish() {
    const last = this.mel.finish();
    const mel = new Float32Array(last.length + this.ahead * MELS).fill(SILENCE);
    mel.set(last);
    return this.track(mel, this.prosody.finish(this.ahead));
  }

  /**
   * @param {Float32Array} mel n x 80
   * @param {Float32Array} prosody of as many frames
   * @returns {Promise<LipTrack>}
   */
  async track(mel, prosody) {
    const frames = mel.length / MELS;
    if (frames === 0) return { channels: NAMES, weights: NONE, speech: NONE, contacts: NONE, emphases: NONE, prosody: NONE };
    const heads = await this.network.numbers(mel, this.state);
    const room = Math.max(0, this.heard + frames - this.ahead - this.given);
    const weights = new Float32Array(room * C);
    const [speech, contacts, emphases] = [new Float32Array(room), new Float32Array(room), new Float32Array(room)];
    const shown = new Float32Array(room * COLUMNS);
    let found = 0;
    for (let frame = 0; frame < frames; frame += 1) {
      this.levels[this.heard % KEPT] = levelOf(mel, frame);
      for (let column = 0; column < COLUMNS; column += 1) {
        this.voices[(this.heard % KEPT) * COLUMNS + column] = prosody[frame * COLUMNS + column];
      }
      this.hear(heads, frame * this.network.width);
      this.heard += 1;
      for (; this.kernels.ready; found += 1) {
        const firm = this.kernels.next(this.row);
        let most = 0;
        for (let c = 0; c < C; c += 1) {
          if (!this.mouth[c]) continue;
          weights[found * C + c] = this.row[c];
          most = Math.max(most, this.row[c]);
        }
        this.voice.hear(most, this.levels[this.given % KEPT]);
        const row = ((this.given + this.late) % KEPT) * COLUMNS;
        for (let column = 0; column < COLUMNS; column += 1) shown[found * COLUMNS + column] = this.voices[row + column];
        this.given += 1;
        speech[found] = this.voice.speech;
        emphases[found] = this.voice.emphasis;
        contacts[found] = firm * this.voice.speech;
      }
    }
    return { channels: NAMES, weights, speech, contacts, emphases, prosody: shown };
  }

  /**
   * Hand a frame's heads to the kernels; what they say of moments before the first frame is passed over.
   *
   * @param {Float32Array} heads
   * @param {number} from where the frame begins
   */
  hear(heads, from) {
    const { card, visemes, contacts, told, logits, sure } = this;
    const width = V + K + told.length;
    const tells = from + this.tells * width + V + K;
    if (this.heard >= card.delays[this.tells]) {
      for (let d = 0; d < told.length; d += 1) told[d] = Math.min(1, Math.max(0, heads[tells + d]));
      this.kernels.tell(told);
    }
    this.before.set(heads.subarray(from, from + this.network.width), (this.heard % KEPT) * this.network.width);
    for (let head = 0; head <= this.tells && this.heard >= card.delays[head]; head += 1) {
      if (head === this.likely) {
        softmax(heads, from + head * width, visemes);
        this.kernels.hear(visemes);
      }
      this.tellAgain(heads, from, head);
      softmax(logits, 0, sure);
      // A contact is as likely as its own logit and its viseme's say.
      for (let kind = 0; kind < K; kind += 1) {
        const own = logits[V + kind] - Math.log(card.contact_odds);
        const viseme = Math.min(1 - FAINT, Math.max(FAINT, sure[CONTACTS[kind].row]));
        const mean = OWN * own + (1 - OWN) * Math.log(viseme / (1 - viseme));
        contacts[kind] = 1 / (1 + Math.exp(-Math.min(STEEP, Math.max(-STEEP, mean))));
      }
      this.kernels.touch(head, contacts);
    }
  }

  /**
   * The logits of a head, `AGAIN` parts of which are what the head before said of the same moment.
   *
   * @param {Float32Array} heads
   * @param {number} from where the frame begins
   * @param {number} head
   */
  tellAgain(heads, from, head) {
    const { before, card, logits } = this;
    const width = V + K + this.told.length;
    const at = from + head * width;
    for (let place = 0; place < V + K; place += 1) logits[place] = heads[at + place];
    if (head === 0) return;
    const frame = this.heard + card.delays[head - 1] - card.delays[head];
    const then = (frame % KEPT) * this.network.width + (head - 1) * width;
    for (let place = 0; place < V + K; place += 1) logits[place] += AGAIN * (before[then + place] - logits[place]);
  }
}

/**
 * @param {Float32Array | Float64Array} logits
 * @param {number} at where they begin
 * @param {Float32Array | Float64Array} found as many, filled
 */
function softmax(logits, at, found) {
  let most = -Infinity;
  let sum = 0;
  for (let v = 0; v < found.length; v += 1) most = Math.max(most, logits[at + v]);
  for (let v = 0; v < found.length; v += 1) sum += Math.exp(logits[at + v] - most);
  for (let v = 0; v < found.length; v += 1) found[v] = Math.exp(logits[at + v] - most) / sum;
}

/**
 * The frames that a delay waits for, beyond what the network hears ahead.
 *
 * @param {number} delay milliseconds
 * @returns {number}
 * @throws {RangeError} it is none of `DELAYS`
 */
export function aheadOf(delay) {
  if (!(/** @type {readonly number[]} */ (DELAYS).includes(delay))) {
    throw new RangeError(`a delay of ${delay} ms: expected one of ${DELAYS.join(", ")}`);
  }
  return Math.round(((delay - (1000 * LOOK_AHEAD) / SAMPLE_RATE) * FRAME_RATE) / 1000);
}

/** @param {readonly number[]} delays @param {number} most @returns {number} the longest of at most so many frames */
function headOf(delays, most) {
  return Math.max(0, delays.filter((delay) => delay <= most).length - 1);
}
