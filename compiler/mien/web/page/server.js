/**
 * Talking with the server: its states, its artifact, and edits.
 *
 * @module
 */

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Preview} Preview */
/** @typedef {import("./types.js").FaultFacts} FaultFacts */
/** @typedef {import("../drawing.js").FlatFace} FlatFace */
/** @typedef {import("./score_draft.js").ScoreFacts} ScoreFacts */

const KEY = "mien-key";

/** What the server said no to. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {readonly FaultFacts[]} faults
   */
  constructor(status, message, faults) {
    super(message);
    this.status = status;
    this.faults = faults;
  }
}

/** Keep the key that the printed address has behind its #, and take it out of sight. */
export function keepKey() {
  const given = new URLSearchParams(location.hash.slice(1));
  const key = given.get("key");
  if (key === null) return;
  localStorage.setItem(KEY, key);
  given.delete("key");
  history.replaceState(null, "", `#${given}`);
}

/**
 * Receive the server's states for as long as the page lives.
 *
 * @param {(state: State) => void} received
 * @param {(connected: boolean) => void} connected
 */
export function listen(received, connected) {
  const events = new EventSource("/api/events");
  events.addEventListener("open", () => connected(true));
  events.addEventListener("error", () => connected(false));
  events.addEventListener("state", (event) => received(JSON.parse(event.data)));
}

/**
 * Receive the faces that other programs send, for as long as the page lives.
 *
 * @param {(weights: Readonly<Record<string, number>> | null) => void} received null where none comes any more
 */
export function listenToFaces(received) {
  const events = new EventSource("/api/faces");
  events.addEventListener("error", () => received(null));
  events.addEventListener("face", (event) => received(JSON.parse(event.data)));
}

/** Gives the newest face to the server, one after another, and leaves out what is overtaken meanwhile. */
export class FaceSender {
  constructor() {
    /** @type {Readonly<Record<string, number>> | null} */
    this.next = null;
    this.busy = false;
  }

  /** @param {Readonly<Record<string, number>>} weights */
  send(weights) {
    this.next = weights;
    if (!this.busy) void this.drain();
  }

  async drain() {
    this.busy = true;
    while (this.next) {
      const weights = this.next;
      this.next = null;
      try {
        await post("/api/face", { weights });
      } catch {
        break; // the page says elsewhere that the server is gone
      }
    }
    this.busy = false;
  }
}

/** @returns {Promise<ArrayBuffer>} the last good artifact */
export async function fetchArtifact() {
  return (await answered(await fetch("/api/artifact"))).arrayBuffer();
}

/** @returns {Promise<FlatFace>} the drawing */
export async function fetchDrawing() {
  return (await answered(await fetch("/api/drawing"))).json();
}

const TOLD_EVERY = 500;

/**
 * @param {(share: number) => void} listened told the share of the sound that has been heard, where that takes long
 * @returns {Promise<ScoreFacts>} the score as its file says it
 */
export async function fetchScore(listened) {
  let waiting = true;
  const tell = async () => {
    const { share } = await (await fetch("/api/score/heard")).json();
    if (waiting && share !== null) listened(share);
  };
  const timer = setInterval(() => tell().catch(() => {}), TOLD_EVERY); // the answer itself says what is wrong
  try {
    return await (await answered(await fetch("/api/score"))).json();
  } finally {
    waiting = false;
    clearInterval(timer);
  }
}

/** @returns {Promise<ArrayBuffer>} the lips that the score was last performed with */
export async function fetchLips() {
  return (await answered(await fetch("/api/score/lips"))).arrayBuffer();
}

/** @returns {Promise<ArrayBuffer>} the score's sound */
export async function fetchSound() {
  return (await answered(await fetch("/api/score/sound"))).arrayBuffer();
}

/**
 * Ask what comes of a draft of the score, or have it written.
 *
 * @param {"preview" | "write"} action
 * @param {object} body
 * @returns {Promise<ScoreFacts>}
 * @throws {Refusal}
 */
export async function askScore(action, body) {
  return (await post(`/api/score/${action}`, body)).json();
}

/**
 * Ask for an edit.
 *
 * @template T
 * @param {"preview" | "write" | "undo"} action
 * @param {object} body
 * @returns {Promise<T>}
 * @throws {Refusal}
 */
export async function ask(action, body) {
  return (await post(`/api/edit/${action}`, body)).json();
}

/**
 * @param {string} address
 * @param {object} body
 * @returns {Promise<Response>}
 * @throws {Refusal}
 */
async function post(address, body) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Mien-Key": localStorage.getItem(KEY) ?? "" },
    body: JSON.stringify(body),
  });
  return answered(response);
}

/**
 * @param {Response} response
 * @returns {Promise<Response>}
 */
async function answered(response) {
  if (response.ok) return response;
  const { error, faults } = await response.json();
  throw new Refusal(response.status, String(error), faults ?? []);
}
