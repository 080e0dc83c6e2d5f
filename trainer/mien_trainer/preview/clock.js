/**
 * What time it is in the clip: the sound's own time where there is sound, else the machine's.
 *
 * @module
 */

/** Plays, stops, jumps and loops; tells the moment in seconds. */
export class Clock {
  /**
   * @param {number} seconds the length
   * @param {HTMLAudioElement | null} sound
   */
  constructor(seconds, sound) {
    this.seconds = seconds;
    this.sound = sound;
    this.playing = false;
    this.loop = false;
    this.speed = 1;
    this.begun = 0;
    this.from = 0;
  }

  /** @returns {number} the moment, in [0, length] */
  now() {
    if (!this.playing) return this.from;
    const passed = ((performance.now() - this.begun) / 1000) * this.speed;
    const heard = this.sound && !this.sound.ended && !this.sound.paused;
    const moment = heard ? /** @type {HTMLAudioElement} */ (this.sound).currentTime : this.from + passed;
    if (moment < this.seconds) return moment;
    if (this.loop) this.seek(0);
    else this.pause(this.seconds);
    return this.from;
  }

  /** Go on, from the start where it had ended. */
  play() {
    if (this.from >= this.seconds) this.from = 0;
    this.playing = true;
    this.begun = performance.now();
    this.hear();
  }

  /** @param {number} [moment] where to stay; else where it is */
  pause(moment) {
    this.from = moment ?? this.now();
    this.playing = false;
    this.sound?.pause();
  }

  /** @param {number} moment */
  seek(moment) {
    this.from = Math.min(this.seconds, Math.max(0, moment));
    this.begun = performance.now();
    if (this.playing) this.hear();
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.from = this.now();
    this.speed = speed;
    this.begun = performance.now();
    if (this.playing) this.hear();
  }

  /** Start the sound at the moment; a browser that refuses leaves the picture running. */
  hear() {
    if (!this.sound) return;
    if (this.from >= this.sound.duration) {
      this.sound.pause();
      return;
    }
    this.sound.playbackRate = this.speed;
    this.sound.currentTime = this.from;
    this.sound.play().catch(() => undefined);
  }
}
