// What a model's names, morphs and expressions become: with three.js, without a browser.

import assert from "node:assert/strict";
import { register } from "node:module";
import { test } from "node:test";

const WEB = new URL("../compiler/mien/web/", import.meta.url);
const PLACES = {
  three: new URL("vendor/three/modules/three.module.min.js", WEB).href,
  "@pixiv/three-vrm": new URL("vendor/three-vrm/three-vrm.module.min.js", WEB).href,
};
const HOOK = `const places = ${JSON.stringify(PLACES)};
export function resolve(name, context, next) {
  return name in places ? { url: places[name], shortCircuit: true } : next(name, context);
}
export async function load(url, context, next) {
  return next(url, Object.values(places).includes(url) || url.includes("/web/") ? { ...context, format: "module" } : context);
}`;
register(`data:text/javascript,${encodeURIComponent(HOOK)}`);

const { BufferAttribute, BufferGeometry, Group, Mesh, PerspectiveCamera, Vector3 } = await import("three");
const { VRMExpression, VRMExpressionMorphTargetBind } = await import("@pixiv/three-vrm");
const { frameHead } = await import("../compiler/mien/web/avatar/fit.js");
const { applyShapes, findShapes } = await import("../compiler/mien/web/avatar/shapes.js");
const { headBox, movedBox, movedVertices } = await import("../compiler/mien/web/avatar/region.js");
const { targetNames } = await import("../compiler/mien/web/avatar/target_names.js");

/** A mesh whose target k moves the vertices of `moves[k]` (vertex to distance). */
function meshOf(moves, heights = [0, 1, 2, 3, 4, 5]) {
  const geometry = new BufferGeometry();
  const points = heights.flatMap((y, x) => [x % 2, y, 0]);
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
  geometry.morphTargetsRelative = true;
  geometry.morphAttributes.position = moves.map((move) => {
    const vectors = new Float32Array(points.length);
    for (const [vertex, distance] of Object.entries(move)) vectors[3 * Number(vertex) + 2] = distance;
    return new BufferAttribute(vectors, 3);
  });
  const mesh = new Mesh(geometry);
  mesh.updateMorphTargets();
  return mesh;
}

function named(mesh, ...names) {
  return new Map([[mesh, names.map((name, index) => [name, index])]]);
}

function managerOf(expressions) {
  return {
    expressions,
    update() {
      for (const one of expressions) one.clearAppliedWeight();
      for (const one of expressions) one.applyWeight();
    },
  };
}

function expression(name, mesh, index, { weight = 1, isBinary = false } = {}) {
  const made = new VRMExpression(name);
  made.isBinary = isBinary;
  made.addBind(new VRMExpressionMorphTargetBind({ primitives: [mesh], index, weight }));
  return made;
}

function influences(mesh, shapes, manager, weights) {
  applyShapes(shapes, manager, (channel) => weights[channel] ?? 0);
  return mesh.morphTargetInfluences.map((one) => Math.round(one * 1000) / 1000);
}

/** What `targetNames` makes of one mesh with `count` shapes in a file that says this of it. */
function namesOf(count, definition) {
  const mesh = meshOf(Array.from({ length: count }, () => ({ 0: 1 })));
  const gltf = {
    scene: new Group().add(mesh),
    parser: { associations: new Map([[mesh, { meshes: 0, primitives: 0 }]]) },
  };
  const { names, remarks } = targetNames(gltf, { meshes: [{ name: "Head", ...definition }] });
  return [(names.get(mesh) ?? []).map(([name]) => name), remarks];
}

test("names stand with the mesh or with its primitive", () => {
  const listed = { targetNames: ["jawOpen", "tongueOut"] };
  assert.deepEqual(namesOf(2, { extras: listed }), [listed.targetNames, []]);
  assert.deepEqual(namesOf(2, { primitives: [{ extras: listed }] }), [listed.targetNames, []]);
  const both = { extras: { targetNames: ["one"] }, primitives: [{ extras: listed }] };
  assert.deepEqual(namesOf(2, both), [listed.targetNames, []]);
});

test("a Basis left in the names is left out, and said", () => {
  const [names, remarks] = namesOf(2, { extras: { targetNames: ["Basis", "jawOpen", "tongueOut"] } });
  assert.deepEqual(names, ["jawOpen", "tongueOut"]);
  assert.match(remarks.join(), /Head names Basis, the face at rest, among its shapes/);
});

