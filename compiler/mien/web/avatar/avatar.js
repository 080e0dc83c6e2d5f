/**
 * A head with the 52 shapes, drawn on a canvas: glTF, VRM 1.0 and VRM 0.x.
 *
 *     const avatar = createAvatar(canvas);
 *     const { missing } = await avatar.load(await file.arrayBuffer(), file.name);
 *     avatar.setWeights(face, channels);
 *
 * The page needs the import map of `studio.html`, and a security policy that lets WebAssembly run
 * (`script-src 'wasm-unsafe-eval'`), and workers and pictures come from blobs (`worker-src blob:`,
 * `connect-src` and `img-src` with `blob: data:`).
 *
 * @module
 */

import { VRMUtils } from "@pixiv/three-vrm";
import { Group, PerspectiveCamera, Vector3, WebGLRenderer } from "three";

import { readJson, readModel } from "./container.js";
import { FIELD_OF_VIEW, frameFace, frameHead, turnToFront } from "./fit.js";
import { findEyes, turnEyes } from "./gaze.js";
import { makeLoaders } from "./loaders.js";
import { applyLooks, findLooks } from "./looks.js";
import { isPlaster, paintPlaster } from "./paint.js";
import { straighten } from "./pupils.js";
import { headBox, movedBox, movedVertices, outward } from "./region.js";
import { applyShapes, findShapes, meshesOf } from "./shapes.js";
import { CHANNELS } from "./spellings.js";
import { makeStage } from "./stage.js";
import { targetNames } from "./target_names.js";

/** @typedef {import("three").Box3} Box3 */
/** @typedef {import("three").Object3D} Object3D */
/** @typedef {import("three/addons/loaders/GLTFLoader.js").GLTF} GLTF */
/** @typedef {import("@pixiv/three-vrm").VRMExpressionManager} VRMExpressionManager */
/** @typedef {import("@pixiv/three-vrm").VRMHumanoid} VRMHumanoid */
/** @typedef {import("./gaze.js").Eye} Eye */
/** @typedef {import("./looks.js").Look} Look */
/** @typedef {import("./shapes.js").Shapes} Shapes */

/**
 * @typedef {object} Facts what a model can do
 * @property {string} format "VRM 1.0", "VRM 0.x" or "glTF"
 * @property {string[]} present channels that it can show
 * @property {string[]} missing channels that it cannot
 * @property {string[]} still channels that are present and move nothing
 * @property {string[]} unknown names in the model that mean no channel
 * @property {string[]} remarks what was mended or replaced in it, in sentences
 * @property {boolean} eyes whether its eyes are turned as nodes of their own
 */

/**
 * @typedef {object} Avatar
 * @property {(buffer: ArrayBuffer, name: string) => Promise<Facts>} load replaces the model; where it
 *   rejects, with a message for people, the model before stays
 * @property {(weights: ArrayLike<number>, names: readonly string[]) => void} setWeights the whole face,
 *   drawn with the page's next frame; channels that are not named are at rest
 * @property {(yaw: number, pitch: number) => void} turn radians, to the head's own left and down
 * @property {() => void} frame draws now, at the canvas's size on the page
 * @property {() => void} dispose
 */

/**
 * @typedef {object} Head a model ready to be posed
 * @property {Group} holder
 * @property {Shapes} shapes
 * @property {readonly Eye[]} eyes to turn
 * @property {readonly Look[]} looks to set, where neither shapes nor turning moves the eyes
 * @property {VRMExpressionManager | undefined} manager
 * @property {Box3} face
 * @property {Box3} skull the whole head around the face
 */

const SHOWN = 6;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{basis?: string, pixelRatio?: number, close?: boolean}} [options] `basis`: the address of the
 *   folder of the Basis transcoder, where it is not the vendored one; `close`: the face alone fills
 *   the picture, without the skull
 * @returns {Avatar}
 * @throws {Error} the browser has no WebGL
 */
