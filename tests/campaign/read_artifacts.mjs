/** Reads each artifact in a folder; says in a JSON line how each ended. */

import { readdirSync, readFileSync } from "node:fs";

import { ArtifactError, readArtifact } from "../../compiler/mien/web/artifact.js";

const folder = process.argv[2] ?? ".";
/** @type {Record<string, string>} */
const ended = {};
for (const name of readdirSync(folder)) {
  const { buffer, byteOffset, byteLength } = readFileSync(`${folder}/${name}`);
  try {
    readArtifact(buffer.slice(byteOffset, byteOffset + byteLength));
    ended[name] = "read";
  } catch (error) {
    ended[name] = error instanceof ArtifactError ? "refused" : String(error);
  }
}
console.log(JSON.stringify(ended));
