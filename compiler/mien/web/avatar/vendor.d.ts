/** As much of the vendored modules' types as the avatars use, so that checking needs no package. */

declare module "three" {
  export class Vector3 {
    constructor(x?: number, y?: number, z?: number);
    x: number;
    y: number;
    z: number;
    set(x: number, y: number, z: number): this;
    copy(from: Vector3): this;
    add(other: Vector3): this;
    sub(other: Vector3): this;
    multiplyScalar(factor: number): this;
    transformDirection(matrix: Matrix4): this;
    length(): number;
    distanceTo(other: Vector3): number;
    applyMatrix4(matrix: Matrix4): this;
  }
  export class Matrix4 {
    readonly elements: number[];
  }
  export class Euler {
    constructor(x?: number, y?: number, z?: number, order?: "XYZ" | "YXZ");
    x: number;
    y: number;
    z: number;
    set(x: number, y: number, z: number): this;
  }
  export class Quaternion {
    constructor(x?: number, y?: number, z?: number, w?: number);
    clone(): Quaternion;
    copy(from: Quaternion): this;
    invert(): this;
    multiply(other: Quaternion): this;
    setFromEuler(euler: Euler): this;
  }
  export class Box3 {
    readonly min: Vector3;
    readonly max: Vector3;
    clone(): Box3;
    containsPoint(point: Vector3): boolean;
    isEmpty(): boolean;
    getCenter(into: Vector3): Vector3;
    getSize(into: Vector3): Vector3;
    expandByPoint(point: Vector3): this;
    union(box: Box3): this;
    setFromObject(object: Object3D): this;
  }
  export class Color {
    constructor(colour?: number);
    multiplyScalar(factor: number): this;
  }
  export class Layers {
    set(layer: number): void;
    enable(layer: number): void;
    disable(layer: number): void;
  }
  export class Object3D {
    name: string;
    parent: Object3D | null;
    visible: boolean;
    frustumCulled: boolean;
    readonly position: Vector3;
    readonly rotation: Euler;
    readonly quaternion: Quaternion;
    readonly matrixWorld: Matrix4;
    readonly layers: Layers;
    add(...children: Object3D[]): this;
    attach(child: Object3D): this;
    removeFromParent(): this;
    traverse(visit: (node: Object3D) => void): void;
    lookAt(x: number, y: number, z: number): void;
    updateMatrixWorld(force?: boolean): void;
    updateWorldMatrix(parents: boolean, children: boolean): void;
    worldToLocal(point: Vector3): Vector3;
    getWorldPosition(into: Vector3): Vector3;
    getWorldQuaternion(into: Quaternion): Quaternion;
  }
  export class Group extends Object3D {}
  export class Bone extends Object3D {}
  export class Scene extends Object3D {
    background: Color | null;
  }
  export interface BufferAttribute {
    readonly count: number;
    getX(index: number): number;
    getY(index: number): number;
    getZ(index: number): number;
    getComponent(index: number, component: number): number;
  }
  export class BufferGeometry {
    readonly attributes: Record<string, BufferAttribute>;
    readonly morphAttributes: Record<string, BufferAttribute[] | undefined>;
  }
  export class Material {
    clone(): this;
    onBeforeCompile: (shader: { fragmentShader: string }) => void;
    customProgramCacheKey: () => string;
  }
  export class MeshStandardMaterial extends Material {
    color: Color;
    roughness: number;
    map: object | null;
  }
  export class Mesh extends Object3D {
    readonly isMesh: true;
    geometry: BufferGeometry;
    material: Material | Material[];
    morphTargetInfluences?: number[];
    morphTargetDictionary?: Record<string, number>;
    getVertexPosition(index: number, into: Vector3): Vector3;
  }
  export class SkinnedMesh extends Mesh {
    readonly isSkinnedMesh: true;
    readonly skeleton: { readonly bones: Bone[] };
  }
  export class Camera extends Object3D {}
  export class PerspectiveCamera extends Camera {
    constructor(fieldOfView?: number, aspect?: number, near?: number, far?: number);
    aspect: number;
    near: number;
    far: number;
    updateProjectionMatrix(): void;
  }
  export class OrthographicCamera extends Camera {
    constructor(
      left: number,
      right: number,
      top: number,
      bottom: number,
      near: number,
      far: number,
    );
  }
  export class Light extends Object3D {
    constructor(colour?: number, intensity?: number);
  }
  export class AmbientLight extends Light {}
  export class DirectionalLight extends Light {}
  export class HemisphereLight extends Object3D {
    constructor(sky: number, ground: number, intensity: number);
  }
  export class WebGLRenderTarget {
    constructor(width: number, height: number);
    dispose(): void;
  }
  export class WebGLRenderer {
    constructor(options: {
      canvas: HTMLCanvasElement;
      antialias: boolean;
      preserveDrawingBuffer: boolean;
    });
    setPixelRatio(ratio: number): void;
    setSize(width: number, height: number, style: boolean): void;
    setClearColor(colour: number, alpha: number): void;
    setRenderTarget(target: WebGLRenderTarget | null): void;
    clear(): void;
    render(scene: Scene, camera: Camera): void;
    readRenderTargetPixels(
      target: WebGLRenderTarget,
      x: number,
      y: number,
      width: number,
      height: number,
      into: Uint8Array,
    ): void;
    dispose(): void;
  }
  export class LoadingManager {
    setURLModifier(modifier: (address: string) => string): this;
  }
  export const MathUtils: { degToRad(degrees: number): number };
}

