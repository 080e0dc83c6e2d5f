/** A speaker whose sound breaks off, is broken, or comes at whatever rate. MIEN_SOUND names a voice, float32 at 16 kHz. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Speaker, loadBank, loadNetwork } from "../compiler/mien/web/index.js";
import { KEPT, LiveFaces } from "../compiler/mien/web/speech/live_faces.js";
import { STEPS } from "../compiler/mien/web/speech/prosody.js";

const bytes = readFileSync(process.env.MIEN_SOUND);
const voice = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const bank = await loadBank(new URL("../presets/releases/default/2.1.0/default.safetensors", import.meta.url));
const network = await loadNetwork(new Uint8Array(readFileSync(new URL("../trainer/mien_trainer/networks/lips.onnx", import.meta.url))));
const rest = bank.face("joy", { at: "mid" });
const [BROW, JAW] = ["browOuterUpLeft", "jawOpen"].map((name) => bank.channels.indexOf(name));
const FRAME = 1000 / 60;
const FEW = { blinks: 0, glances: 0, head: 0, breath: 0 };

/** A page that draws a live speaker: a piece of sound a frame, or none. */
class Page {
  constructor(life = FEW, more = {}) {
    this.news = [];
    this.speaker = new Speaker(bank, network, { life, onNews: ({ code }) => void this.news.push(code), ...more });
    this.speaker.show("joy", { at: "mid" });
    this.speaker.live = true;
    [this.now, this.seen] = [0, []];
  }

  async draw(frames, pieces = () => null, rate = 16000) {
    for (let frame = 0; frame < frames; frame += 1) {
      const piece = pieces(frame);
      if (piece) await this.speaker.push(piece, rate);
      this.seen.push(this.speaker.frame((this.now += FRAME)).weights);
    }
    return this.seen.slice(-frames);
  }

  /** What the voice does in the frames that are known. */
  stress() {
    const { faces } = this.speaker;
    return Array.from({ length: faces.known }, (_, frame) => faces.prosody[2 * frame]);
  }
}

const pieceOf = (sound, rate = 16000) => (frame) => sound.slice(Math.floor((frame * rate) / 60), Math.floor(((frame + 1) * rate) / 60));
const steps = (values) => values.slice(1).map((one, at) => Math.abs(one - values[at]));

test("brows rise with the voice, and not where nobody asks for it", async () => {
  const brows = async (life) => {
    const seen = await new Page({ ...FEW, ...life }).draw(200, pieceOf(voice));
    return Math.max(...seen.map((face) => face[BROW])) - rest[BROW];
  };
  const [with_, without] = [await brows({}), await brows({ prosody: 0 })];
  assert.ok(with_ > 0.04 && with_ > without + 0.02, `${with_} ${without}`);
});

test("where sound breaks off and comes again, the voice is followed without a jump", async () => {
  for (const off of [60, 90]) {
    const page = new Page();
    await page.draw(off, pieceOf(voice));
    await page.draw(40);
    assert.deepEqual(page.seen.at(-1), rest);
    await page.draw(60, (frame) => pieceOf(voice)(off + frame));
    const stress = page.stress();
    assert.ok(Math.max(...stress.map(Math.abs)) > 0.3);
    assert.ok(Math.max(...steps(stress)) <= STEPS[0] + 1e-5);
  }
});

test("a stopped source leaves the preset, bit for bit, and so does long silence", async () => {
  const page = new Page();
  await page.draw(90, pieceOf(voice));
  page.speaker.stop();
  await page.draw(30);
  assert.deepEqual(page.seen.at(-1), rest);
  page.speaker.live = true;
  const silence = new Float32Array(3 * 16000);
  for (let at = 0; at < 7; at += 1) await page.speaker.push(silence);
  page.now += 21000;
  const [last] = await page.draw(1, () => new Float32Array(267));
  assert.deepEqual(last, rest);
  assert.deepEqual(page.news, []);
});

test("samples that are no numbers are silent and said once; those that are too loud are held", async () => {
  const broken = voice.slice(0, 24000).map((one) => 3 * one);
  for (let at = 500; at < broken.length; at += 997) broken[at] = [NaN, Infinity, -Infinity][at % 3];
  const mended = broken.map((one) => (Number.isFinite(one) ? Math.min(1, Math.max(-1, one)) : 0));
  const [page, other] = [new Page(), new Page()];
  const [found, expected] = [await page.draw(90, pieceOf(broken)), await other.draw(90, pieceOf(mended))];
  assert.deepEqual(found, expected);
  assert.ok(found.some((face) => face[JAW] > 0.1));
  assert.deepEqual(page.news, ["samples"]);
});

test("a rate that changes on the way loses no sound", async () => {
  const page = new Page();
  const [first, then] = [new Float32Array(48000), new Float32Array(44100)];
  first.fill(0.1);
  await page.speaker.push(first, 48000);
  await page.speaker.push(then, 44100);
  await page.speaker.push(new Float32Array(8000), 8000);
  await page.speaker.finish();
  assert.equal(page.speaker.faces.known, 180);
  assert.throws(() => page.speaker.push(first, NaN), RangeError);
  assert.throws(() => page.speaker.push(first, 4000), RangeError);
  await page.draw(2, pieceOf(voice));
});

test("however long a page was in the background, it comes back with lips at rest", () => {
  const faces = new LiveFaces(bank.evaluator, ["jawOpen"], { life: null, seed: 0 });
  for (const away of [8, 9, 500, 1024, 1025, 1030, 2047, 2048, 2050, 100000]) {
    const one = new Float32Array([1, 1, 1]);
    faces.append({ channels: ["jawOpen"], weights: one, speech: one, contacts: one, emphases: one, prosody: new Float32Array(6).fill(0.5) });
    faces.pause(away);
    const last = faces.at(faces.known - 1).weights;
    assert.ok(last[JAW] <= (away === 8 ? 0.2 : 0), `${away}: ${last[JAW]}`);
    assert.ok(faces.voice(faces.known - 1).stress <= 0.1);
    if (away > 100) assert.equal(faces.voice(faces.known - 1).arousal, 0);
  }
});

test("what lives keeps only what may still be asked for", async () => {
  const [page, other] = [new Page(true), new Page(true)];
  await page.draw(30, pieceOf(voice));
  other.speaker.faces.forgetLife = () => undefined;
  await other.draw(30, pieceOf(voice));
  await page.draw(5000);
  await other.draw(5000);
  const streams = ({ speaker: { faces } }) => [faces.life.blinks, faces.life.glances];
  assert.deepEqual(page.seen.slice(-1000), other.seen.slice(-1000));
  streams(page).forEach(({ count, pulses }, at) => {
    assert.equal(count, streams(other)[at].pulses.length);
    assert.ok(pulses.length < count);
    assert.ok(pulses[0].start > (page.speaker.faces.known - 3 * KEPT) * 1000 - 60000);
  });
});
