/**
 * Sound in, lips out, for any bank, by a network of whole faces: its neutral face speaks, and what the
 * bank leaves to the lips of it is taken. The twin of mien_trainer/speak/lips.py.
 *
 * @module
 */

import { MELS, MelStream } from "./mel.js";
import { ProsodyStream } from "./prosody.js";
import { touchingOf } from "./touching.js";
import { Voice, levelOf } from "./voice.js";

/** @typedef {import("../performance/plan.js").LipTrack} LipTrack */
/** @typedef {import("./network.js").Network} Network */

const OF_THE_FACE = "EXPRESSION";

/** The lips of one stream of mono sound at 16 kHz. */
export class LipStream {
  /**
   * @param {Network} network of whole faces
   * @param {import("../types.js").Tables} tables the bank's
   */
  constructor(network, tables) {
    const { channels } = network;
    this.network = network;
    this.channels = channels;
    this.mouth = mouthOf(channels, tables);
    this.touching = touchingOf(channels);
    this.mel = new MelStream();
    this.voice = new Voice();
    this.prosody = new ProsodyStream();
    this.state = network.start.slice();
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
   * The last lips, once no more sound comes.
   *
   * @returns {Promise<LipTrack>}
   */
  async finish() {
    return this.track(this.mel.finish(), this.prosody.finish());
  }

  /** @param {Float32Array} mel @param {Float32Array} prosody of its frames @returns {Promise<LipTrack>} */
  async track(mel, prosody) {
    const weights = mel.length ? (await this.network.numbers(mel, this.state)).slice() : new Float32Array(0);
    const [frames, width] = [mel.length / MELS, this.channels.length];
    const [speech, contacts, emphases] = [0, 1, 2].map(() => new Float32Array(frames));
    for (let frame = 0; frame < frames; frame += 1) {
      const face = weights.subarray(frame * width, (frame + 1) * width);
      let most = 0;
      for (let c = 0; c < width; c += 1) if (this.mouth[c]) most = Math.max(most, face[c]);
      this.voice.hear(most, levelOf(mel, frame));
      [speech[frame], emphases[frame]] = [this.voice.speech, this.voice.emphasis];
      contacts[frame] = this.touching(face, this.voice.speech);
      for (let c = 0; c < width; c += 1) if (!this.mouth[c]) face[c] = 0;
    }
    return { channels: this.channels, weights, speech, contacts, emphases, prosody };
  }
}

/**
 * Which of the channels a bank leaves to the lips.
 *
 * @param {readonly string[]} channels
 * @param {import("../types.js").Tables} tables the bank's
 * @returns {readonly boolean[]}
 */
export function mouthOf(channels, tables) {
  const classes = new Map(tables.channels.map((name, at) => [name, tables.classes[at]]));
  return channels.map((name) => (classes.get(name) ?? OF_THE_FACE) !== OF_THE_FACE);
}
