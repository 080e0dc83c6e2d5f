/** The page's evaluator in Node, on the test vector and on what it must refuse. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ArtifactError, readArtifact } from "../compiler/mien/web/artifact.js";
import { Evaluator } from "../compiler/mien/web/evaluator.js";
import { clipOf, sample } from "../compiler/mien/web/timelines.js";

const docs = new URL("../compiler/mien/docs/", import.meta.url);
const vector = JSON.parse(readFileSync(new URL("vector.json", docs), "utf8"));
const artifact = bytes(readFileSync(new URL("vector.safetensors", docs)));
const evaluator = new Evaluator(readArtifact(artifact));

test("faces have the vector's bits", () => {
  for (const { label, vad, style, speech, expected } of vector.faces) {
    const options = style === null ? { speech } : { style, speech };
    assert.deepEqual(bits(evaluator.face(label, vad, options)), expected);
  }
});

test("mixtures have the vector's bits", () => {
  for (const { weights, vad, speech, expected } of vector.mixtures) {
    assert.deepEqual(bits(evaluator.mixture(weights, vad, speech)), expected);
  }
});

test("points at an intensity have the vector's bits", () => {
  for (const { label, intensity, expected } of vector.intensities) {
    assert.deepEqual(bits(evaluator.vadAt(label, intensity)), expected);
  }
});

test("compositions have the vector's bits", () => {
  for (const { face, visemes, expected } of vector.compositions) {
    assert.deepEqual(bits(evaluator.compose(Float32Array.from(face), visemes)), expected);
  }
});

test("anchors give archetypes exactly", () => {
  const { labels, channels } = evaluator.tables;
  for (const { label, anchors, archetypes } of labels) {
    for (let i = 0; i < anchors.length / 3; i += 1) {
      const face = evaluator.face(label, anchors.subarray(3 * i, 3 * i + 3));
      const archetype = archetypes.slice(i * channels.length, (i + 1) * channels.length);
      assert.deepEqual(face, archetype);
    }
  }
});

test("what a bank cannot answer is refused in words", () => {
  const origin = [0, 0, 0];
  assert.throws(() => evaluator.face("joie", origin), /no label joie: the bank has label0/);
  assert.throws(() => evaluator.face("label0", [0, NaN, 0]), /arousal NaN/);
  assert.throws(() => evaluator.face("label0", [0, 0, 1.0000000001]), /dominance 1\.0000000001/);
  assert.throws(() => evaluator.face("label0", [0, 0]), /found 2 numbers/);
  assert.throws(() => evaluator.face("label0", origin, { style: "x" }), /no style x: it has style0/);
  assert.throws(() => evaluator.face("label0", origin, { speech: -0.1 }), /speech -0\.1/);
  assert.throws(() => evaluator.mixture({ label0: 0.5 }, origin), /sum to 0\.5, expected 1/);
  assert.throws(() => evaluator.mixture({ label0: 2, label1: -1 }, origin), /weight of label0 2/);
  assert.throws(() => evaluator.vadAt("label0", 1.5), /intensity 1\.5/);
  const face = evaluator.face("label0", origin);
  assert.throws(() => evaluator.compose(face, [0, 0]), /expected 12 weights/);
});

test("weights that sum to less than 1 leave the rest to neutral", () => {
  const file = new URL("../presets/releases/default/1.1.0/default.safetensors", import.meta.url);
  const bank = new Evaluator(readArtifact(readFileSync(file)));
  const vad = [0.4, 0.1, -0.2];
  const mixed = (/** @type {Record<string, number>} */ weights) => bank.mixture(weights, vad, 0.25);
  assert.deepEqual(mixed({ joy: 0.4 }), mixed({ joy: 0.4, neutral: 0.6 }));
  assert.deepEqual(mixed({ neutral: 0.25, awe: 0.5 }), mixed({ awe: 0.5, neutral: 0.5 }));
  assert.deepEqual(mixed({}), mixed({ neutral: 1 }));
  assert.notDeepEqual(mixed({ joy: 0.4 }), mixed({ joy: 1 }));
  assert.throws(() => mixed({ joy: 0.9, awe: 0.2 }), /sum to 1\.1, expected 1/);
});

test("what is no artifact is refused in words", () => {
  const refusal = (
    /** @type {ArrayBuffer} */ buffer,
    /** @type {string} */ code,
    /** @type {RegExp} */ message,
  ) =>
    assert.throws(() => readArtifact(buffer), (/** @type {Error} */ error) => {
      assert.ok(error instanceof ArtifactError, error.stack);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  const short = artifact.slice(0, artifact.byteLength - 4);
  refusal(new ArrayBuffer(3), "too-short", /3 bytes: too short/);
  refusal(bytes(Buffer.from("x".repeat(64))), "header-length", /does not begin with the length of a header/);
  refusal(short, "tensor-cut", /cut short: tensor label\.label3/);
  refusal(changed("mien/artifact/1", "mien/artifact/3"), "format-newer", /of version 3; upgrade/);
  refusal(changed("mien/artifact/1", "pony/artifact/1"), "format-other", /pony\/artifact\/1, exp/);
  refusal(changed('\\"engine\\":1', '\\"engine\\":7'), "engine-other", /made for engine 7/);
  refusal(changed("[12,10]", "[10,12]"), "tensor-shape", /bank\.rules: shape \[10, 12\] does not/);
  refusal(changed('"mien":"{', '"miem":"{'), "not-mien", /no metadata under 'mien'/);
});

test("it gives the bits of labels in time", () => {
  const timed = readArtifact(bytes(readFileSync(new URL("timed.safetensors", docs))));
  const { times } = JSON.parse(readFileSync(new URL("timed.json", docs), "utf8"));
  const evaluator = new Evaluator(timed);
  for (const query of times) {
    const clip = clipOf(evaluator.table(query.label), query.sequence, query.intensity);
    const found = sample(clip, query.time, query.hold);
    for (const part of /** @type {const} */ (["gain", "offset", "head", "gaze"])) {
      assert.deepEqual(bits(found[part]), query[part]);
    }
    assert.deepEqual(bits(evaluator.timed(Float32Array.from(query.face), found)), query.expected);
  }
});

/** @param {string} from @param {string} to of equal length @returns {ArrayBuffer} */
function changed(from, to) {
  const data = Buffer.from(artifact.slice(0));
  const at = data.indexOf(from);
  assert.notEqual(at, -1, `the vector's header has no ${from}`);
  data.write(to, at);
  return bytes(data);
}

/** @param {Float32Array} face @returns {string[]} */
function bits(face) {
  return Array.from(new Uint32Array(face.buffer), (word) => word.toString(16).padStart(8, "0"));
}

/** @param {Buffer} buffer @returns {ArrayBuffer} */
function bytes(buffer) {
  const { byteOffset, byteLength } = buffer;
  return /** @type {ArrayBuffer} */ (buffer.buffer.slice(byteOffset, byteOffset + byteLength));
}
