/**
 * The light and the ground that a head is seen in.
 *
 * @module
 */

import { Color, DirectionalLight, HemisphereLight, Scene } from "three";

const GROUND = 0x3b4450;

/** @returns {Scene} */
export function makeStage() {
  const scene = new Scene();
  scene.background = new Color(GROUND);
  scene.add(new HemisphereLight(0xffffff, 0x6b5a50, 1.9));
  const key = new DirectionalLight(0xfff6ec, 2.6);
  key.position.set(0.7, 1.1, 1.2);
  const fill = new DirectionalLight(0xe6ecff, 0.9);
  fill.position.set(-1.2, 0.2, 1.0);
  scene.add(key, fill);
  return scene;
}
