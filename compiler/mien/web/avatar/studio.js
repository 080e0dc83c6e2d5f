/**
 * Draws a list of faces on a model and hands each picture to the server that gave the page out.
 *
 * @module
 */

import { createAvatar } from "./avatar.js";

/**
 * @typedef {object} Job
 * @property {string} name of the model
 * @property {number} size of a picture, pixels a side
 * @property {boolean} close the face alone, without the skull
 * @property {string} type of a picture: "image/png" or "image/jpeg"
 * @property {string[]} channels
 * @property {{weights: number[], yaw: number, pitch: number}[]} faces
 */

const ADDRESS = new URL("../", import.meta.url);
const QUALITY = 0.92;

/** @param {string} what @param {Blob | string} body */
async function say(what, body) {
  const answer = await fetch(new URL(`said/${what}`, ADDRESS), { method: "POST", body });
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
}

/** @param {HTMLCanvasElement} canvas @param {string} type @returns {Promise<Blob>} */
function picture(canvas, type) {
  return new Promise((resolve, reject) => {
    const take = (/** @type {Blob | null} */ blob) =>
      blob ? resolve(blob) : reject(new Error("the browser could not make a picture"));
    canvas.toBlob(take, type, QUALITY);
  });
}

async function work() {
  const canvas = document.querySelector("canvas");
  if (!canvas) throw new Error("the page has no canvas");
  /** @type {Job} */
  const job = await (await fetch(new URL("job", ADDRESS))).json();
  const model = await (await fetch(new URL("model", ADDRESS))).arrayBuffer();
  canvas.style.display = "block";
  canvas.style.width = `${job.size}px`;
  canvas.style.height = `${job.size}px`;
  const avatar = createAvatar(canvas, { pixelRatio: 1, close: job.close });
  await say("facts", JSON.stringify(await avatar.load(model, job.name)));
  for (const [number, { weights, yaw, pitch }] of job.faces.entries()) {
    avatar.setWeights(weights, job.channels);
    avatar.turn(yaw, pitch);
    avatar.frame();
    await say(`face/${number}`, await picture(canvas, job.type));
  }
  await say("done", "");
}

work().catch((error) => say("failed", error instanceof Error ? error.message : String(error)));
