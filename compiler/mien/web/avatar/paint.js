/**
 * Skin for heads of bare plaster: a grey model in even light hides brows, lips and irises.
 *
 * @module
 */

import { Color, MeshStandardMaterial } from "three";

import { meshesOf } from "./shapes.js";
import { snapshot } from "./snapshot.js";

/** @typedef {import("three").Mesh} Mesh */
/** @typedef {import("three").Object3D} Object3D */
/** @typedef {import("three").PerspectiveCamera} PerspectiveCamera */
/** @typedef {import("three").WebGLRenderer} WebGLRenderer */
/**
 * @typedef {object} Paint
 * @property {number} tint
 * @property {number} contrast the power that the texture is raised to: above 1 darkens dark parts
 * @property {number} bright
 * @property {number} white the grey that near-white texels keep instead of the tint, or -1
 */

/** Near-white texels are teeth, where a head's skin and teeth are one mesh. @type {Paint} */
const SKIN = { tint: 0xffcdb2, contrast: 1.6, bright: 1.35, white: 0.35 };
/** @type {Paint} */
const EYE = { tint: 0xe4e0dc, contrast: 1.9, bright: 1, white: -1 };
/** No shadow falls into the mouth. @type {Paint} */
const TEETH = { tint: 0xd8d0c6, contrast: 1, bright: 1.05, white: -1 };

const GREY = 0.1;
const SAMPLE = 48;

/**
 * Whether the head in the camera's picture has hardly any colour.
 *
 * @param {WebGLRenderer} renderer
 * @param {PerspectiveCamera} camera
 * @param {Object3D} head not yet in a scene
 * @returns {boolean}
 */
export function isPlaster(renderer, camera, head) {
  return saturation(snapshot(renderer, camera, head, head, SAMPLE)) < GREY;
}

/**
 * @param {readonly Mesh[]} skin meshes with shapes
 * @param {readonly Object3D[]} eyes
 * @param {Object3D} head
 */
export function paintPlaster(skin, eyes, head) {
  const balls = new Set(eyes.flatMap((eye) => meshesOf(eye)));
  for (const mesh of meshesOf(head)) {
    paint(mesh, balls.has(mesh) ? EYE : skin.includes(mesh) ? SKIN : TEETH);
  }
}

/** @param {Uint8Array} texels RGBA @returns {number} the mean of the covered ones, in [0, 1] */
function saturation(texels) {
  let [sum, covered] = [0, 0];
  for (let at = 0; at < texels.length; at += 4) {
    if ((texels[at + 3] ?? 0) < 128) continue;
    const [red, green, blue] = [texels[at] ?? 0, texels[at + 1] ?? 0, texels[at + 2] ?? 0];
    const most = Math.max(red, green, blue);
    covered += 1;
    sum += most === 0 ? 0 : (most - Math.min(red, green, blue)) / most;
  }
  return covered === 0 ? 1 : sum / covered;
}

/** @param {Mesh} mesh @param {Paint} how */
function paint(mesh, { tint, contrast, bright, white }) {
  if (!(mesh.material instanceof MeshStandardMaterial)) return;
  const material = mesh.material.clone();
  material.color = new Color(tint).multiplyScalar(material.map ? bright : 0.7);
  material.roughness = 0.75;
  if (material.map) {
    const power = (contrast - 1).toFixed(3);
    const lines = [`diffuseColor.rgb *= pow(sampledDiffuseColor.rgb, vec3(${power}));`];
    if (white >= 0) {
      lines.push(
        "float least = min(sampledDiffuseColor.r, min(sampledDiffuseColor.g, sampledDiffuseColor.b));",
        `vec3 bare = ${white.toFixed(3)} / diffuse;`,
        "diffuseColor.rgb *= mix(vec3(1.0), bare, smoothstep(0.62, 0.85, least));",
      );
    }
    material.onBeforeCompile = (shader) => {
      shader.fragmentShader = shader.fragmentShader.replace(
        "#include <map_fragment>",
        `#include <map_fragment>\n${lines.join("\n")}`,
      );
    };
    // three would share one program between all paints: they differ only in captured values.
    material.customProgramCacheKey = () => `plaster ${contrast} ${white}`;
  }
  mesh.material = material;
}
