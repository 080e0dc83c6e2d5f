/** mien-face: faces of a compiled bank, on models, in browsers and in Node. */

/** Valence, arousal, dominance, each in [-1, 1]. */
export type Vad = ArrayLike<number>;

/** A label, or label weights that sum to 1; a smaller sum leaves the rest to neutral. */
export type Label = string | Readonly<Record<string, number>>;

/** Where a label is looked at; without any of the three the style's own point, or mid. */
export interface PlaceOptions {
  /** valence, arousal, dominance */
  vad?: Vad | undefined;
  /** the name of an intensity or a style */
  at?: string | undefined;
  /** 0 the lowest anchor to 1 the highest */
  intensity?: number | undefined;
  /** one of the label's styles; a mixture has none */
  style?: string | undefined;
}

export interface FaceOptions extends PlaceOptions {
  /** in [0, 1]: how far the lips are left to the sound */
  speech?: number | undefined;
}

export interface TimeOptions {
  /** of the label; absent = its dynamics */
  sequence?: string | undefined;
  /** ms after the start at which it is released */
  hold?: number | null | undefined;
}

/** A label at a time; head (yaw, pitch, roll) and gaze (yaw, pitch) in degrees. */
export interface Moment {
  face: Float32Array;
  head: Float32Array;
  gaze: Float32Array;
}

/** The tables of a compiled bank, flat and row-major. */
export interface Tables {
  readonly engine: number;
  readonly bank: string;
  readonly version: string;
  readonly rig: string;
  readonly channels: readonly string[];
  /** LIPSYNC, EXPRESSION or SHARED, a channel each */
  readonly classes: readonly string[];
  readonly intensities: readonly string[];
  readonly labels: readonly { readonly label: string; readonly styles: readonly string[] }[];
}

/** A compiled bank. Faces are new Float32Arrays in the order of `channels`. */
export class Bank {
  constructor(tables: Tables, digest?: string);
  readonly tables: Tables;
  readonly digest: string;
  readonly evaluator: Evaluator;
  readonly labels: readonly string[];
  get id(): string;
  get version(): string;
  get channels(): readonly string[];
  get intensities(): readonly string[];
  styles(label: string): readonly string[];
  sequences(label: string): readonly string[];
  anchor(label: string, name: string): Float32Array;
  point(label: Label, options?: PlaceOptions): Vad;
  /** One weight in [0, 1] a channel. Throws a RangeError that says what the bank has. */
  face(label: Label, options?: FaceOptions): Float32Array;
  /** n faces, a row each, for n labels and n x 3 flat points. */
  faces(
    labels: readonly string[],
    vads: ArrayLike<number>,
    options?: { style?: string; speech?: number; out?: Float32Array },
  ): Float32Array;
  /** A face made with its speech, under the lips' visemes. */
  compose(face: Float32Array, visemes: ArrayLike<number>): Float32Array;
  /** A label at ms since the start of its dynamics, or of one of its sequences. */
  moment(label: string, time: number, options?: FaceOptions & TimeOptions): Moment;
  /** The ms from which nothing changes any more; Infinity for never. */
  duration(label: string, options?: PlaceOptions & TimeOptions): number;
  named(face: ArrayLike<number>): Record<string, number>;
}

/** The arithmetic alone, for programs that place labels themselves. */
export class Evaluator {
  constructor(tables: Tables);
  readonly tables: Tables;
  table(label: string): LabelTable;
  face(label: string, vad: Vad, options?: { style?: string; speech?: number }): Float32Array;
  mixture(weights: Readonly<Record<string, number>>, vad: Vad, speech?: number): Float32Array;
  vadAt(label: string, intensity: number): Float32Array;
  compose(face: Float32Array, visemes: ArrayLike<number>): Float32Array;
}

/**
 * A bank from its artifact's address or bytes. Rejects with an ArtifactError where it is damaged or
 * not the one that `sha256` names.
 */
export function loadBank(
  source: string | URL | ArrayBuffer | Uint8Array,
  expected?: { sha256?: string },
): Promise<Bank>;

/** The tables of an artifact, checked. Throws an ArtifactError. */
export function readArtifact(
  file: ArrayBuffer | Uint8Array,
  expected?: { sha256?: string },
): Tables;

/** What is wrong with an artifact, in words for its owner; `code` is the check that refused it. */
export class ArtifactError extends Error {
  constructor(message: string, code: string);
  readonly code: string;
}

