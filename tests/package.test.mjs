/** The package as it is installed: the vector's bits, models of several kinds, and refusals. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const { ArtifactError, ModelError, NetworkError, Reader, applyToMesh, applyToVRM, createSpeaker, loadBank, loadNetwork, readArtifact, sha256, talkingHead } =
  await import(process.env.MIEN_FACE ?? "../compiler/mien/web/index.js");

const docs = new URL("../compiler/mien/docs/", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, docs), "utf8"));
const artifact = new Uint8Array(readFileSync(new URL("vector.safetensors", docs)));
const vector = read("vector.json");
const release = new URL("../presets/releases/default/1.1.0/default.safetensors", import.meta.url);
const released = await loadBank(release);
const bank = await loadBank(artifact, { sha256: sha256(artifact) });

test("faces, mixtures, intensities and compositions have the vector's bits", () => {
  for (const { label, vad, style, speech, expected } of vector.faces) {
    const options = { vad, speech, style: style ?? undefined };
    assert.deepEqual(bits(bank.face(label, options)), expected);
  }
  for (const { weights, vad, speech, expected } of vector.mixtures) {
    assert.deepEqual(bits(bank.face(weights, { vad, speech })), expected);
  }
  for (const { label, intensity, expected } of vector.intensities) {
    assert.deepEqual(bits(bank.point(label, { intensity })), expected);
    const found = bank.face(label, { intensity });
    assert.deepEqual(found, bank.face(label, { vad: bank.point(label, { intensity }) }));
  }
  for (const { face, visemes, expected } of vector.compositions) {
    assert.deepEqual(bits(bank.compose(Float32Array.from(face), visemes)), expected);
  }
});

test("an option that there is not is refused by name, with the nearest", async () => {
  const network = new Uint8Array(readFileSync(new URL("../trainer/mien_trainer/networks/lips-small.onnx", import.meta.url)));
  const speaker = await createSpeaker({ bank: released, network, life: { prosody: 0 } });
  const reader = new Reader(new Uint8Array(readFileSync(new URL("../presets/releases/readers/linear/1.0.0/linear.safetensors", import.meta.url))), released);
  const joy = bank.labels[0];
  const refused = {
    point: () => bank.point(joy, { intesity: 0.5 }),
    face: () => bank.face(joy, { at: "high", intesity: 0.5 }),
    faces: () => bank.faces([joy], [0, 0, 0], { intesity: 1 }),
    evaluator: () => bank.evaluator.face(joy, [0, 0, 0], { speach: 1 }),
    moment: () => bank.moment(joy, 0, { speach: 1 }),
    duration: () => bank.duration(joy, { sequense: "x" }),
    readArtifact: () => readArtifact(artifact, { sha265: "0" }),
    show: () => speaker.show("joy", { stile: "gentle" }),
    read: () => reader.read("Hello", { strenght: 1 }),
    readLines: () => [...reader.readLines(["Hello"], { strenght: 1 })],
    loadBank: () => loadBank(artifact, { sha265: "0" }),
    loadNetwork: () => loadNetwork(network, { sha265: "0" }),
    createSpeaker: () => createSpeaker({ bank: released, network, delya: 20 }),
    life: () => createSpeaker({ bank: released, network, life: { prosdy: 0 } }),
    listen: () => speaker.listen({ steam: null }),
    play: () => speaker.play([], { rates: 8000 }),
  };
  for (const [name, call] of Object.entries(refused)) {
    await assert.rejects(async () => call(), { name: "TypeError", message: / has no option \w+ \(did you mean \w+\?\)|no option intesity: it has style, speech, out/ }, name);
  }
  assert.throws(() => bank.face(joy, { ad: 1, colour: "red", intesity: 1 }), /face has no option ad \(did you mean vad\?\), colour, intesity \(/);
  assert.throws(() => bank.face(joy, "high"), /face: expected options such as \{ vad: … \}, found high/);
});

test("many faces at once are each face", () => {
  const plain = vector.faces.filter(({ style, speech }) => style === null && speech === 0).slice(0, 40);
  const rows = bank.faces(plain.map(({ label }) => label), plain.flatMap(({ vad }) => vad));
  const width = bank.channels.length;
  assert.ok(plain.length > 4);
  plain.forEach(({ expected }, row) => {
    assert.deepEqual(bits(rows.slice(row * width, (row + 1) * width)), expected);
  });
  assert.throws(() => bank.faces(["label0"], [0, 0]), /expected 3 numbers of vads/);
});

test("labels in time have the vector's bits", async () => {
  const timed = await loadBank(new URL("timed.safetensors", docs));
  const { times } = read("timed.json");
  const intensities = timed.intensities;
  for (const q of times) {
    const at = intensities[q.intensity] ?? intensities[0];
    const sequence = q.sequence ?? undefined;
    const found = timed.moment(q.label, q.time, { at, sequence, hold: q.hold });
    assert.deepEqual(bits(found.head), q.head);
    assert.deepEqual(bits(found.gaze), q.gaze);
  }
  for (const [time, hold] of [[NaN, 0], [undefined, 0], [0, NaN]]) {
    assert.throws(() => timed.moment(times[0].label, time, { hold }), /expected milliseconds/);
  }
});

test("places are refused in words", () => {
  assert.throws(() => bank.face("joie"), /no label joie: the bank has/);
  assert.throws(() => bank.face("label0", { at: "huge" }), /no anchor huge of label0: it has/);
  assert.throws(() => bank.face("label0", { vad: [0, 0, 0], intensity: 1 }), /only one of/);
  assert.throws(() => bank.face({ label0: 1 }, { style: "style0" }), /a mixture has none/);
});

test("another bank, a damaged one and none are refused", async () => {
  const other = loadBank(artifact, { sha256: "0".repeat(64) });
  await assert.rejects(other, (error) => error instanceof ArtifactError && error.code === "other-sha256");
  const damaged = artifact.slice();
  damaged[damaged.length - 1] ^= 1;
  await assert.rejects(loadBank(damaged), ArtifactError);
  await assert.rejects(loadBank(new URL("no.safetensors", docs)), /no such file/);
});

test("morphs of a mesh are found under the spellings of programs", () => {
  const mesh = {
    morphTargetDictionary: { "head.jawOpen": 0, MouthSmile_L: 1, browDown_R: 2, hat: 3 },
    morphTargetInfluences: [0, 0, 0, 0.5],
  };
  const channels = ["jawOpen", "mouthSmileLeft", "browDownRight", "tongueOut"];
  const found = applyToMesh(mesh, [0.25, 0.5, 2, 1], channels);
  assert.deepEqual(mesh.morphTargetInfluences, [0.25, 0.5, 1, 0.5]);
  assert.deepEqual([...found.present].sort(), ["browDownRight", "jawOpen", "mouthSmileLeft"]);
  assert.ok(found.missing.includes("tongueOut"));
  assert.deepEqual(found.unknown, ["hat"]);
  found.rest();
  assert.deepEqual(mesh.morphTargetInfluences, [0, 0, 0, 0.5]);
});

test("a tree, a list and weights by names are driven alike", () => {
  const parts = [1, 2].map(() => ({ morphTargetDictionary: { jawOpen: 0 }, morphTargetInfluences: [0] }));
  const tree = { traverse: (visit) => [{}, ...parts].forEach(visit) };
  const named = { names: ["x", "jawOpen"], weights: new Float32Array(2) };
  applyToMesh([tree, named], [1], ["jawOpen"]);
  assert.deepEqual(parts.map((one) => one.morphTargetInfluences[0]), [1, 1]);
  assert.deepEqual([...named.weights], [0, 1]);
});

test("a model without the shapes is told what it has", () => {
  const mesh = { morphTargetDictionary: { smile: 0, hat: 1 }, morphTargetInfluences: [0, 0] };
  assert.throws(() => applyToMesh(mesh, [1], ["jawOpen"]), (error) => {
    return error instanceof ModelError && /none of the 52 ARKit shapes: its morphs are smile, hat/.test(error.message);
  });
  assert.throws(() => applyToMesh({}, [1], ["jawOpen"]), /no morphs with names/);
});

test("an avatar's expressions come before its morphs, and its presets stand in for none", () => {
  const mesh = { morphTargetDictionary: { jawOpen: 0, mouthPucker: 1 }, morphTargetInfluences: [0, 0] };
  const perfect = avatar([["JawOpen", mesh, 0]], [mesh]);
  applyToVRM(perfect, [0.5, 0.25], ["jawOpen", "mouthPucker"]);
  assert.equal(perfect.expressionManager.expressions[0].weight, 0.5);
  assert.deepEqual(mesh.morphTargetInfluences, [0.5, 0.25]);
  const plain = { morphTargetDictionary: { mouth: 0 }, morphTargetInfluences: [0] };
  const coarse = applyToVRM(avatar([["aa", plain, 0]], [plain]), [0.5], ["jawOpen"]);
  assert.equal(plain.morphTargetInfluences[0], 0.5);
  assert.match(coarse.remarks.join(), /presets of VRM stand in/);
});

test("a TalkingHead gets a mood of its own, or every morph, and both back", () => {
  const moods = [];
  const head = {
    animMoods: { neutral: { baseline: { x: 1 }, anims: [{ name: "blink" }, { name: "mouth", old: true }] } },
    mtAvatar: Object.fromEntries([...bank.channels.slice(1), "eyesLookUp"].map((name) => [name, {}])),
    setMood: (name) => moods.push(name),
  };
  const face = talkingHead(head, bank);
  assert.deepEqual(face.missing, [bank.channels[0]]);
  face.mood(bank.labels[0]);
  assert.deepEqual(moods, ["mien"]);
  const { anims, baseline } = head.animMoods.mien;
  assert.deepEqual(anims.map(({ name, old }) => [name, old]), [["blink", undefined], ["mouth", undefined]]);
  assert.ok(Object.values(baseline).every((weight) => weight > 0 && weight <= 1));
  face.show([0.5], [bank.channels[1]]);
  assert.deepEqual(head.mtAvatar[bank.channels[1]], { realtime: 0.5, needsUpdate: true });
  assert.equal(head.mtAvatar.eyesLookUp.realtime, 0);
  face.release();
  assert.equal(head.mtAvatar[bank.channels[1]].realtime, null);
  assert.throws(() => talkingHead({ ...head, mtAvatar: {} }, bank), /call showAvatar/);
});

const lips = new Uint8Array(readFileSync(new URL("../trainer/mien_trainer/networks/lips.onnx", import.meta.url)));
const onnx = new Uint8Array(readFileSync(new URL("../trainer/mien_trainer/networks/default.onnx", import.meta.url)));

test("a network that is another, damaged or none of mien's is refused", async () => {
  const refused = (data, pattern, options) =>
    assert.rejects(loadNetwork(data, options), (error) => error instanceof NetworkError && pattern.test(error.message));
  await refused(onnx, /sha256 is [0-9a-f]{64}, expected 00/, { sha256: "00" });
  await refused(onnx.subarray(0, 5000), /not an ONNX file, or cut short/);
  await refused(new Uint8Array(50), /not an ONNX file/);
  await refused(artifact, /not an ONNX file/);
  await refused(renamed(onnx, "mien/network/1", "mien/network/9"), /schema mien\/network\/9, expected mien\/network\/1 or mien\/lip-network\/1/);
  await refused(renamed(onnx, "frame_rate\":60", "frame_rate\":30"), /30 frames a second/);
  await refused(renamed(onnx, "MatMul", "MatMum"), /its graph has MatMum/);
  await refused(renamed(lips, '["sil","PP"', '["PP","sil"'), /its metadata is not that of mien\/lip-network\/1/);
  await refused(renamed(lips, '"delays":[0,2', '"delays":[2,2'), /its metadata is not that of/);
  await refused(renamed(lips, "heads", "hands"), /its graph has no heads/);
});

for (const [kind, network] of Object.entries({ lips, faces: onnx })) test(`lips of a network of ${kind} are at rest without sound, and after it`, async () => {
  const speaker = await createSpeaker({ bank: released, network, life: false });
  assert.match(speaker.said, kind === "lips" ? /under the faces of default 1\.1\.0, by composition, 87 ms/ : /by composition$/);
  speaker.show("joy");
  const still = released.face("joy");
  assert.deepEqual(speaker.frame(0).weights, still);
  const noise = Float32Array.from({ length: 16000 }, (_, at) => 0.3 * Math.sin(at / 6) * Math.sin(at / 400));
  await speaker.push(noise);
  let most = 0;
  for (let ms = 16; ms < 900; ms += 16) most = Math.max(most, far(speaker.frame(ms).weights, still));
  assert.ok(most > 0.05, `it spoke by ${most}`);
  for (let ms = 900; ms < 3000; ms += 16) speaker.frame(ms);
  assert.deepEqual(speaker.frame(3016).weights, still);
});

test("a network of another bank's faces gives its lips alone, and says whose they are", async () => {
  const { said } = await createSpeaker({ bank, network: onnx });
  assert.match(said, new RegExp(`^lips of the network .+ \\(default 1\\.1\\.0\\) under the faces of ${bank.id} `));
});

test("a page that was hidden goes on, and a network that stops leaves the face at rest", async () => {
  const news = [];
  const speaker = await createSpeaker({ bank: released, network: lips, onNews: (one) => news.push(one) });
  speaker.show("anger", { at: "high" });
  speaker.frame(0);
  assert.ok(speaker.frame(3_600_000).weights.every((one) => one >= 0 && one <= 1));
  speaker.network.run = () => {
    throw new Error("out of memory");
  };
  await speaker.push(new Float32Array(4000));
  assert.equal(news[0].code, "network");
  assert.match(news[0].message, /the network stopped \(out of memory\)\. The face is at rest/);
  for (let ms = 0; ms < 1000; ms += 16) speaker.frame(3_600_000 + ms);
  const rest = speaker.frame(3_601_000).weights;
  const brows = released.channels.flatMap((name, c) => (name.startsWith("browDown") ? [rest[c]] : []));
  assert.deepEqual(brows, [0, 0]);
});

test("what cannot be shown or heard is refused in words", async () => {
  await assert.rejects(createSpeaker({ bank: released, network: lips, delay: 50 }), /a delay of 50 ms: expected one of 20, 53, 87, 120/);
  const speaker = await createSpeaker({ bank: released, network: lips });
  assert.throws(() => speaker.show("joie"), /no label joie/);
  assert.throws(() => speaker.show("joy", { transition: 0 }), /transition 0: expected 0.05 to 60 seconds/);
  assert.throws(() => speaker.show("joy", { strength: 2 }), /strength 2/);
  assert.throws(() => speaker.push(new Float32Array(10), 1000), /1000 samples a second: expected 8000 to 192000/);
  await assert.rejects(speaker.listen(), { name: "SoundError", code: "no-audio" });
});

/** How far two faces are apart in one channel, at most. */
function far(one, other) {
  return one.reduce((most, weight, c) => Math.max(most, Math.abs(weight - other[c])), 0);
}

/** The bytes with a text in the place of another of the same length. */
function renamed(data, from, to) {
  const changed = Buffer.from(data);
  for (let at = changed.indexOf(from); at >= 0; at = changed.indexOf(from, at + 1)) changed.write(to, at);
  return new Uint8Array(changed);
}

/** An avatar as three-vrm has it; of each expression name, mesh and index. */
function avatar(expressions, meshes) {
  const list = expressions.map(([expressionName, mesh, index]) => {
    return { expressionName, weight: 0, isBinary: false, binds: [{ primitives: [mesh], index, weight: 1 }] };
  });
  const update = () => {
    for (const { binds } of list) for (const one of binds) one.primitives[0].morphTargetInfluences[one.index] = 0;
    for (const { binds, weight } of list) {
      for (const one of binds) one.primitives[0].morphTargetInfluences[one.index] += weight * one.weight;
    }
  };
  return {
    scene: { traverse: (visit) => meshes.forEach(visit) },
    expressionManager: { expressions: list, update },
    meta: { metaVersion: "1" },
  };
}

function bits(face) {
  const words = new Uint32Array(Float32Array.from(face).buffer);
  return Array.from(words, (word) => word.toString(16).padStart(8, "0"));
}