test("fewer names or none are explained, not guessed", () => {
  const [few, why] = namesOf(3, { extras: { targetNames: ["jawOpen"] } });
  assert.deepEqual(few, []);
  assert.match(why.join(), /Head has 1 name for 3 shapes/);
  const [more, reason] = namesOf(1, { extras: { targetNames: ["jawOpen", "tongueOut"] } });
  assert.deepEqual(more, []);
  assert.match(reason.join(), /2 names for 1 shape:/);
  assert.match(namesOf(3, {})[1].join(), /Head has 3 shapes without names/);
});

test("two targets of one name are both driven, and said", () => {
  const [names, remarks] = namesOf(3, { extras: { targetNames: ["jawOpen", "jawOpen", "x"] } });
  assert.match(remarks.join(), /several shapes called jawOpen/);
  const mesh = meshOf([{ 0: 1 }, { 1: 1 }, { 2: 1 }]);
  const shapes = findShapes(named(mesh, ...names), undefined, "glTF");
  assert.deepEqual(influences(mesh, shapes, undefined, { jawOpen: 0.5 }), [0.5, 0.5, 0]);
  assert.deepEqual(shapes.unknown, ["x"]);
});

test("of two spellings of one channel the nearer is driven", () => {
  const mesh = meshOf([{ 0: 1 }, { 1: 1 }]);
  const shapes = findShapes(named(mesh, "Head_jawOpen", "jawOpen"), undefined, "glTF");
  assert.deepEqual(influences(mesh, shapes, undefined, { jawOpen: 1 }), [0, 1]);
});

test("binds on the other version's scale are scaled, and said", () => {
  for (const [format, weight, others] of [
    ["VRM 1.0", 100, 40],
    ["VRM 0.x", 0.01, 0.004],
  ]) {
    const mesh = meshOf([{ 0: 1 }, { 1: 1 }]);
    const manager = managerOf([
      expression("jawOpen", mesh, 0, { weight }),
      expression("tongueOut", mesh, 1, { weight: others }),
    ]);
    const shapes = findShapes(new Map(), manager, format);
    assert.match(shapes.remarks.join(), /they are scaled/);
    assert.deepEqual(influences(mesh, shapes, manager, { jawOpen: 1, tongueOut: 1 }), [1, 0.4]);
  }
});

test("binds on the right scale stay", () => {
  for (const format of ["VRM 1.0", "VRM 0.x"]) {
    const mesh = meshOf([{ 0: 1 }]);
    const manager = managerOf([expression("jawOpen", mesh, 0, { weight: 0.8 })]);
    const shapes = findShapes(new Map(), manager, format);
    assert.deepEqual(shapes.remarks, []);
    assert.deepEqual(influences(mesh, shapes, manager, { jawOpen: 1 }), [0.8]);
  }
});

test("a clip that only switches gives way to the morphs beneath", () => {
  const mesh = meshOf([{ 0: 1 }, { 1: 1 }, { 2: 1 }]);
  const manager = managerOf([
    expression("jawOpen", mesh, 1, { isBinary: true }),
    expression("tongueOut", mesh, 2, { isBinary: true }),
  ]);
  const shapes = findShapes(named(mesh, "jawOpen", "x", "y"), manager, "VRM 1.0");
  assert.match(shapes.remarks.join(), /jawOpen only switches on and off/);
  assert.deepEqual(influences(mesh, shapes, manager, { jawOpen: 0.3, tongueOut: 0.4 }), [0.3, 0, 0.4]);
});

test("presets stand in on a VRM without the shapes, and say how far", () => {
  const names = ["happy", "angry", "sad", "relaxed", "surprised", "aa", "ih", "ou", "ee", "oh", "blink"];
  const mesh = meshOf(names.map((_, at) => ({ [at % 6]: 1 })));
  const manager = managerOf(names.map((name, index) => expression(name, mesh, index)));
  const shapes = findShapes(new Map(), manager, "VRM 1.0");
  assert.match(shapes.remarks.join(), /The presets of VRM stand in for 22 of them, roughly: blink, happy/);
  assert.equal(shapes.present.length, 22);
  assert.deepEqual(shapes.unknown, []);
  const joy = { mouthSmileLeft: 0.8, mouthSmileRight: 0.8, jawOpen: 0.2, eyeBlinkLeft: 1, eyeBlinkRight: 1 };
  const set = influences(mesh, shapes, manager, joy);
  assert.deepEqual(Object.fromEntries(names.map((name, at) => [name, set[at]]).filter(([, one]) => one)), {
    happy: 0.8,
    aa: 0.2,
    blink: 1,
  });
  assert.deepEqual(new Set(influences(mesh, shapes, manager, {})), new Set([0]));
});

