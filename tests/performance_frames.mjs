/**
 * Answers lines of JSON, each a performance and the frames that are asked for in order, with a line
 * of the frames' bytes in base64: weights, head and eyes of one after the other.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { readArtifact } from "../compiler/mien/web/artifact.js";
import { Evaluator } from "../compiler/mien/web/evaluator.js";
import { readLips } from "../compiler/mien/web/performance/lips.js";
import { Performance } from "../compiler/mien/web/performance/performance.js";

const evaluators = new Map();

/** @param {Buffer} data */
const own = ({ buffer, byteOffset, byteLength }) => buffer.slice(byteOffset, byteOffset + byteLength);

for await (const line of createInterface({ input: process.stdin })) {
  const { bank, plan, lips, frames } = JSON.parse(line);
  if (!evaluators.has(bank)) {
    evaluators.set(bank, new Evaluator(readArtifact(own(readFileSync(bank)))));
  }
  const track = readLips(own(Buffer.from(lips, "base64")));
  const performance = new Performance(evaluators.get(bank), plan, track);
  const found = frames.flatMap((frame) => {
    const { weights, head, eyes } = performance.at(frame);
    return [weights, head, eyes].map((one) => Buffer.from(one.buffer));
  });
  console.log(Buffer.concat(found).toString("base64"));
}
