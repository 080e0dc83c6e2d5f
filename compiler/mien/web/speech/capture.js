/**
 * In the thread of the sound: hands what is heard to the page, a few milliseconds at a time.
 *
 * @module
 */

const PIECE = 384;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Float32Array(PIECE);
    this.count = 0;
  }

  /**
   * @param {Float32Array[][]} inputs
   * @returns {boolean}
   */
  process(inputs) {
    const channels = inputs[0] ?? [];
    const length = channels[0]?.length ?? 0;
    for (let at = 0; at < length; at += 1) {
      let sum = 0;
      for (const one of channels) sum += one[at];
      this.piece[this.count] = sum / channels.length;
      this.count += 1;
      if (this.count === PIECE) {
        const end = currentTime + (at + 1) / sampleRate;
        this.port.postMessage({ samples: this.piece, end }, [this.piece.buffer]);
        this.piece = new Float32Array(PIECE);
        this.count = 0;
      }
    }
    return true;
  }
}

registerProcessor("mien-capture", Capture);
