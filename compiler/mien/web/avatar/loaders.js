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

/** @typedef {import("three").WebGLRenderer} WebGLRenderer */
/**
 * @typedef {object} Loaders
 * @property {GLTFLoader} loader
 * @property {boolean} basis whether Basis textures can be read
 * @property {() => void} dispose
 */

const LIBRARIES = new URL("../vendor/three/addons/libs/", import.meta.url);

/** Takes the place of three's own reader of these textures; three knows textures that are not there. */
const NO_TEXTURE = {
  name: "KHR_texture_basisu",
  loadTexture: () => /** @type {Promise<any>} */ (Promise.resolve(null)),
};

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
  const basisWorks = mayEvaluate();
  // Forbidden to, the decoder would never answer: a texture that is not there is better.
  if (!basisWorks) loader.register(() => NO_TEXTURE);
  return {
    loader,
    basis: basisWorks,
    dispose: () => {
      textures.dispose();
      meshes.dispose();
    },
  };
}

/** @returns {boolean} whether the page's policy lets the Basis decoder make functions out of text */
function mayEvaluate() {
  try {
    return new Function("return true")() === true;
  } catch {
    return false;
  }
}
