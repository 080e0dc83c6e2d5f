// What programs that others wrote make of model files: `node receivers.mjs COMMAND FILE...` prints JSON.
//
//   validate FILE...        what Khronos' validator says of each
//   expressions FILE        of a VRM: what each expression does to the targets of each mesh, as three-vrm has it
//   play FILE VRM TIME...   a VRMA on a VRM: values of all expressions, and the turn of the head, at each moment
//   weights FILE TIME...    a GLB: the weights of the named targets of each mesh as its animation plays

import { readFileSync } from "node:fs";
import { createRequire, register } from "node:module";

const WEB = new URL("../compiler/mien/web/", import.meta.url);
const VENDOR = new URL("vendor/", import.meta.url);
const PLACES = {
  three: new URL("vendor/three/modules/three.module.min.js", WEB).href,
  "@pixiv/three-vrm": new URL("vendor/three-vrm/three-vrm.module.min.js", WEB).href,
  loader: new URL("vendor/three/addons/loaders/GLTFLoader.js", WEB).href,
  animation: new URL("three-vrm-animation/three-vrm-animation.module.min.js", VENDOR).href,
};
const HOOK = `const places = ${JSON.stringify(PLACES)};
export function resolve(name, context, next) {
  return name in places ? { url: places[name], shortCircuit: true } : next(name, context);
}
export async function load(url, context, next) {
  return next(url, url.includes("/vendor/") && !url.includes("gltf-validator") ? { ...context, format: "module" } : context);
}`;
register(`data:text/javascript,${encodeURIComponent(HOOK)}`);

globalThis.self = globalThis;

const said = [];
for (const kind of ["warn", "error", "info", "log"]) console[kind] = (...words) => said.push(words.join(" "));

/** @param {string} file */
function bytes(file) {
  const data = readFileSync(file);
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
}

/** @param {string} file @param {((parser: any) => any)[]} plugins */
async function loaded(file, plugins) {
  const { GLTFLoader } = await import("loader");
  const loader = new GLTFLoader();
  for (const plugin of plugins) loader.register(plugin);
  return loader.parseAsync(bytes(file), "");
}

async function vrmOf(file) {
  const { VRMLoaderPlugin } = await import("@pixiv/three-vrm");
  const gltf = await loaded(file, [(parser) => new VRMLoaderPlugin(parser)]);
  return { vrm: gltf.userData.vrm, meshes: meshesOf(gltf.scene) };
}

function meshesOf(scene) {
  const found = [];
  scene.traverse((node) => {
    if (node.isMesh) found.push(node);
  });
  return found;
}

function influences(meshes) {
  return meshes.map((mesh) =>
    Object.fromEntries(
      Object.entries(mesh.morphTargetDictionary ?? {})
        .map(([name, index]) => [name, mesh.morphTargetInfluences[index]])
        .filter(([, weight]) => weight !== 0),
    ),
  );
}

const COMMANDS = {
  async validate(...files) {
    const validator = createRequire(import.meta.url)("./vendor/gltf-validator/index.js");
    const reports = [];
    for (const file of files) {
      const report = await validator.validateBytes(new Uint8Array(bytes(file)));
      reports.push(report.issues.messages.filter(({ severity }) => severity < 2));
    }
    return reports;
  },

  async expressions(file) {
    const { vrm, meshes } = await vrmOf(file);
    const manager = vrm.expressionManager;
    const found = {};
    for (const one of manager.expressions) {
      manager.setValue(one.expressionName, 1);
      manager.update();
      found[one.expressionName] = {
        moves: influences(meshes),
        mouth: one.overrideMouth,
        blink: one.overrideBlink,
        binary: one.isBinary,
      };
      manager.setValue(one.expressionName, 0);
    }
    return { found, presets: Object.keys(manager.presetExpressionMap), said };
  },

  async play(file, model, ...times) {
    const { AnimationMixer } = await import("three");
    const { VRMAnimationLoaderPlugin, createVRMAnimationClip } = await import("animation");
    const { vrm } = await vrmOf(model);
    const gltf = await loaded(file, [(parser) => new VRMAnimationLoaderPlugin(parser)]);
    const [animation] = gltf.userData.vrmAnimations;
    const clip = createVRMAnimationClip(animation, vrm);
    const mixer = new AnimationMixer(vrm.scene);
    mixer.clipAction(clip).play();
    const head = vrm.humanoid.getNormalizedBoneNode("head");
    const moments = times.map((time) => {
      mixer.setTime(Number(time));
      const names = Object.keys(vrm.expressionManager.expressionMap);
      const values = names.map((name) => [name, vrm.expressionManager.getValue(name)]);
      return { values: Object.fromEntries(values), head: head.quaternion.toArray() };
    });
    return { seconds: clip.duration, moments, said };
  },

  async weights(file, ...times) {
    const { AnimationMixer } = await import("three");
    const gltf = await loaded(file, []);
    const mixer = new AnimationMixer(gltf.scene);
    const meshes = meshesOf(gltf.scene);
    return {
      clips: gltf.animations.map((clip) => {
        mixer.stopAllAction();
        mixer.clipAction(clip).play();
        const moments = times.map((time) => {
          mixer.setTime(Number(time));
          return influences(meshes);
        });
        return { name: clip.name, seconds: clip.duration, moments };
      }),
      said,
    };
  },
};

const [command, ...words] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await COMMANDS[command](...words)));
