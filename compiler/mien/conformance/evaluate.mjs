/**
 * Evaluate a conformance run's queries in Node: node evaluate.mjs FOLDER RESULTS LIMIT
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { readArtifact } from "../web/artifact.js";
import { Evaluator, fade } from "../web/evaluator.js";
import { readLips } from "../web/performance/lips.js";
import { Performance } from "../web/performance/performance.js";
import { clipOf, sample } from "../web/timelines.js";

const RUNS = 3;
const [folder, results, limitText] = process.argv.slice(2);
const queries = join(folder, "queries");
const limit = Number(limitText) || Infinity;

for (const name of readdirSync(queries).sort()) {
  evaluateBank(join(queries, name), join(results, name));
}

/** @param {string} from @param {string} to */
function evaluateBank(from, to) {
  const evaluator = new Evaluator(readArtifact(bytes(join(from, "bank.safetensors"))));
  const labels = evaluator.tables.labels;
  const channels = evaluator.tables.channels.length;
  const f32 = (/** @type {string} */ name) => new Float32Array(bytes(join(from, name)));
  const i32 = (/** @type {string} */ name) => new Int32Array(bytes(join(from, name)));
  mkdirSync(to, { recursive: true });

  const faceLabels = i32("face_labels");
  const vads = f32("face_vads");
  const styles = i32("face_styles");
  const speech = f32("face_speech");
  const faces = rows(faceLabels.length, (n) => {
    const label = labels[faceLabels[n]];
    const style = styles[n] < 0 ? {} : { style: label.styles[styles[n]] };
    return evaluator.face(label.label, vads.subarray(3 * n, 3 * n + 3), { ...style, speech: speech[n] });
  });
  save(to, "faces", faces);
  const plain = rows(faceLabels.length, (n) =>
    evaluator.face(labels[faceLabels[n]].label, vads.subarray(3 * n, 3 * n + 3)),
  );
  save(to, "plain", plain);
  let least = Infinity;
  for (let run = 0; run < RUNS; run += 1) {
    const began = performance.now();
    for (let n = 0; n < plain.length; n += 1) {
      evaluator.face(labels[faceLabels[n]].label, vads.subarray(3 * n, 3 * n + 3));
    }
    least = Math.min(least, ((performance.now() - began) * 1e6) / plain.length);
  }
  writeFileSync(join(to, "nanoseconds"), least.toFixed(1));

  const weights = f32("mixture_weights");
  const mixtureVads = f32("mixture_vads");
  const mixtureSpeech = f32("mixture_speech");
  const mixtures = rows(mixtureSpeech.length, (n) => {
    const shares = labels.map((label, e) => [label.label, weights[n * labels.length + e]]);
    const vad = mixtureVads.subarray(3 * n, 3 * n + 3);
    return evaluator.mixture(Object.fromEntries(shares), vad, mixtureSpeech[n]);
  });
  save(to, "mixtures", mixtures);

  const intensityLabels = i32("intensity_labels");
  const values = new Float64Array(bytes(join(from, "intensity_values")));
  const points = rows(values.length, (n) => evaluator.vadAt(labels[intensityLabels[n]].label, values[n]));
  save(to, "intensities", points);

  const visemes = f32("visemes");
  const count = visemes.length / channels;
  save(to, "singles", faces.slice(0, count));
  const spoken = rows(Math.min(count, faces.length), (n) =>
    evaluator.compose(faces[n], visemes.subarray(n * channels, (n + 1) * channels)),
  );
  save(to, "compositions", spoken);

  const timeLabels = i32("time_labels");
  const sequences = i32("time_sequences");
  const levels = i32("time_levels");
  const times = new Float64Array(bytes(join(from, "times")));
  const holds = new Float64Array(bytes(join(from, "holds")));
  const timeFaces = f32("time_faces");
  const timed = rows(times.length, (n) => {
    const table = labels[timeLabels[n]];
    const sequence = sequences[n] < 0 ? null : (table.timeline?.sequences[sequences[n]] ?? null);
    const clip = clipOf(table, sequence, levels[n]);
    const found = sample(clip, times[n], Number.isNaN(holds[n]) ? null : holds[n]);
    const face = evaluator.timed(timeFaces.subarray(n * channels, (n + 1) * channels), found);
    const own = evaluator.timed(evaluator.face(table.label, vads.subarray(3 * n, 3 * n + 3)), found);
    fade(table, speech[n], own);
    return Float32Array.of(...found.gain, ...found.offset, ...found.head, ...found.gaze, ...face, ...own);
  });
  save(to, "times", timed);
  perform(evaluator, from, to);
}

/**
 * Perform the plans of a bank, or only the first: whole, and as games do.
 *
 * @param {Evaluator} evaluator
 * @param {string} from
 * @param {string} to
 */
function perform(evaluator, from, to) {
  const scores = [];
  const takes = [];
  for (let number = 0; number < (limit === Infinity ? Infinity : 1); number += 1) {
    if (!existsSync(join(from, `${number}.json`))) break;
    const { plan, lips } = JSON.parse(readFileSync(join(from, `${number}.json`), "utf8"));
    const { buffer, byteOffset, byteLength } = Buffer.from(lips, "base64");
    const track = readLips(/** @type {ArrayBuffer} */ (buffer.slice(byteOffset, byteOffset + byteLength)));
    const still = { ...track, weights: new Float32Array(track.weights.length), contacts: new Float32Array(plan.frames) };
    const whole = new Performance(evaluator, plan, track);
    const played = new Performance(evaluator, { ...plan, life: null }, still);
    for (let frame = 0; frame < plan.frames; frame += 1) {
      const { weights, head } = played.at(frame);
      scores.push(Float32Array.of(...weights, ...head));
      const shown = whole.at(frame);
      takes.push(Float32Array.of(...shown.weights, ...shown.head, ...shown.eyes));
    }
  }
  save(to, "scores", scores);
  save(to, "takes", takes);
}

/**
 * @param {number} count
 * @param {(n: number) => Float32Array} evaluate
 * @returns {Float32Array[]}
 */
function rows(count, evaluate) {
  return Array.from({ length: Math.min(count, limit) }, (_, n) => evaluate(n));
}

/** @param {string} folder @param {string} name @param {Float32Array[]} faces */
function save(folder, name, faces) {
  writeFileSync(join(folder, name), Buffer.concat(faces.map((face) => new Uint8Array(face.buffer))));
}

/** @param {string} path @returns {ArrayBuffer} */
function bytes(path) {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return /** @type {ArrayBuffer} */ (buffer.slice(byteOffset, byteOffset + byteLength));
}
