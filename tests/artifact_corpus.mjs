/** What the JavaScript reader makes of the files of a corpus: node artifact_corpus.mjs FOLDER. */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ArtifactError, readArtifact } from "../compiler/mien/web/artifact.js";
import { Evaluator } from "../compiler/mien/web/evaluator.js";
import { clipOf, sample } from "../compiler/mien/web/timelines.js";

const TIMES = [-1, 0, 16 + 2 / 3, 333.25, 700, 811, 1499.9, 2400, 12345.678];
const VISEMES = [0, 0.25, 1, 0.03125, 0.75];

const folder = process.argv[2];
const { sizes, vads } = JSON.parse(readFileSync(join(folder, "corpus.json"), "utf8"));
const all = readFileSync(join(folder, "corpus.bin"));
let at = 0;
const verdicts = sizes.map((/** @type {number} */ size) => {
  at += size;
  return verdict(new Uint8Array(all.subarray(at - size, at)));
});
writeFileSync(join(folder, "verdicts.json"), JSON.stringify(verdicts));

/** @param {Uint8Array} data @returns {Record<string, string>} */
function verdict(data) {
  let tables;
  try {
    tables = readArtifact(data);
  } catch (error) {
    return error instanceof ArtifactError
      ? { code: String(error.code), message: error.message }
      : { crash: String(error).slice(0, 200) };
  }
  let found;
  try {
    found = [...faces(new Evaluator(tables))];
  } catch (error) {
    return { crash: `in a face: ${String(error).slice(0, 200)}` };
  }
  for (const face of found) {
    const bad = face.find((weight) => !(weight >= 0 && weight <= 1));
    if (bad !== undefined) return { outside: String(bad) };
  }
  const hash = createHash("sha256");
  for (const face of found) hash.update(new Uint8Array(face.buffer));
  return { faces: hash.digest("hex") };
}

/** @param {Evaluator} evaluator */
function* faces(evaluator) {
  const { labels, channels } = evaluator.tables;
  const visemes = channels.map((_, c) => VISEMES[c % VISEMES.length]);
  for (const { label, styles } of labels.slice(0, 5)) {
    const anchors = [0, 0.5, 0.75, 1].map((t) => evaluator.vadAt(label, t));
    for (const vad of [...anchors, ...vads]) yield evaluator.face(label, vad);
    if (styles.length > 0) yield evaluator.face(label, vads[3], { style: styles[0], speech: 0.5 });
    yield evaluator.compose(evaluator.face(label, vads[4], { speech: 1 }), visemes);
    const table = evaluator.table(label);
    for (const name of table.timeline === null ? [] : [null, ...table.timeline.sequences]) {
      const clip = clipOf(table, name, evaluator.tables.intensities.length - 1);
      const face = evaluator.face(label, vads[6]);
      for (const hold of [null, 250.5]) {
        for (const time of TIMES) yield evaluator.timed(face, sample(clip, time, hold));
      }
    }
  }
  if (labels.length > 1) {
    const weights = { [labels[0].label]: 0.25, [labels[1].label]: 0.75 };
    yield evaluator.mixture(weights, vads[5], 0.25);
  }
}