test("VRoid's morphs come before the presets", () => {
  const mesh = meshOf([{ 0: 1 }, { 1: 1 }, { 2: 1 }]);
  const names = named(mesh, "Face.M_F00_000_Fcl_BRW_Angry", "Fcl_MTH_Fun", "Fcl_EYE_Close_L");
  const manager = managerOf([expression("happy", mesh, 1)]);
  const shapes = findShapes(names, manager, "VRM 0.x");
  assert.match(shapes.remarks.join(), /VRoid's morphs stand in for 5 of them/);
  const frown = { browDownLeft: 1, browDownRight: 0.5, mouthSmileLeft: 1, eyeBlinkLeft: 0.6 };
  assert.deepEqual(influences(mesh, shapes, manager, frown), [0.75, 0.5, 0.6]);
});

test("nothing stands in where a model has one of the shapes", () => {
  const mesh = meshOf([{ 0: 1 }, { 1: 1 }]);
  const manager = managerOf([expression("happy", mesh, 1)]);
  const shapes = findShapes(named(mesh, "jawOpen", "smile"), manager, "VRM 1.0");
  assert.deepEqual(shapes.present, ["jawOpen"]);
  assert.deepEqual(shapes.remarks, []);
  assert.deepEqual(shapes.unknown, ["smile"]);
});

test("halves of a channel in another system are driven together", () => {
  const mesh = meshOf([{ 0: 1 }, { 1: 1 }, { 2: 1 }]);
  const shapes = findShapes(named(mesh, "BrowInnerUpLeft", "BrowInnerUpRight", "Sneer"), undefined, "glTF");
  assert.deepEqual(shapes.present, ["browInnerUp", "noseSneerLeft", "noseSneerRight"]);
  assert.deepEqual(influences(mesh, shapes, undefined, { browInnerUp: 0.4, noseSneerLeft: 1 }), [0.4, 0.4, 1]);
});

function shapesOf(targets) {
  return { targets: new Map(Object.entries(targets)), present: Object.keys(targets) };
}

test("one channel cannot stretch the frame", () => {
  const heights = [0, 1, 2, 3, 4, -100];
  const mesh = meshOf([{ 0: 1, 4: 1 }, { 1: 1, 3: 1 }, { 2: 1, 5: 1 }], heights);
  const target = (index) => [{ mesh, index, weight: 1 }];
  const box = movedBox(shapesOf({ browInnerUp: target(0), mouthClose: target(1), noseSneerLeft: target(2) }));
  assert.ok(box.min.y >= -1 && box.min.y <= 0, `${box.min.y}`);
  assert.ok(box.max.y > 3.5 && box.max.y <= 4, `${box.max.y}`);
});

test("a head is seen to the top of its skull, without what stands far over it", () => {
  const mesh = meshOf([{ 0: 1, 1: 1, 2: 1 }], [0, 1, 2, 3, 3.5, 9, -4]);
  const face = movedBox(shapesOf({ browInnerUp: [{ mesh, index: 0, weight: 1 }] }));
  const head = headBox(mesh, face);
  assert.deepEqual([face.min.y, face.max.y], [0, 2]);
  assert.deepEqual([head.min.y, head.max.y], [0, 3.5]);
  const camera = new PerspectiveCamera(18, 1);
  for (const aspect of [0.6, 1, 2]) {
    frameHead(camera, face, head, aspect);
    camera.updateMatrixWorld();
    for (const y of [0, 3.5]) {
      const seen = new Vector3(0, y, face.max.z).project(camera);
      assert.ok(Math.abs(seen.y) < 1, `${y} at ${aspect}`);
    }
  }
});

test("a mesh that barely follows does not count", () => {
  const face = meshOf([{ 0: 1, 3: 0.5 }]);
  const body = meshOf([{ 5: 0.01 }], [0, 0, 0, 0, 0, -50]);
  const both = [face, body].map((mesh) => ({ mesh, index: 0, weight: 1 }));
  const box = movedBox(shapesOf({ browInnerUp: both }));
  assert.deepEqual([box.min.y, box.max.y], [0, 3]);
  assert.deepEqual(movedVertices(both[1]), [5]); // by itself it moves something
});
