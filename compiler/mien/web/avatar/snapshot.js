/**
 * A small picture of part of a model in even white light, for looking at its colours.
 *
 * @module
 */

import { AmbientLight, Scene, WebGLRenderTarget } from "three";

import { meshesOf } from "./shapes.js";

/** @typedef {import("three").Camera} Camera */
/** @typedef {import("three").Object3D} Object3D */
/** @typedef {import("three").WebGLRenderer} WebGLRenderer */

const LAYER = 7;

/**
 * @param {WebGLRenderer} renderer
 * @param {Camera} camera
 * @param {Object3D} whole a model that is in no scene yet
 * @param {Object3D} part of it, drawn alone
 * @param {number} size pixels a side
 * @returns {Uint8Array} RGBA, rows from the bottom; alpha 0 where nothing is drawn
 */
export function snapshot(renderer, camera, whole, part, size) {
  const light = new AmbientLight(0xffffff, 2);
  light.layers.set(LAYER);
  camera.layers.set(LAYER);
  const meshes = meshesOf(part);
  for (const mesh of meshes) mesh.layers.enable(LAYER);
  const scene = new Scene().add(light, whole);
  const target = new WebGLRenderTarget(size, size);
  const texels = new Uint8Array(4 * size * size);
  renderer.setRenderTarget(target);
  renderer.setClearColor(0x000000, 0);
  renderer.clear();
  renderer.render(scene, camera);
  renderer.readRenderTargetPixels(target, 0, 0, size, size, texels);
  renderer.setRenderTarget(null);
  target.dispose();
  for (const mesh of meshes) mesh.layers.disable(LAYER);
  whole.removeFromParent();
  return texels;
}
