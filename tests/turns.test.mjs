// Heads and eyes of scenes are turned by name, about the model's axes, on top of what moves them besides.

import assert from "node:assert/strict";
import { test } from "node:test";

import { eyesAmong, middleAmong } from "../compiler/mien/web/avatar/joints.js";
import { applyToMesh } from "../compiler/mien/web/models.js";
import { Bone, Group, Mesh, Quaternion, Vector3 } from "../compiler/mien/web/vendor/three/modules/three.core.min.js";

const LEFT_ON_FACE = ["jawOpen", "eyeLookOutLeft", "eyeLookInRight"];

/** A scene whose bones have axes of their own. */
function scene({ neck = true, shapes = ["jawOpen"] } = {}) {
  const root = new Group();
  const spine = named("mixamorigSpine", root, [0.3, -0.4, 0.2]);
  const above = neck ? named("mixamorigNeck", spine, [1.2, 0.1, -0.3]) : spine;
  const head = named("mixamorigHead", above, [-0.5, 0.9, 0.4]);
  const eyes = ["LeftEye", "RightEye"].map((name) => named(`mixamorig${name}`, head, [0.2, 0.1, 1.4]));
  const mesh = new Mesh();
  mesh.morphTargetDictionary = Object.fromEntries(shapes.map((name, index) => [name, index]));
  mesh.morphTargetInfluences = shapes.map(() => 0);
  root.add(mesh);
  root.updateMatrixWorld(true);
  return { root, head, eyes, rest: [head, ...eyes].map(turned) };
}

function named(name, parent, [x, y, z]) {
  const bone = Object.assign(new Bone(), { name });
  bone.rotation.set(x, y, z);
  parent.add(bone);
  return bone;
}

function turned(node) {
  return node.getWorldQuaternion(new Quaternion());
}

/** Where the model's own front and top are after a turn of a node from its rest. */
function ways(node, rest) {
  const by = turned(node).multiply(rest.clone().invert());
  return { front: new Vector3(0, 0, 1).applyQuaternion(by), top: new Vector3(0, 1, 0).applyQuaternion(by) };
}

for (const neck of [true, false]) test(`a head turns right, down and to its shoulder, ${neck ? "with" : "without"} a neck`, () => {
  const { root, head, rest } = scene({ neck });
  const show = (turn) => {
    const found = applyToMesh(root, [0], ["jawOpen"], turn);
    root.updateMatrixWorld(true);
    assert.equal(found.turns, true);
    return ways(head, rest[0]);
  };
  assert.ok(Math.abs(show([30, 0, 0]).front.x + 0.5) < 1e-6); // the subject's right is -x
  assert.ok(Math.abs(show([0, 30, 0]).front.y + 0.5) < 1e-6);
  assert.ok(Math.abs(show([0, 0, 30]).top.x + 0.5) < 1e-6);
  for (let again = 0; again < 9; again += 1) show([30, 0, 0]);
  assert.ok(Math.abs(show([30, 0, 0]).front.x + 0.5) < 1e-6, "turns do not pile up");
  assert.ok(show([0, 0, 0]).front.z > 1 - 1e-9);
});

test("what somebody else animates stays under the turn", () => {
  const { root, head, rest } = scene({ neck: false });
  const nod = new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), 0.3);
  const animated = head.quaternion.clone().multiply(nod);
  for (let frame = 0; frame < 3; frame += 1) {
    head.quaternion.copy(animated);
    applyToMesh(root, [0], ["jawOpen"], [20, 0, 0]);
  }
  applyToMesh(root, [0], ["jawOpen"], [0, 0, 0]);
  assert.ok(head.quaternion.angleTo(animated) < 1e-6);
  assert.ok(turned(head).angleTo(rest[0]) > 0.2);
});

test("eyes are turned where no shape moves them, and left alone where one does", () => {
  const { root, eyes, rest } = scene();
  const found = applyToMesh(root, [0, 0.5, 0.5], LEFT_ON_FACE);
  root.updateMatrixWorld(true);
  assert.ok(!found.missing.includes("eyeLookInLeft"));
  eyes.forEach((eye, at) => assert.ok(Math.abs(ways(eye, rest[at + 1]).front.x - Math.sin((12 * Math.PI) / 180)) < 1e-6));
  const shaped = scene({ shapes: ["jawOpen", "eyeLookOutLeft"] });
  applyToMesh(shaped.root, [0, 0.5, 0.5], LEFT_ON_FACE);
  shaped.root.updateMatrixWorld(true);
  shaped.eyes.forEach((eye, at) => assert.ok(turned(eye).angleTo(shaped.rest[at + 1]) < 1e-9));
});

test("bones are known under the names of programs", () => {
  const list = (...names) => names.map((name) => ({ name }));
  for (const head of ["Head", "head", "mixamorigHead", "J_Bip_C_Head", "CC_Base_Head", "DEF-head", "Bip01 Head", "head_jnt"]) {
    assert.equal(middleAmong(list("Hips", "HeadTop_End", "headset", head), "head")?.name, head);
  }
  assert.equal(middleAmong(list("Spine", "neckLower2"), "neck"), undefined);
  const eyes = eyesAmong(list("EyeLashes_L", "CC_Base_L_Eye", "Eye_R", "eyelidLeft"));
  assert.deepEqual(eyes.map(({ name }) => name), ["CC_Base_L_Eye", "Eye_R"]);
});
