/**
 * The page of a clip: faces, phonemes running by, curves, and one clock for all.
 *
 * @module
 */

import { Clock } from "mien/clock";
import { readClip, weightAt } from "mien/data";
import { byId } from "mien/dom";
import { shapes } from "mien/drawing";
import { drawCurves, drawMel, drawPhonemes, drawVad } from "mien/lanes";
import { Panel } from "mien/panel";
import { drawTicker } from "mien/ticker";

const clip = readClip(/** @type {HTMLElement} */ (document.getElementById("data")).textContent ?? "");
const sound = /** @type {HTMLAudioElement | null} */ (document.getElementById("sound"));
const clock = new Clock(clip.frames / clip.rate, sound);
const faces = [...document.querySelectorAll(".face")].map((place) => {
  const face = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  face.setAttribute("viewBox", clip.face.view.join(" "));
  face.setAttribute("role", "img");
  place.replaceChildren(face);
  return face;
});
const play = byId("play", HTMLButtonElement);
const scrub = byId("scrub", HTMLInputElement);
const lanes = byId("lanes", HTMLElement);
const head = byId("head", HTMLElement);
const panel = new Panel(byId("panel", HTMLElement), clip, drawChosen);
let shown = -1;

scrub.max = String(clip.frames - 1);
play.addEventListener("click", toggle);
byId("back", HTMLButtonElement).addEventListener("click", () => stepBy(-1));
byId("forward", HTMLButtonElement).addEventListener("click", () => stepBy(1));
byId("loop", HTMLInputElement).addEventListener("change", (event) => {
  clock.loop = /** @type {HTMLInputElement} */ (event.target).checked;
});
byId("speed", HTMLSelectElement).addEventListener("change", (event) => {
  clock.setSpeed(Number(/** @type {HTMLSelectElement} */ (event.target).value));
});
scrub.addEventListener("input", () => goTo(Number(scrub.value)));
lanes.addEventListener("pointerdown", (event) => {
  lanes.setPointerCapture(event.pointerId);
  follow(event);
});
lanes.addEventListener("pointermove", (event) => {
  if (lanes.hasPointerCapture(event.pointerId)) follow(event);
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = event.target instanceof HTMLSelectElement || event.target === scrub;
  if (event.key === " " && !(event.target instanceof HTMLButtonElement)) toggle();
  else if (event.key === "ArrowLeft" && !inField) stepBy(-1);
  else if (event.key === "ArrowRight" && !inField) stepBy(1);
  else return;
  event.preventDefault();
});
addEventListener("resize", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
drawAll();

/** Everything anew, as after another size or theme. */
function drawAll() {
  drawMel(byId("mel", HTMLCanvasElement), clip);
  drawPhonemes(byId("phonemes", HTMLCanvasElement), clip);
  drawVad(byId("vad", HTMLCanvasElement), clip);
  drawChosen();
  shown = -1;
  show();
}

function drawChosen() {
  drawCurves(byId("curves", HTMLCanvasElement), clip, panel.curves());
}

/** The page at the clock's moment. */
function show() {
  const now = clock.now();
  const frame = Math.min(clip.frames - 1, Math.floor(now * clip.rate + 1e-6));
  drawTicker(byId("ticker", HTMLCanvasElement), clip.phonemes, now);
  if (frame === shown) return;
  shown = frame;
  for (const [turn, face] of faces.entries()) face.innerHTML = shapes(clip.face, weights(turn, frame), `t${turn}`);
  panel.show(frame);
  scrub.value = String(frame);
  scrub.setAttribute("aria-valuetext", `${(frame / clip.rate).toFixed(2)} seconds`);
  byId("time", HTMLOutputElement).textContent =
    `${(frame / clip.rate).toFixed(2)} / ${clock.seconds.toFixed(2)} s`;
  head.style.left = `calc(var(--names) + (100% - var(--names)) * ${(frame + 0.5) / clip.frames})`;
}

/**
 * @param {number} turn
 * @param {number} frame
 */
function weights(turn, frame) {
  const entries = clip.channels.map((name, channel) => [name, weightAt(clip, clip.tracks[turn], frame, channel)]);
  return Object.fromEntries(entries);
}

function toggle() {
  if (clock.playing) clock.pause();
  else clock.play();
  run();
}

/** Draw until the clock stops. */
function run() {
  show();
  play.textContent = clock.playing ? "Pause" : "Play";
  if (clock.playing) requestAnimationFrame(run);
}

/** @param {number} frames */
function stepBy(frames) {
  clock.pause();
  goTo(shown + frames);
  run();
}

/** @param {number} frame */
function goTo(frame) {
  clock.seek(Math.min(clip.frames - 1, Math.max(0, frame)) / clip.rate);
  show();
}

/** @param {PointerEvent} event */
function follow(event) {
  const box = byId("curves", HTMLCanvasElement).getBoundingClientRect();
  goTo(Math.floor(((event.clientX - box.left) / box.width) * clip.frames));
}
