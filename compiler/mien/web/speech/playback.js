/**
 * A sound that is there, or comes in pieces, played and spoken together: the face keeps to the clock of
 * the sound.
 *
 * @module
 */

import { SAMPLE_RATE } from "./clock.js";
import { SoundError, audioContext } from "./microphone.js";

/** @typedef {import("./speaker.js").Speaker} Speaker */
/** @typedef {string | URL | ArrayBuffer | Uint8Array | Blob | AudioBuffer | AsyncIterable<Float32Array> | Iterable<Float32Array>} Sound */

/** Seconds of sound that are spoken ahead, and that a piece has. */
const [AHEAD, PIECE] = [2, 0.2];

/** Frames that wait at most. */
const WAITING = 240;

/**
 * @param {Speaker} speaker
 * @param {Sound} sound
 * @param {{context?: AudioContext, rate?: number}} options
 * @returns {Promise<void>}
 * @throws {SoundError}
 */
export async function playSound(speaker, sound, { context: own, rate = SAMPLE_RATE }) {
  const context = own ?? audioContext();
  let [stopped, start, length] = [false, NaN, 0];
  /** @type {Set<AudioBufferSourceNode>} */
  const nodes = new Set();
  const source = {
    stop() {
      stopped = true;
      for (const node of nodes) node.stop();
    },
    now: () => (Number.isNaN(start) ? -1 : context.currentTime - start - (context.outputLatency || 0)),
  };
  speaker.source = source;
  try {
    await context.resume();
    for await (const { samples, buffer } of pieces(context, sound, rate)) {
      if (stopped) break;
      await speaker.push(samples, buffer.sampleRate);
      if (stopped) break;
      if (Number.isNaN(start)) start = context.currentTime + 0.05;
      // A synthesiser that was late: its sound goes on now.
      const late = context.currentTime - (start + length);
      if (late > 0) start += late;
      const node = new AudioBufferSourceNode(context, { buffer });
      node.connect(context.destination);
      node.onended = () => nodes.delete(node);
      nodes.add(node);
      node.start(start + length);
      length += buffer.duration;
      // A hidden page draws nothing, and its sound goes on.
      const full = () => speaker.waiting > WAITING && !document.hidden;
      while (!stopped && (source.now() < length - AHEAD || full())) await pause(50);
    }
    if (!stopped) await speaker.finish();
    while (!stopped && source.now() < length) await pause(20);
  } finally {
    if (own === undefined) void context.close();
    if (speaker.source === source) speaker.stop();
  }
}

/**
 * @param {AudioContext} context
 * @param {Sound} sound
 * @param {number} rate of pieces
 * @returns {AsyncGenerator<{samples: Float32Array, buffer: AudioBuffer}>}
 */
async function* pieces(context, sound, rate) {
  if (typeof sound === "object" && (Symbol.asyncIterator in sound || Symbol.iterator in sound) && !(sound instanceof Uint8Array)) {
    for await (const samples of sound) {
      if (samples.length === 0) continue;
      const buffer = context.createBuffer(1, samples.length, rate);
      buffer.copyToChannel(Float32Array.from(samples), 0);
      yield { samples, buffer };
    }
    return;
  }
  const whole = sound instanceof AudioBuffer ? sound : await decoded(context, /** @type {any} */ (sound));
  const size = Math.round(PIECE * whole.sampleRate);
  for (let from = 0; from < whole.length; from += size) {
    const count = Math.min(size, whole.length - from);
    const buffer = context.createBuffer(whole.numberOfChannels, count, whole.sampleRate);
    const samples = new Float32Array(count);
    for (let channel = 0; channel < whole.numberOfChannels; channel += 1) {
      const part = whole.getChannelData(channel).slice(from, from + count);
      buffer.copyToChannel(part, channel);
      for (let at = 0; at < count; at += 1) samples[at] += part[at] / whole.numberOfChannels;
    }
    yield { samples, buffer };
  }
}

/**
 * @param {AudioContext} context
 * @param {string | URL | ArrayBuffer | Uint8Array | Blob} sound
 * @returns {Promise<AudioBuffer>}
 */
async function decoded(context, sound) {
  const bytes = await fetched(sound);
  try {
    return await context.decodeAudioData(bytes);
  } catch {
    throw new SoundError("no-sound", "this is no sound that the browser can play: try WAV, MP3 or Ogg");
  }
}

/** @param {string | URL | ArrayBuffer | Uint8Array | Blob} sound @returns {Promise<ArrayBuffer>} */
async function fetched(sound) {
  if (sound instanceof ArrayBuffer) return sound.slice(0);
  if (sound instanceof Uint8Array) return /** @type {ArrayBuffer} */ (sound.slice().buffer);
  if (sound instanceof Blob) return sound.arrayBuffer();
  const answer = await fetch(sound).catch((error) => {
    throw new SoundError("no-sound", `the sound cannot be fetched from ${sound}: ${error.message}`);
  });
  if (!answer.ok) throw new SoundError("no-sound", `the sound is not at ${sound}: the server answers ${answer.status}`);
  return answer.arrayBuffer();
}

/** @param {number} milliseconds @returns {Promise<void>} */
function pause(milliseconds) {
  return new Promise((done) => void setTimeout(done, milliseconds));
}
