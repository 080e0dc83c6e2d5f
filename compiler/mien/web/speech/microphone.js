/**
 * A microphone as the source of a speaker's sound, with a message for whatever may be missing.
 *
 * @module
 */

import { FRAME_RATE } from "./clock.js";

/** @typedef {import("./speaker.js").Speaker} Speaker */

/** Why no sound comes, in words for the visitor; `code` is which of the reasons. */
export class SoundError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = "SoundError";
    this.code = code;
  }
}

/** Seconds after which sound that was not attended to is passed over: a page that was held up goes on with what is said now. */
const STALE = 2;

/** @type {Readonly<Record<string, readonly [string, string]>>} what browsers call it, what we say */
const REASONS = {
  NotAllowedError: ["no-permission", "the microphone is not allowed: allow it beside the address of this page, and try again"],
  SecurityError: ["no-permission", "the microphone is not allowed on this page"],
  NotFoundError: ["no-microphone", "there is no microphone: plug one in, and try again"],
  NotReadableError: ["busy-microphone", "the microphone does not answer: another program may hold it"],
};

/**
 * @param {Speaker} speaker
 * @param {{stream?: MediaStream, context?: AudioContext}} options
 * @returns {Promise<import("./speaker.js").Source>}
 * @throws {SoundError}
 */
export async function listenTo(speaker, { stream: given, context: own }) {
  const context = own ?? audioContext();
  try {
    if (!context.audioWorklet) {
      throw new SoundError("no-worklet", "this browser has no AudioWorklet, or the page is not secure: use https, or localhost");
    }
    const stream = given ?? (await microphone());
    await context.audioWorklet.addModule(new URL("./capture.js", import.meta.url)).catch((error) => {
      throw new SoundError("no-worklet", `the part that hears cannot be started (${error.message}): is speech/capture.js there?`);
    });
    await context.resume();
    return connected(speaker, context, stream, { stops: given === undefined, closes: own === undefined });
  } catch (error) {
    if (own === undefined) void context.close();
    throw error;
  }
}

/** @returns {AudioContext} @throws {SoundError} */
export function audioContext() {
  if (typeof AudioContext === "undefined") throw new SoundError("no-audio", "this browser has no Web Audio");
  return new AudioContext({ latencyHint: "interactive" });
}

/** @returns {Promise<MediaStream>} */
async function microphone() {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new SoundError("insecure", "pages hear a microphone only over https, or on localhost");
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 }, video: false });
  } catch (error) {
    const { name = "", message = "" } = /** @type {DOMException} */ (error);
    const [code, words] = REASONS[name] ?? ["no-microphone", `the microphone cannot be used (${message || name})`];
    throw new SoundError(code, words);
  }
}

/**
 * @param {Speaker} speaker
 * @param {AudioContext} context
 * @param {MediaStream} stream
 * @param {{stops: boolean, closes: boolean}} own what is ours to end
 * @returns {import("./speaker.js").Source & {latency: () => number}}
 */
function connected(speaker, context, stream, own) {
  const heard = context.createMediaStreamSource(stream);
  const capture = new AudioWorkletNode(context, "mien-capture", { numberOfOutputs: 0 });
  /** The second of the context at which frame `speaker.base` lies; it follows the newest piece. */
  let start = NaN;
  let received = 0;
  let passed = false;
  capture.port.onmessage = ({ data: { samples, end } }) => {
    if (document.hidden) return;
    if (context.currentTime - end > STALE) {
      passed = true;
      return;
    }
    if (passed) {
      [passed, received] = [false, 0];
      speaker.begin(true);
    }
    received += samples.length;
    start = end - received / context.sampleRate;
    void speaker.push(samples, context.sampleRate);
  };
  heard.connect(capture);

  function seen() {
    if (document.hidden) {
      speaker.onNews({ code: "hidden", message: "The page is hidden: nobody is listened to until it is seen again." });
      return;
    }
    // What was said meanwhile is gone: begin anew, with the face at rest.
    received = 0;
    speaker.begin(true);
    void context.resume();
    speaker.onNews({ code: "shown", message: "Listening again." });
  }
  document.addEventListener("visibilitychange", seen);
  for (const track of stream.getAudioTracks()) {
    track.addEventListener("ended", () => {
      if (speaker.source !== source) return; // it made way for another
      speaker.stop();
      speaker.onNews({ code: "no-microphone", message: "The microphone is gone: plug it in, and start again." });
    });
  }
  const source = {
    stop() {
      document.removeEventListener("visibilitychange", seen);
      capture.port.onmessage = null;
      heard.disconnect();
      if (own.stops) for (const track of stream.getTracks()) track.stop();
      if (own.closes) void context.close();
    },
    // Seconds from a sound to its face, as the page draws it.
    latency: () => context.currentTime - (start + (speaker.shown - speaker.base) / FRAME_RATE),
  };
  return source;
}
