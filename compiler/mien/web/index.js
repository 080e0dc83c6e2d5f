/**
 * mien-face: faces of a compiled bank, on models, in browsers and in Node.
 *
 * @module
 */

export { readArtifact } from "./artifact.js";
export { CHANNELS, channelOf } from "./avatar/spellings.js";
export { Bank, loadBank } from "./bank.js";
export { Evaluator } from "./evaluator.js";
export { ModelError, applyToMesh, applyToVRM, meshDriver, vrmDriver } from "./models.js";
export { FRAME_RATE, TICKS, ticks } from "./performance/clock.js";
export { readLips } from "./performance/lips.js";
export { Performance } from "./performance/performance.js";
export { REST } from "./performance/plan.js";
export { Reader } from "./reader.js";
export { ArtifactError } from "./refusals.js";
export { sha256 } from "./sha256.js";
export { SoundError } from "./speech/microphone.js";
export { NetworkError, loadNetwork } from "./speech/network.js";
export { Speaker, createSpeaker } from "./speech/speaker.js";
export { talkingHead } from "./talking_head.js";
export { clipOf, endOf, sample } from "./timelines.js";
