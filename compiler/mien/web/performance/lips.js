/**
 * The lips of a performance as `mien view` sends them, see mien/performance/page_data.py: the length
 * of a JSON header, the header, then float32 numbers; all of it little-endian.
 *
 * @module
 */

/** @typedef {import("./plan.js").LipTrack} LipTrack */

const LENGTH_BYTES = 4;

/**
 * @param {ArrayBuffer} buffer
 * @returns {LipTrack}
 */
export function readLips(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = new TextDecoder().decode(new Uint8Array(buffer, LENGTH_BYTES, length));
  const { channels, frames } = JSON.parse(header);
  const view = new DataView(buffer, LENGTH_BYTES + length);
  const widths = [channels.length, 1, 1, 1, 2];
  let at = 0;
  const [weights, speech, contacts, emphases, prosody] = widths.map((width) =>
    Float32Array.from({ length: width * frames }, () => view.getFloat32(4 * at++, true)),
  );
  return { channels, weights, speech, contacts, emphases, prosody };
}