export function createAvatar(canvas, options = {}) {
  const renderer = makeRenderer(canvas);
  const loaders = makeLoaders(renderer, options.basis);
  const stage = makeStage();
  const camera = new PerspectiveCamera(FIELD_OF_VIEW, 1);
  /** @type {Head | undefined} */
  let head;
  let loads = 0;
  let size = "";
  let due = 0;
  const resized = new ResizeObserver(soon);
  resized.observe(canvas);

  /** @param {Head} next */
  function show(next) {
    if (head) discard(head.holder);
    head = next;
    size = "";
    stage.add(next.holder);
    soon();
  }

  /** Draw with the page's next frame, once however much changes before it. */
  function soon() {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(frame);
  }

  function frame() {
    cancelAnimationFrame(due);
    if (!head) return;
    const ratio = options.pixelRatio ?? globalThis.devicePixelRatio ?? 1;
    const [width, height] = [canvas.clientWidth || 1, canvas.clientHeight || 1];
    if (size !== `${width} ${height} ${ratio}`) {
      size = `${width} ${height} ${ratio}`;
      renderer.setPixelRatio(ratio);
      renderer.setSize(width, height, false);
      if (options.close) frameFace(camera, head.face, width / height);
      else frameHead(camera, head.face, head.skull, width / height);
    }
    renderer.render(stage, camera);
  }

  return {
    frame,
    async load(buffer, name) {
      loads += 1;
      const turn = loads;
      const { format, basis } = readModel(buffer, name);
      if (basis) await loaders.readyForBasis();
      const gltf = await parse(loaders, buffer, name);
      const next = makeHead(gltf, name, format, readJson(buffer, name));
      makeReadable(renderer, next);
      if (turn !== loads) {
        discard(next.holder);
        throw new Error(`${name} made way for a newer model`);
      }
      show(next);
      return { ...factsOf(next), format };
    },
    setWeights(weights, names) {
      if (!head) return;
      const face = new Map(names.map((name, index) => [name, weights[index] ?? 0]));
      pose(head, (channel) => Math.min(1, Math.max(0, face.get(channel) ?? 0)));
      soon();
    },
    turn(yaw, pitch) {
      head?.holder.rotation.set(pitch, yaw, 0);
      soon();
    },
    dispose() {
      loads += 1;
      cancelAnimationFrame(due);
      resized.disconnect();
      if (head) discard(head.holder);
      head = undefined;
      loaders.dispose();
      renderer.dispose();
    },
  };
}

/** @param {HTMLCanvasElement} canvas @returns {WebGLRenderer} */
function makeRenderer(canvas) {
  try {
    return new WebGLRenderer({ canvas, antialias: true, preserveDrawingBuffer: true });
  } catch {
    throw new Error("this browser has no WebGL 2, which 3-D avatars need");
  }
}

/**
 * @param {import("./loaders.js").Loaders} loaders
 * @param {ArrayBuffer} buffer
 * @param {string} name
 * @returns {Promise<GLTF>}
 */