/** 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string;

/** The 52 channels in the order of Apple's documentation. */
export const CHANNELS: readonly string[];

/** The channel that a model's name means, under every spelling that is known. */
export function channelOf(name: string): string | undefined;

/** A mesh of three.js, or any object that has as much of one. */
export interface Morphed {
  morphTargetInfluences?: ArrayLike<number> | undefined;
  morphTargetDictionary?: Readonly<Record<string, number>> | undefined;
}

/** Morphs by a list of names, for engines that call them otherwise; `weights` is written to. */
export interface NamedWeights {
  readonly names: readonly string[];
  readonly weights: ArrayLike<number>;
}

/** A scene or group of three.js. */
export interface Tree {
  traverse(visit: (node: object) => void): void;
}

export type Target = Morphed | NamedWeights | Tree | readonly (Morphed | NamedWeights | Tree)[];

/** As much of three-vrm's VRM as is used. */
export interface Avatar {
  scene: object;
  expressionManager?: object | undefined;
  meta?: { metaVersion?: string } | undefined;
  humanoid?: object | null | undefined;
  lookAt?: object | null | undefined;
}

/** Shows faces on one model. */
export interface Driver {
  /** Channels that are not named are at rest. */
  show(face: ArrayLike<number>, channels: readonly string[], head?: ArrayLike<number>): void;
  rest(): void;
  /** Whether it has a head that can be turned. */
  readonly turns: boolean;
  readonly present: readonly string[];
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
  readonly remarks: readonly string[];
}

/** The model has none of the shapes; the message says what it has. */
export class ModelError extends Error {
  constructor(message: string);
}

/** Show a face on a mesh, on all meshes of a scene, or on several; `head` turns a scene's bone of the head. */
export function applyToMesh(
  target: Target,
  face: ArrayLike<number>,
  channels: readonly string[],
  head?: ArrayLike<number>,
): Driver;

/** Show a face on an avatar of three-vrm; call it after `vrm.update(delta)`. */
export function applyToVRM(
  vrm: Avatar,
  face: ArrayLike<number>,
  channels: readonly string[],
  head?: ArrayLike<number>,
): Driver;

export function meshDriver(target: Target): Driver;
export function vrmDriver(vrm: Avatar): Driver;

/** As much of a TalkingHead as is used. */
export interface TalkingHeadLike {
  animMoods: Record<string, object>;
  mtAvatar: Record<string, object>;
  setMood(mood: string): void;
}

export interface TalkingHeadFace {
  /** A mood of its own: its speech, blinks and gestures go on over it. */
  mood(label: Label, options?: FaceOptions): void;
  /** Every morph from here on, until `release`. */
  show(face: ArrayLike<number>, channels?: readonly string[]): void;
  release(): void;
  readonly missing: readonly string[];
}

/** Faces on a TalkingHead whose avatar is shown. */
export function talkingHead(head: TalkingHeadLike, bank: Bank): TalkingHeadFace;

/** How much there is of each: 1 as usual, 0 none. */
export interface LifeSettings {
  blinks: number;
  glances: number;
  brows: number;
  head: number;
  breath: number;
  /** how much brows, head and intensity follow the voice, where the lips say what it does; 1 of a speaker, else 0 */
  prosody?: number;
  /** how much the voice moves the point's arousal; 0 where not said */
  arousal?: number;
}

/** One frame: weights in the order of the bank's channels, head and eyes in degrees. */
export interface Shown {
  weights: Float32Array;
  /** yaw, pitch, roll */
  head: Float32Array;
  /** yaw, pitch and roll of the left and of the right one */
  eyes: Float32Array;
}

/** What a person should know; `code` is which of the messages. */
export interface News {
  code: string;
  message: string;
}

/** As much of onnxruntime-web as is used. */
export interface OnnxRuntime {
  Tensor: new (type: "float32", data: Float32Array, shape: number[]) => object;
  InferenceSession: { create(data: Uint8Array, options?: object): Promise<any> };
}

