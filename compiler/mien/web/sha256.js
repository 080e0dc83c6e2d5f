/**
 * SHA-256 (FIPS 180-4). WebCrypto has it only for pages of a secure origin, and only as a promise.
 *
 * @module
 */

const ROUNDS = 64;
const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const CONSTANTS = Uint32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

/** The same of the square roots of the first eight primes. */
const START = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/**
 * The digest of some bytes.
 *
 * @param {Uint8Array} bytes
 * @returns {string} 64 hexadecimal digits
 */
export function sha256(bytes) {
  const state = Uint32Array.from(START);
  const words = new Uint32Array(ROUNDS);
  const whole = bytes.length - (bytes.length % BLOCK_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < whole; at += BLOCK_BYTES) {
    mix(state, view, at, words);
  }
  const last = padded(bytes.subarray(whole), bytes.length);
  for (let at = 0; at < last.byteLength; at += BLOCK_BYTES) {
    mix(state, last, at, words);
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

/**
 * The last one or two blocks: the rest, a bit, zeros, and the length in bits.
 *
 * @param {Uint8Array} rest
 * @param {number} length of all, in bytes
 * @returns {DataView}
 */
function padded(rest, length) {
  const blocks = Math.ceil((rest.length + 1 + LENGTH_BYTES) / BLOCK_BYTES);
  const last = new Uint8Array(blocks * BLOCK_BYTES);
  last.set(rest);
  last[rest.length] = 0x80;
  const view = new DataView(last.buffer);
  view.setBigUint64(last.length - LENGTH_BYTES, BigInt(length) * 8n);
  return view;
}

/**
 * Mix a block into the state.
 *
 * @param {Uint32Array} state eight words, changed in place
 * @param {DataView} view
 * @param {number} at where the block begins
 * @param {Uint32Array} words room for a word a round
 * @returns {void}
 */
function mix(state, view, at, words) {
  for (let t = 0; t < 16; t += 1) {
    words[t] = view.getUint32(at + 4 * t);
  }
  for (let t = 16; t < ROUNDS; t += 1) {
    const early = words[t - 15];
    const late = words[t - 2];
    const low = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const high = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[t] = words[t - 16] + low + words[t - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < ROUNDS; t += 1) {
    const ahead = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const chosen = (e & f) ^ (~e & g);
    const first = (h + ahead + chosen + CONSTANTS[t] + words[t]) | 0;
    const behind = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const agreed = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + behind + agreed) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, position) => {
    state[position] += word;
  });
}

/**
 * @param {number} word
 * @param {number} bits
 * @returns {number} the word's bits turned right
 */
function turned(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}