async function parse(loaders, buffer, name) {
  try {
    return await loaders.loader.parseAsync(buffer, "");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} cannot be read: ${reason.replace(/^THREE\.\w+: /, "")}`);
  }
}

/**
 * @param {GLTF} gltf
 * @param {string} name
 * @param {string} format
 * @param {Record<string, unknown>} json
 * @returns {Head}
 */
function makeHead(gltf, name, format, json) {
  const root = /** @type {Group | undefined} */ (gltf.scene);
  if (!root) throw new Error(`${name} has no scene: nothing in it is shown`);
  /** @type {VRMExpressionManager | undefined} */
  const manager = gltf.userData.vrmExpressionManager ?? undefined;
  /** @type {VRMHumanoid | undefined} */
  const humanoid = gltf.userData.vrmHumanoid ?? undefined;
  if (gltf.userData.vrm) VRMUtils.rotateVRM0(gltf.userData.vrm);
  const { names, remarks } = targetNames(gltf, json);
  const found = findShapes(names, manager, format);
  const shapes = { ...found, remarks: [...remarks, ...found.remarks] };
  if (shapes.present.length === 0) {
    discard(root);
    const why = [`${name} has none of the 52 ARKit shapes: ${morphsInWords(names)}`, ...shapes.remarks];
    throw new Error(why.join(". "));
  }
  // Boxes of moving meshes are those of the model at rest.
  for (const mesh of meshesOf(root)) mesh.frustumCulled = false;
  const front = new Group().add(root);
  const holder = new Group().add(front);
  pose({ shapes, manager, eyes: [], looks: [] }, () => 0);
  holder.updateMatrixWorld(true);
  front.rotation.y = turnToFront(outward(shapes));
  holder.updateMatrixWorld(true);
  const face = movedBox(shapes);
  if (face.isEmpty()) {
    discard(root);
    throw new Error(`the shapes of ${name} move nothing`);
  }
  const skull = headBox(root, face);
  const eyes = findEyes(root, shapes, humanoid);
  // The head turns about the middle of its face, not about the model's feet.
  const middle = face.getCenter(new Vector3());
  holder.position.copy(middle);
  front.position.sub(middle);
  holder.updateMatrixWorld(true);
  const gazes = eyes.length > 0 || shapes.present.some((channel) => channel.startsWith("eyeLook"));
  return { holder, shapes, eyes, looks: gazes ? [] : findLooks(manager), manager, face, skull };
}

/** @param {WebGLRenderer} renderer @param {Head} head */
function makeReadable(renderer, head) {
  straighten(renderer, head.holder, head.eyes);
  turnEyes(head.eyes, () => 0);
  const camera = new PerspectiveCamera(FIELD_OF_VIEW, 1);
  frameFace(camera, head.face, 1);
  camera.updateMatrixWorld();
  if (!isPlaster(renderer, camera, head.holder)) return;
  const skin = [...head.shapes.targets.values()].flatMap((found) => found.map(({ mesh }) => mesh));
  paintPlaster(
    [...new Set(skin)],
    head.eyes.map(({ node }) => node),
    head.holder,
  );
}

/**
 * @param {Pick<Head, "shapes" | "manager" | "eyes" | "looks">} head
 * @param {(channel: string) => number} weightOf
 */
function pose({ shapes, manager, eyes, looks }, weightOf) {
  applyLooks(looks, weightOf);
  applyShapes(shapes, manager, weightOf);
  turnEyes(eyes, weightOf);
}

/** @param {Head} head @returns {Pick<Facts, "present" | "missing" | "still" | "unknown" | "remarks" | "eyes">} */
function factsOf({ shapes, eyes, looks }) {
  const { targets } = shapes;
  const looked = new Set(looks.flatMap(({ channels }) => channels));
  const moved = (/** @type {string} */ channel) =>
    targets.has(channel) ||
    looked.has(channel) ||
    (eyes.length > 0 && channel.startsWith("eyeLook"));
  const present = CHANNELS.filter(moved);
  const missing = CHANNELS.filter((channel) => !moved(channel));
  const still = shapes.present.filter((channel) =>
    (targets.get(channel) ?? []).every((target) => movedVertices(target).length === 0),
  );
  const { unknown, remarks } = shapes;
  return { present, missing, still, unknown, remarks, eyes: eyes.length > 0 };
}

/** @param {import("./target_names.js").TargetNames} targets @returns {string} */
function morphsInWords(targets) {
  const names = [...new Set([...targets.values()].flatMap((list) => list.map(([name]) => name)))];
  if (names.length === 0) return "it has no morph targets with names";
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return `its morph targets are ${names.slice(0, SHOWN).join(", ")}${more}`;
}

/** @param {Object3D} root */
function discard(root) {
  root.removeFromParent();
  VRMUtils.deepDispose(root);
}
