// What needs no browser: the names of the channels, and telling a model's file.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { rewritten } from "../compiler/mien/web/avatar/basis.js";
import { readModel } from "../compiler/mien/web/avatar/container.js";
import { CHANNELS, channelOf, channelsOfOther, strangeness } from "../compiler/mien/web/avatar/spellings.js";

const SIDES = { Left: "L", Right: "R" };

function spellingsOf(channel) {
  const pascal = channel[0].toUpperCase() + channel.slice(1);
  const snake = channel.replace(/([A-Z])/g, "_$1").toLowerCase();
  const [, stem, side] = /^(.*?)(Left|Right)?$/.exec(channel);
  const short = side ? [`${stem}_${SIDES[side]}`, `${stem}.${SIDES[side]}`, stem + SIDES[side]] : [];
  const plain = [channel, pascal, snake, channel.toLowerCase(), channel.toUpperCase(), ...short];
  return [...plain, ...plain.map((name) => `blendShape1.${name}`), ...plain.map((name) => `Head_${name}`)];
}

test("every channel is known under every spelling, and under no other channel's", () => {
  assert.equal(CHANNELS.length, 52);
  for (const channel of CHANNELS) {
    for (const name of spellingsOf(channel)) assert.equal(channelOf(name), channel, name);
  }
});

test("what is not a channel is none", () => {
  const others = ["", "_", "Basis", "Neutral", "all", "L", "R", "joy", "blink", "blinkLeft", "blink_l"];
  others.push("lookUp", "aa", "mouthSmile", "eyeBlink", "browInnerUp_x", "Fcl_MTH_A", "mouthl", "__proto__");
  for (const name of others) assert.equal(channelOf(name), undefined, name);
});

test("spellings of other programs are known", () => {
  const known = {
    "BlendShape.eyeBlinkLeft": "eyeBlinkLeft",
    "head:jawOpen": "jawOpen",
    "Polywink:browDown_L": "browDownLeft",
    "facs_bs_MouthSmileLeft_div2": "mouthSmileLeft",
    "facs_jnt_JawOpen": "jawOpen",
    "jawOpen.001": "jawOpen",
    "eyeBlink_L.002": "eyeBlinkLeft",
    "Left_eyeBlink": "eyeBlinkLeft",
    "L_MouthSmile": "mouthSmileLeft",
    "right_brow_down": "browDownRight",
    Mouth_Smile_Left: "mouthSmileLeft",
    Jaw_Open: "jawOpen",
    MouthSmile_R: "mouthSmileRight",
  };
  for (const [name, channel] of Object.entries(known)) assert.equal(channelOf(name), channel, name);
});

test("names of other systems stand for channels", () => {
  const known = {
    BrowsU_C: ["browInnerUp"],
    JawFwd: ["jawForward"],
    Sneer: ["noseSneerLeft", "noseSneerRight"],
    EyeClosedLeft: ["eyeBlinkLeft"],
    BrowInnerUpRight: ["browInnerUp"],
    Eye_Left_Blink: ["eyeBlinkLeft"],
    Mouth_Pout: ["mouthPucker"],
    "face:LipFunnel": ["mouthFunnel"],
    jawOpen: [],
    smirk: [],
    constructor: [],
  };
  for (const [name, channels] of Object.entries(known)) {
    assert.deepEqual(channelsOfOther(name), channels, name);
    if (channels.length) assert.equal(channelOf(name), undefined, name);
    for (const channel of channels) assert.ok(CHANNELS.includes(channel), channel);
  }
});

test("a corrective of two channels is neither", () => {
  assert.equal(channelOf("jawOpen_mouthClose"), undefined);
  assert.equal(channelOf("eyeBlink_L_mouthSmile_L"), undefined);
});

test("the channel's own name comes before other spellings of it", () => {
  const ranked = ["Head_jawOpen", "JAWOPEN", "jawOpen"].sort(
    (one, other) => strangeness(one, "jawOpen") - strangeness(other, "jawOpen"),
  );
  assert.deepEqual(ranked, ["jawOpen", "JAWOPEN", "Head_jawOpen"]);
});

function bytes(text) {
  return new TextEncoder().encode(text).buffer;
}

function glb(json, { version = 2, extra = 0 } = {}) {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const buffer = new ArrayBuffer(20 + text.length);
  const view = new DataView(buffer);
  const words = [0x46546c67, version, buffer.byteLength + extra, text.length, 0x4e4f534a];
  words.forEach((word, index) => view.setUint32(4 * index, word, true));
  new Uint8Array(buffer, 20).set(text);
  return buffer;
}

const ASSET = { asset: { version: "2.0" } };

test("formats are told apart", () => {
  const plain = { format: "glTF", basis: false };
  assert.deepEqual(readModel(glb(ASSET), "a.glb"), plain);
  assert.deepEqual(readModel(bytes(JSON.stringify(ASSET)), "a.gltf"), plain);
  const vrm1 = { ...ASSET, extensions: { VRMC_vrm: {} } };
  assert.equal(readModel(glb(vrm1), "a.vrm").format, "VRM 1.0");
  assert.equal(readModel(glb({ ...ASSET, extensions: { VRM: {} } }), "a.vrm").format, "VRM 0.x");
  const basis = { ...ASSET, extensionsUsed: ["KHR_texture_basisu"] };
  assert.equal(readModel(glb(basis), "a.glb").basis, true);
});

test("what cannot be used is refused in words", () => {
  const refused = [
    [bytes(""), /a\.glb is not a glTF or VRM file/],
    [bytes("solid cube"), /is not a glTF or VRM file/],
    [bytes("{"), /its JSON part cannot be read/],
    [bytes("{}"), /is JSON, but not a glTF file/],
    [bytes("glTF"), /is cut short/],
    [glb(ASSET).slice(0, 22), /is cut short: it has 22 of \d+ bytes/],
    [glb(ASSET, { version: 1 }), /is glTF 1; glTF 2 is needed/],
    [glb(ASSET, { extra: 5 }), /is cut short/],
    [glb({ ...ASSET, buffers: [{ uri: "head.bin" }] }), /needs other files \(head\.bin\)/],
    [glb({ ...ASSET, images: [{ uri: "https://a.example/x.png" }] }), /export it as one \.glb/],
    [{ byteLength: 300 * 2 ** 20 }, /has 300 MiB; an avatar may have 256/],
  ];
  for (const [buffer, words] of refused) assert.throws(() => readModel(buffer, "a.glb"), words);
});

test("data inside the file is no other file", () => {
  const inside = { ...ASSET, buffers: [{ uri: "data:application/octet-stream;base64,AA==" }, {}] };
  assert.equal(readModel(glb(inside), "a.gltf").format, "glTF");
});

test("the texture decoder runs where functions may not be made out of text", async () => {
  const vendored = "../compiler/mien/web/vendor/three/addons/libs/basis/basis_transcoder.js";
  const text = await readFile(new URL(vendored, import.meta.url), "utf-8");
  assert.equal(text.split("newFunc(Function").length, 3);
  assert.equal(rewritten(text).split("newFunc(Function").length, 1);
  new Function(rewritten(text));
  assert.throws(() => rewritten("another version"), /not the vendored one/);
});
