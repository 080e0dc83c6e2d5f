// What a frame leaves behind, network, bank and life: buffers are made once. Needs node --expose-gc.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { createSpeaker, loadBank } from "../compiler/mien/web/index.js";

const network = new URL("../trainer/mien_trainer/networks/lips.onnx", import.meta.url);
const artifact = new URL("../presets/releases/default/2.1.0/default.safetensors", import.meta.url);

/** Bytes a frame at most: under 2 MB a second, which a browser's nursery takes in without a pause that is seen. */
const MOST = 32 * 1024;
const [WARM, FRAMES] = [500, 120];

test("a frame of sound, network, bank and life leaves little behind", async () => {
  const speaker = await createSpeaker({ bank: await loadBank(artifact), network: new Uint8Array(readFileSync(network)) });
  speaker.show("joy", { at: "high" });
  speaker.live = true;
  let now = 0;
  const pieces = Array.from({ length: 12 }, (_, piece) => {
    return Float32Array.from({ length: 266 + Number(piece % 3 > 0) }, (_, at) => 0.3 * Math.sin(at / 6) * Math.sin((piece * 266 + at) / 400));
  });
  const frame = async (at) => {
    await speaker.push(pieces[at % pieces.length]);
    speaker.frame((now += 1000 / 60));
  };
  for (let at = 0; at < WARM; at += 1) await frame(at);
  const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const rounds = [];
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    const before = used();
    for (let at = 0; at < FRAMES; at += 1) await frame(at);
    rounds.push((used() - before) / FRAMES);
  }
  const [least] = rounds.sort((one, other) => one - other);
  process.stdout.write(`${(least / 1024).toFixed(1)} kB a frame\n`);
  assert.ok(least < MOST, `${least} bytes a frame`);
  const settled = async () => {
    for (let time = 0; time < 2; time += 1) {
      globalThis.gc();
      await new Promise((done) => void setTimeout(done, 30));
    }
    return used();
  };
  const kept = await settled();
  for (let at = 0; at < 1500; at += 1) await frame(at);
  const more = (await settled()) - kept;
  assert.ok(more < 384 * 1024, `${more} bytes are kept of 1,500 frames`);
});