/** An exported network, of lips for any bank or of a bank's whole faces; it keeps no state of its own. */
export interface Network {
  /** Of lips; null of one of faces. */
  readonly lips: { readonly name: string; readonly visemes: readonly string[] } | null;
  /** Of a bank's whole faces, whose neutral lips speak; null of one of lips. */
  readonly faces: {
    readonly name: string;
    readonly bank: string;
    readonly version: string;
    readonly artifact: string;
    readonly labels: readonly string[];
  } | null;
  /** The channels of its lips. */
  readonly channels: readonly string[];
  /** "JavaScript" or "onnxruntime-web" */
  readonly runner: string;
}

export function loadNetwork(
  source: string | URL | ArrayBuffer | Uint8Array,
  options?: { sha256?: string; ort?: OnnxRuntime },
): Promise<Network>;

/** What is wrong with a network, in words for its owner. */
export class NetworkError extends Error {
  constructor(message: string);
}

/** Why no sound comes, in words for the visitor; `code` is which of the reasons. */
export class SoundError extends Error {
  constructor(code: string, message: string);
  readonly code: string;
}

export interface SpeakerOptions {
  bank: Bank;
  /** its address, or its bytes */
  network: string | URL | ArrayBuffer | Uint8Array;
  /** the network's */
  sha256?: string;
  /** onnxruntime-web, to run the network by that */
  ort?: OnnxRuntime;
  /** ms after its sound at which a face comes, where a network of lips speaks; 87 where not given */
  delay?: 20 | 53 | 87 | 120;
  /** whether the face blinks, glances, nods and follows the voice, and how much */
  life?: boolean | Partial<LifeSettings>;
  /** what its movements follow from */
  seed?: number;
  onNews?: (news: News) => void;
}

export interface ShowOptions extends PlaceOptions, TimeOptions {
  /** in [0, 1] */
  strength?: number;
  /** seconds */
  transition?: number;
}

export type Sound =
  | string
  | URL
  | ArrayBuffer
  | Uint8Array
  | Blob
  | AudioBuffer
  | AsyncIterable<Float32Array>
  | Iterable<Float32Array>;

/** A bank that speaks: sound in, faces out, 60 a second. */
export class Speaker {
  constructor(bank: Bank, network: Network, options: Pick<SpeakerOptions, "delay" | "life" | "seed" | "onNews">);
  readonly bank: Bank;
  readonly network: Network;
  /** How the bank speaks, in words. */
  readonly said: string;
  /** Show a label from now on, cross-faded; null lets the face go. */
  show(label: Label | null, options?: ShowOptions): void;
  rest(): void;
  /** The visitor's microphone; rejects with a SoundError. */
  listen(options?: { stream?: MediaStream; context?: AudioContext }): Promise<void>;
  /** Play a sound and speak it; resolves once it has been played. */
  play(sound: Sound, options?: { context?: AudioContext; rate?: number }): Promise<void>;
  /** Sound to be spoken while something else plays it: mono samples in [-1, 1]. */
  push(samples: Float32Array, rate?: number): Promise<void>;
  finish(): Promise<void>;
  stop(): void;
  /** The face of this moment; once a frame of the page. */
  frame(now?: number): Shown;
}

export function createSpeaker(options: SpeakerOptions): Promise<Speaker>;

/** Faces a second, and ticks a second: the clock of a performance. */
export const FRAME_RATE: 60;
export const TICKS: number;
/** The nearest tick to a moment, or to a length, in seconds. */
export function ticks(seconds: number): number;

/** A label by its position in the bank, and how much of it is shown. */
export interface Share {
  readonly label: number;
  /** the position of one of its styles, -1 for none */
  readonly style: number;
  /** 0 for a face that stands, else the number of a clip that is played */
  readonly play: number;
  readonly weight: number;
}

/** What is shown at a place; weights sum to 1 at most. */
export interface Pose {
  readonly shares: readonly Share[];
  readonly point: readonly [number, number, number];
}

/** No expression. */
export const REST: Pose;

/** A cue: from what is shown at the tick `start` to `pose` in `length` ticks. */
export interface Move {
  readonly start: number;
  readonly length: number;
  readonly pose: Pose;
  /** what the pose's slot plays from then on; the label's dynamics where `sequence` is null */
  readonly clip: {
    readonly label: number;
    readonly sequence: string | null;
    readonly intensity: number;
  } | null;
}

/** From the tick `start` on the face looks at yaw and pitch; the head takes the share `head` of them. */
export interface Look {
  readonly start: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly head: number;
}

