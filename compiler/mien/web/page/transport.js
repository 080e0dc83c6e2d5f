/**
 * The time of a performance that is played: the clock of the sound, so that faces keep step with it.
 *
 * @module
 */

/** Plays, stops, jumps and loops. Times are in seconds. */
export class Transport {
  /** @param {() => void} stopped it came to the end by itself */
  constructor(stopped) {
    this.stopped = stopped;
    this.duration = 0;
    /** @type {AudioBuffer | null} */
    this.sound = null;
    /** @type {[number, number] | null} what is looped */
    this.loop = null;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {AudioBufferSourceNode | null} */
    this.source = null;
    this.playing = false;
    this.from = 0;
    this.began = 0;
  }

  /** Begin at the time it has come to. */
  async play() {
    this.context ??= new AudioContext();
    await this.context.resume();
    this.begin(this.context, this.time);
  }

  /**
   * @param {AudioContext} context
   * @param {number} at
   */
  begin(context, at) {
    this.silence();
    const [begin, end] = this.loop ?? [0, this.duration];
    this.from = at < begin || at >= end ? begin : at;
    this.began = context.currentTime;
    this.playing = true;
    if (!this.sound || this.from >= this.sound.duration) return;
    this.source = context.createBufferSource();
    this.source.buffer = this.sound;
    this.source.connect(context.destination);
    this.source.start(this.began, this.from);
  }

  /** Stay where it is. */
  pause() {
    this.from = this.time;
    this.playing = false;
    this.silence();
  }

  /** @param {number} seconds */
  seek(seconds) {
    const to = Math.min(this.duration, Math.max(0, seconds));
    if (this.playing && this.context) this.begin(this.context, to);
    else this.from = to;
  }

  /** Hear nothing more. */
  silence() {
    this.source?.stop();
    this.source?.disconnect();
    this.source = null;
  }

  /** @returns {number} the time that is heard now */
  get time() {
    if (!this.playing || !this.context) return this.from;
    const heard = this.context.currentTime - (this.context.outputLatency || 0);
    return Math.max(this.from, this.from + heard - this.began);
  }

  /** Go round or come to the end, where it is reached; to be called with every frame. */
  turn() {
    if (!this.playing) return;
    const [begin, end] = this.loop ?? [0, this.duration];
    if (this.time < end) return;
    if (this.loop) {
      this.seek(begin);
      return;
    }
    this.pause();
    this.from = this.duration;
    this.stopped();
  }
}

/**
 * The sound as numbers, without a gesture of the hand.
 *
 * @param {ArrayBuffer} data
 * @returns {Promise<AudioBuffer>}
 */
export function decoded(data) {
  return new OfflineAudioContext(1, 1, 48000).decodeAudioData(data);
}
