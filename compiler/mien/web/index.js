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
export { ArtifactError } from "./refusals.js";
export { sha256 } from "./sha256.js";
export { talkingHead } from "./talking_head.js";