/** A score as it is performed. */
export interface Plan {
  readonly first: Pose;
  readonly moves: readonly Move[];
  readonly looks: readonly Look[];
  readonly life: LifeSettings | null;
  readonly seed: number;
  readonly frames: number;
  /** whether it comes to rest at the end */
  readonly rests: boolean;
}

/** What the mouth does for the sound, F frames of it. */
export interface LipTrack {
  readonly channels: readonly string[];
  /** F x its channels */
  readonly weights: Float32Array;
  readonly speech: Float32Array;
  readonly contacts: Float32Array;
  readonly emphases: Float32Array;
  /** F x 2: how far the voice stands out, and its arousal; absent where nobody listened for it */
  readonly prosody?: Float32Array;
}

/** The lips of a performance as `mien view` gives them out. */
export function readLips(buffer: ArrayBuffer): LipTrack;

/** Performs a plan with the lips of the whole, with the bits of `mien perform`. */
export class Performance {
  constructor(evaluator: Evaluator, plan: Plan, lips: LipTrack);
  /** Any frame, in any order. */
  at(frame: number): Shown;
}

/** A label's dynamics, or one of its sequences; from `Evaluator.table`. */
export interface Clip {
  readonly length: number;
  readonly loop: readonly [number, number] | null;
  readonly ends: "rest" | "held" | "label";
}

/** A table of the bank, as `bank.evaluator.table(label)` gives it. */
export interface LabelTable {
  readonly label: string;
  readonly styles: readonly string[];
}

/** What a clip does at ms since its start; `hold` ms after its start it is released. */
export function sample(
  clip: Clip,
  time: number,
  hold?: number | null,
): { gain: Float32Array; offset: Float32Array; head: Float32Array; gaze: Float32Array };
export function clipOf(label: LabelTable, sequence?: string | null, intensity?: number): Clip;
export function endOf(clip: Clip, hold?: number | null): number;

/** A text as a label, a point and a strength of a bank. */
export interface Reading {
  text: string;
  /** Its line, from 1, and its place in it, in UTF-16 units. */
  span: { line: number; start: number; end: number };
  by: "tag" | "words" | "emoji" | "nothing";
  /** The top label. */
  label: string;
  /** How probable each label is, from the most probable. */
  labels: Map<string, number>;
  /** How often such a reading is right, in [0, 1]. */
  confidence: number;
  /** How much of the face is shown for it, in [0, 1]. */
  strength: number;
  /** Between the weakest, 0, and the strongest of its label, 1. */
  intensity: number;
  /** The anchor that it is snapped to. */
  at: string | null;
  /** The point; null where the reader was given no bank. */
  vad: Vad | null;
  /** Tags that name nothing. */
  notes: readonly string[];
  /** Who speaks the line, as in `MARA: No!`; "" where it does not say. */
  speaker: string;
}

export interface ReadOptions {
  /** What `readLines` reads as one; a sentence unless said otherwise. */
  per?: "sentence" | "line" | "all";
  /** So many earlier units count too, each half of the one after it. */
  context?: number;
  /** Raises of logits by label, from -10 to 10. */
  prefer?: Readonly<Record<string, number>>;
  /** How much of what is read is shown, in [0, 1]. */
  strength?: number;
  /** Points on the nearest anchor; true unless said otherwise. */
  snap?: boolean;
  /** Of a script, only the lines that begin with this name and a colon. */
  speaker?: string;
}

/** What a reader asks of a bank; `Bank` is one. */
export interface ReaderBank {
  readonly labels: readonly string[];
  readonly intensities: readonly string[];
  styles(label: string): readonly string[];
  point(label: string, options: { at?: string; intensity?: number }): Vad;
}

/** Text in, emotion out: what `mien read` makes of a text; a linear reader gives the same bits. */
export class Reader {
  /**
   * A reader's .safetensors, the bank or its intensities from the lowest, and the bank's own words for its labels.
   * Throws an `ArtifactError` where the bytes are no reader, a `RangeError` where it is for other labels.
   */
  constructor(
    file: Uint8Array,
    bank: ReaderBank | readonly string[],
    aliases?: Readonly<Record<string, readonly string[]>>,
  );
  /** A text as one unit; of its tags the first decides. */
  read(text: string, options?: ReadOptions): Reading;
  /** The readings of lines, a unit at a time; empty lines have none. */
  readLines(lines: Iterable<string>, options?: ReadOptions): Generator<Reading>;
}
