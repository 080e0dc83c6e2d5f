/**
 * The lanes of the timeline: sound, phonemes, curves, VAD, each the whole clip wide.
 *
 * @module
 */

import { CURVES, ownColour } from "mien/colours";
import { weightAt } from "mien/data";

/** @typedef {import("mien/data").Clip} Clip */
/** @typedef {{pen: CanvasRenderingContext2D, width: number, height: number}} Sheet */

const DASHES = [[], [5, 4], [1.5, 3]];

/**
 * A cleared canvas whose pixels are the screen's own, with a pen in the page's units.
 *
 * @param {HTMLCanvasElement} canvas
 * @returns {Sheet}
 */
export function fitted(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.scale(ratio, ratio);
  return { pen, width, height };
}

/**
 * The log-mel frames as a picture, low bands below.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Clip} clip
 */
export function drawMel(canvas, { mel, bands }) {
  const frames = mel.length / bands;
  const { pen, width, height } = fitted(canvas);
  if (!frames) return;
  const picture = new ImageData(frames, bands);
  const [red, green, blue] = rgb(ownColour("accent"));
  for (let frame = 0; frame < frames; frame += 1) {
    for (let band = 0; band < bands; band += 1) {
      const at = 4 * ((bands - 1 - band) * frames + frame);
      picture.data.set([red, green, blue, mel[frame * bands + band] ** 2 / 255], at);
    }
  }
  const small = new OffscreenCanvas(frames, bands);
  /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d")).putImageData(picture, 0, 0);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(small, 0, 0, width, height);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Clip} clip
 */
export function drawPhonemes(canvas, clip) {
  const { pen, width, height } = fitted(canvas);
  const scale = (width * clip.rate) / clip.frames;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  for (const { symbol, start, end, kind } of clip.phonemes) {
    const left = start * scale;
    const wide = (end - start) * scale;
    pen.fillStyle = ownColour(kind);
    pen.fillRect(left, 0, Math.max(0.5, wide - 0.75), height);
    if (kind === "pause" || pen.measureText(symbol).width > wide - 1) continue;
    pen.fillStyle = ownColour("on-phoneme");
    pen.fillText(symbol, left + wide / 2, height / 2 + 1);
  }
}

/**
 * Chosen channels, each track in its own dashes, over where there is speech.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Clip} clip
 * @param {(number[] | null)[]} chosen channels of each colour
 */
export function drawCurves(canvas, clip, chosen) {
  const sheet = fitted(canvas);
  shadeSpeech(sheet, clip);
  rules(sheet, [0, 0.5, 1], 0, 1);
  for (const [place, channels] of chosen.entries()) {
    for (const [turn, track] of clip.tracks.entries()) {
      sheet.pen.setLineDash(DASHES[turn % DASHES.length]);
      for (const channel of channels ?? []) {
        line(sheet, clip, CURVES[place], 0, 1, (frame) => weightAt(clip, track, frame, channel));
      }
    }
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Clip} clip
 */
export function drawVad(canvas, clip) {
  const sheet = fitted(canvas);
  rules(sheet, [-1, 0, 1], -1, 1);
  for (const [axis, name] of ["valence", "arousal", "dominance"].entries()) {
    line(sheet, clip, ownColour(name), -1, 1, (frame) => clip.vad[3 * frame + axis]);
  }
}

/**
 * @param {Sheet} sheet
 * @param {Clip} clip
 */
function shadeSpeech({ pen, width, height }, clip) {
  pen.fillStyle = ownColour("spoken");
  const step = width / clip.frames;
  for (const [frame, amount] of clip.speech.entries()) {
    const left = Math.round(frame * step);
    pen.globalAlpha = amount;
    pen.fillRect(left, 0, Math.round((frame + 1) * step) - left, height);
  }
  pen.globalAlpha = 1;
}

/**
 * @param {Sheet} sheet
 * @param {number[]} values
 * @param {number} low
 * @param {number} high
 */
function rules(sheet, values, low, high) {
  sheet.pen.strokeStyle = ownColour("line");
  sheet.pen.lineWidth = 1;
  for (const value of values) {
    const y = Math.round(yOf(sheet, value, low, high)) + 0.5;
    sheet.pen.beginPath();
    sheet.pen.moveTo(0, y);
    sheet.pen.lineTo(sheet.width, y);
    sheet.pen.stroke();
  }
}

/**
 * @param {Sheet} sheet
 * @param {Clip} clip
 * @param {string} colour
 * @param {number} low
 * @param {number} high
 * @param {(frame: number) => number} valueAt
 */
function line(sheet, clip, colour, low, high, valueAt) {
  const { pen, width } = sheet;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.lineJoin = "round";
  pen.beginPath();
  for (let frame = 0; frame < clip.frames; frame += 1) {
    pen.lineTo(((frame + 0.5) * width) / clip.frames, yOf(sheet, valueAt(frame), low, high));
  }
  pen.stroke();
}

/**
 * @param {Sheet} sheet
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function yOf({ height }, value, low, high) {
  return 3 + (height - 7) * (1 - (value - low) / (high - low));
}

/**
 * @param {string} colour `#rrggbb`
 * @returns {number[]}
 */
function rgb(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
