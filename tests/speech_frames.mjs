/**
 * Speaks as it is asked to on its input, a line of JSON each: {sound, rate, network, sizes, bank, ort}.
 * `sound` is a file of float32; it is pushed in pieces of `sizes` samples, over and over. A line of JSON
 * comes back: numbers as float32 in base64.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { loadBank } from "../compiler/mien/web/bank.js";
import { LipStream } from "../compiler/mien/web/speech/lip_stream.js";
import { LiveLipStream } from "../compiler/mien/web/speech/live_lips.js";
import { MelStream } from "../compiler/mien/web/speech/mel.js";
import { ProsodyStream } from "../compiler/mien/web/speech/prosody.js";
import { loadNetwork } from "../compiler/mien/web/speech/network.js";
import { Speaker } from "../compiler/mien/web/speech/speaker.js";
import { Resampler } from "../compiler/mien/web/speech/resample.js";

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = await (asked.heads ? headed : asked.show ? shown : spoken)(asked).catch((error) => ({ error: `${error.name}: ${error.message}` }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** The whole faces of a label, by what a page uses. */
async function shown({ sound, rate, network: path, sizes, bank: source, show, life, seed, delay }) {
  const bytes = readFileSync(sound);
  const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const speaker = new Speaker(await loadBank(source), await loadNetwork(path), { life, seed, ...(delay ? { delay } : {}) });
  speaker.show(...show);
  for (const piece of cut(samples, sizes)) void speaker.push(piece, rate);
  await speaker.finish();
  const faces = Array.from({ length: speaker.faces.known }, (_, frame) => speaker.at(frame));
  const parts = ["weights", "head", "eyes"];
  return Object.fromEntries(parts.map((part) => [part, coded(faces.map((one) => one[part]))]));
}

/** The network's own numbers. */
async function headed({ sound, network: path }) {
  const bytes = readFileSync(sound);
  const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const [network, stream] = [await loadNetwork(path), new MelStream()];
  const mel = [stream.push(samples), stream.finish()];
  const state = network.start.slice();
  const heads = [];
  for (const piece of mel) heads.push((await network.numbers(piece, state)).slice());
  return { heads: coded(heads) };
}

async function spoken({ sound, rate, network: path, sizes, bank: source, ort: runtime, delay }) {
  const bytes = readFileSync(sound);
  const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const resampler = new Resampler(rate);
  const pieces = [...cut(samples, sizes)].map((piece) => resampler.push(piece));
  pieces.push(resampler.finish());
  if (path === null) {
    const [mel, prosody] = [new MelStream(), new ProsodyStream()].map((stream) => [...pieces.map((piece) => stream.push(piece)), stream.finish()]);
    return { mel: coded(mel), prosody: coded(prosody), samples: coded(pieces) };
  }
  const ort = runtime ? await import(runtime) : undefined;
  const network = await loadNetwork(path, ort ? { ort } : {});
  const { tables } = await loadBank(source);
  const lips = network.lips ? new LiveLipStream(network, tables, delay) : new LipStream(network, tables);
  const began = performance.now();
  const tracks = [];
  for (const piece of pieces) tracks.push(await lips.push(piece));
  tracks.push(await lips.finish());
  const milliseconds = performance.now() - began;
  const parts = ["weights", "speech", "contacts", "emphases", "prosody"];
  const answer = Object.fromEntries(parts.map((part) => [part, coded(tracks.map((one) => one[part]))]));
  return { ...answer, runner: network.runner, milliseconds };
}

function* cut(samples, sizes) {
  for (let at = 0, piece = 0; at < samples.length; piece += 1) {
    const size = sizes[piece % sizes.length];
    yield samples.slice(at, at + size);
    at += size;
  }
}

function coded(parts) {
  return Buffer.concat(parts.map((one) => Buffer.from(one.buffer, one.byteOffset, one.byteLength))).toString("base64");
}
