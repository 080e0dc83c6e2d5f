/**
 * The loader of glTF and VRM files with every decoder they may need; it fetches nothing from a net.
 *
 * @module
 */

import { VRMLoaderPlugin } from "@pixiv/three-vrm";
import { LoadingManager } from "three";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";
import { DRACOLoader } from "three/addons/loaders/DRACOLoader.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { KTX2Loader } from "three/addons/loaders/KTX2Loader.js";

import { rewritten } from "./basis.js";

/** @typedef {import("three").WebGLRenderer} WebGLRenderer */
/**
 * @typedef {object} Loaders
 * @property {GLTFLoader} loader
 * @property {() => Promise<void>} readyForBasis to be awaited before a model with Basis textures
 * @property {() => void} dispose
 */

const BASIS_SCRIPT = "basis_transcoder.js";
const LIBRARIES = new URL("../vendor/three/addons/libs/", import.meta.url);

/**
 * @param {WebGLRenderer} renderer
 * @param {string} [basis] the folder of the Basis transcoder, with a slash at its end
 * @returns {Loaders}
 */
export function makeLoaders(renderer, basis = new URL("basis/", LIBRARIES).href) {
  const own = new LoadingManager();
  const textures = new KTX2Loader(own).setTranscoderPath(basis).detectSupport(renderer);
  const meshes = new DRACOLoader(own).setDecoderPath(new URL("draco/gltf/", LIBRARIES).href);
  const manager = new LoadingManager();
  // What a model refers to outside itself is refused before this; extensions could still do it.
  manager.setURLModifier((address) => (/^(blob|data):/.test(address) ? address : "data:,"));
  const loader = new GLTFLoader(manager)
    .setKTX2Loader(textures)
    .setDRACOLoader(meshes)
    .setMeshoptDecoder(MeshoptDecoder)
    .register((parser) => new VRMLoaderPlugin(parser));
  /** @type {Promise<string> | undefined} */
  let script;
  return {
    loader,
    async readyForBasis() {
      script ??= basisScript(new URL(BASIS_SCRIPT, basis));
      const address = await script;
      own.setURLModifier((url) => (url.endsWith(BASIS_SCRIPT) ? address : url));
    },
    dispose: () => {
      textures.dispose();
      meshes.dispose();
      script?.then(URL.revokeObjectURL, () => undefined);
    },
  };
}

/** @param {URL} vendored @returns {Promise<string>} the address of the script as it may run here */
async function basisScript(vendored) {
  const answer = await fetch(vendored);
  if (!answer.ok) throw new Error(`the decoder of its textures is missing (${vendored.pathname})`);
  const script = rewritten(await answer.text());
  return URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
}
