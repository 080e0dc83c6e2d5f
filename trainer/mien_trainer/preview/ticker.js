/**
 * The phonemes running by: the moment stands still in the middle, what is said moves under it.
 *
 * @module
 */

import { ownColour } from "mien/colours";
import { fitted } from "mien/lanes";

/** @typedef {import("mien/data").Phoneme} Phoneme */

const REACH = 0.85; // seconds to either side

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Phoneme[]} phonemes
 * @param {number} now in seconds
 */
export function drawTicker(canvas, phonemes, now) {
  const { pen, width, height } = fitted(canvas);
  const scale = width / (2 * REACH);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const { symbol, start, end, kind } of phonemes) {
    if (end < now - REACH || start > now + REACH) continue;
    const left = (start - now + REACH) * scale;
    const wide = (end - start) * scale;
    const spoken = start <= now && now < end;
    pen.fillStyle = ownColour(kind);
    pen.globalAlpha = spoken ? 1 : 0.4;
    pen.beginPath();
    pen.roundRect(left + 1, 6, Math.max(1, wide - 2), height - 12, 5);
    pen.fill();
    pen.globalAlpha = 1;
    pen.font = `${spoken ? "600 " : ""}17px ${getComputedStyle(document.body).fontFamily}`;
    if (kind === "pause" || pen.measureText(symbol).width > wide - 1) continue;
    pen.fillStyle = ownColour(spoken ? "on-phoneme" : "ink");
    pen.fillText(symbol, left + wide / 2, height / 2 + 1);
  }
  pen.fillStyle = ownColour("head");
  pen.fillRect(width / 2 - 1, 0, 2, height);
}