declare module "three/addons/loaders/GLTFLoader.js" {
  import type { Group, LoadingManager } from "three";
  import type { DRACOLoader } from "three/addons/loaders/DRACOLoader.js";
  import type { KTX2Loader } from "three/addons/loaders/KTX2Loader.js";

  export interface GLTF {
    scene: Group;
    parser: GLTFParser;
    userData: Record<string, any>;
  }
  export interface GLTFParser {
    readonly json: unknown;
    readonly associations: Map<object, { meshes?: number; primitives?: number }>;
  }
  export interface GLTFLoaderPlugin {
    readonly name: string;
  }
  export class GLTFLoader {
    constructor(manager?: LoadingManager);
    setKTX2Loader(loader: KTX2Loader): this;
    setDRACOLoader(loader: DRACOLoader): this;
    setMeshoptDecoder(decoder: object): this;
    register(make: (parser: GLTFParser) => GLTFLoaderPlugin): this;
    parseAsync(data: ArrayBuffer, path: string): Promise<GLTF>;
  }
}

declare module "three/addons/loaders/KTX2Loader.js" {
  import type { LoadingManager, WebGLRenderer } from "three";

  export class KTX2Loader {
    constructor(manager?: LoadingManager);
    setTranscoderPath(path: string): this;
    detectSupport(renderer: WebGLRenderer): this;
    dispose(): void;
  }
}

declare module "three/addons/loaders/DRACOLoader.js" {
  import type { LoadingManager } from "three";

  export class DRACOLoader {
    constructor(manager?: LoadingManager);
    setDecoderPath(path: string): this;
    dispose(): void;
  }
}

declare module "three/addons/libs/meshopt_decoder.module.js" {
  export const MeshoptDecoder: object;
}

declare module "@pixiv/three-vrm" {
  import type { Mesh, Object3D } from "three";
  import type { GLTFLoaderPlugin, GLTFParser } from "three/addons/loaders/GLTFLoader.js";

  export interface VRMExpressionBind {
    applyWeight(weight: number): void;
  }
  export class VRMExpressionMorphTargetBind implements VRMExpressionBind {
    readonly primitives: Mesh[];
    readonly index: number;
    weight: number;
    applyWeight(weight: number): void;
  }
  export class VRMExpression extends Object3D {
    readonly expressionName: string;
    readonly binds: readonly VRMExpressionBind[];
    readonly isBinary: boolean;
    weight: number;
  }
  export class VRMExpressionManager {
    readonly expressions: VRMExpression[];
    update(): void;
  }
  export class VRMHumanoid {
    getRawBoneNode(name: "leftEye" | "rightEye"): Object3D | null;
  }
  export interface VRM {
    readonly scene: Object3D;
  }
  export class VRMLoaderPlugin implements GLTFLoaderPlugin {
    constructor(parser: GLTFParser);
    readonly name: string;
  }
  export const VRMUtils: {
    rotateVRM0(vrm: VRM): void;
    deepDispose(object: Object3D): void;
  };
}
