/**
 * The timeline of a score: it is played, scrubbed, edited and saved, and the face follows.
 *
 * @module
 */

import { FRAME_RATE, Performance, readLips } from "../index.js";
import { CueFields } from "./cue_fields.js";
import { byId, element, say } from "./dom.js";
import { Lanes } from "./lanes.js";
import { ScoreDraft } from "./score_draft.js";
import { Refusal, askScore, fetchLips, fetchScore, fetchSound } from "./server.js";
import { faultList } from "./status.js";
import { Transport, decoded } from "./transport.js";

/** @typedef {import("../index.js").Evaluator} Evaluator */
/** @typedef {import("../performance/plan.js").LipTrack} LipTrack */
/** @typedef {import("../performance/plan.js").Plan} Plan */
/** @typedef {import("../performance/plan.js").Shown} Shown */
/** @typedef {import("./score_draft.js").Item} Item */
/** @typedef {import("./score_draft.js").ScoreFacts} ScoreFacts */

const LEAST_TRANSITION = 0.05;
const LEAST_LOOP = 0.05;

/** The timeline in the page. */
export class Timeline {
  /** @param {(shown: Shown, caption: string) => void} shows a frame of the performance */
  constructor(shows) {
    this.shows = shows;
    this.home = byId("timeline", HTMLElement);
    this.tools = byId("score-tools", HTMLElement);
    this.playButton = byId("score-play", HTMLButtonElement);
    this.loopButton = byId("score-loop", HTMLButtonElement);
    this.saveButton = byId("score-save", HTMLButtonElement);
    this.undoButton = byId("score-undo", HTMLButtonElement);
    this.life = byId("score-life", HTMLInputElement);
    this.clock = byId("score-time", HTMLOutputElement);
    this.news = byId("score-news", HTMLElement);
    this.token = "";
    this.lipsKey = "";
    /** Whatever is asked of the server waits for what was asked before. */
    this.turn = Promise.resolve();
    this.waits = false;
    this.frame = -1;
    this.picture = 0;
    this.active = false;
    this.message = "";
    this.conflict = false;
    /** @type {ScoreFacts | null} */
    this.facts = null;
    /** @type {ScoreDraft | null} */
    this.draft = null;
    /** @type {Item | null} */
    this.selected = null;
    /** @type {Evaluator | null} */
    this.evaluator = null;
    /** @type {LipTrack | null} */
    this.lips = null;
    /** @type {Plan | null} the last that could be performed */
    this.plan = null;
    /** @type {Performance | null} */
    this.performance = null;
    this.transport = new Transport(() => this.showTransport());
    this.lanes = new Lanes({
      seek: (seconds) => this.seek(seconds),
      loop: (from, to) => this.loop(from, to),
      select: (item) => this.select(item),
      begin: () => this.keep(),
      move: (item, seconds) => this.move(item, seconds),
      stretch: (item, seconds) => this.stretch(item, seconds),
      remove: (item) => this.remove(item),
    });
    this.fields = new CueFields(
      () => this.keep(),
      (item, timed) => this.edited(item, timed),
      (item) => this.remove(item),
    );
    this.wire();
  }

  /** Buttons and keys. */
  wire() {
    this.playButton.addEventListener("click", () => void this.toggle());
    this.loopButton.addEventListener("click", () => this.toggleLoop());
    this.saveButton.addEventListener("click", () => this.save());
    this.undoButton.addEventListener("click", () => this.undo());
    byId("add-cue", HTMLButtonElement).addEventListener("click", () => this.add("cues"));
    byId("add-look", HTMLButtonElement).addEventListener("click", () => this.add("gaze"));
    this.life.addEventListener("change", () => {
      this.keep();
      this.draft?.live(this.life.checked);
      this.changed();
    });
    this.home.addEventListener("keydown", (event) => {
      const field = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
      if (event.key === " " && !field && !(event.target instanceof HTMLButtonElement)) {
        event.preventDefault();
        void this.toggle();
      }
      if ((event.ctrlKey || event.metaKey) && event.key === "z" && !field) {
        event.preventDefault();
        this.undo();
      }
      if ((event.ctrlKey || event.metaKey) && event.key === "s") {
        event.preventDefault();
        this.save();
      }
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.draft?.changed) event.preventDefault();
    });
  }

  /**
   * A new state of the server, maybe with another bank or another score.
   *
   * @param {string} token another one whenever the score's file has changed
   * @param {Evaluator} evaluator
   * @param {boolean} shows whether the face is to be the score's
   * @returns {Promise<void>}
   */
  receive(token, evaluator, shows) {
    this.turn = this.turn
      .then(() => this.follow(token, evaluator, shows))
      .catch((error) => this.failed(error));
    return this.turn;
  }

  /**
   * @param {string} token
   * @param {Evaluator} evaluator
   * @param {boolean} shows
   */
  async follow(token, evaluator, shows) {
    const bank = evaluator !== this.evaluator;
    this.evaluator = evaluator;
    if (token === this.token && !bank) return;
    this.token = token;
    this.home.hidden = false;
    document.body.classList.add("has-score");
    if (this.draft?.changed) {
      await this.look();
      return;
    }
    const facts = await this.fetch();
    if (!bank && facts.base === this.draft?.base) return;
    await this.open(facts, shows);
  }

  /** @returns {Promise<ScoreFacts>} the score as its file says it; meanwhile how far its sound has been heard is shown */
  fetch() {
    const share = element("progress");
    const line = element("p", { class: "hint" }, "Listening to the sound ", share);
    if (!this.facts) this.news.replaceChildren(element("p", { class: "hint" }, "Reading the score"));
    return fetchScore((heard) => {
      share.value = heard;
      if (!line.isConnected) this.news.replaceChildren(line);
    });
  }

  /**
   * @param {ScoreFacts} facts
   * @param {boolean} [show] the face at once
   */
  async open(facts, show = true) {
    this.draft = new ScoreDraft(facts);
    this.selected = null;
    this.message = "";
    this.conflict = false;
    this.active ||= show;
    await this.take(facts);
  }

  /**
   * Perform what the server says of the score.
   *
   * @param {ScoreFacts} facts
   */
  async take(facts) {
    const heard = facts.sound && this.facts?.sound !== true;
    this.facts = facts;
    if (facts.plan) {
      this.draft?.time(facts.plan);
      this.plan = facts.plan;
      if (facts.lips !== this.lipsKey) {
        this.lips = readLips(await fetchLips());
        this.lipsKey = facts.lips;
      }
      this.transport.duration = facts.plan.frames / FRAME_RATE;
      this.perform();
    }
    this.show();
    if (heard) void this.hear();
  }

  /** Fetch the sound, for ears and for eyes. */
  async hear() {
    try {
      this.transport.sound = await decoded(await fetchSound());
    } catch {
      this.message = "This browser cannot play the sound; the face moves without it.";
    }
    this.show();
  }

  /** Begin with the plan anew; what is shown stays at its time. */
  perform() {
    const { evaluator, plan, lips } = this;
    if (!evaluator || !plan || !lips) return;
    this.performance = new Performance(evaluator, plan, lips);
    this.frame = -1;
    this.draw();
  }

  /** Show the frame that is due. */
  draw() {
    const { performance, plan, transport } = this;
    this.lanes.point(transport.time, transport.loop);
    this.clock.textContent = `${transport.time.toFixed(2)} / ${transport.duration.toFixed(2)} s`;
    if (!performance || !plan || !this.active) return;
    const frame = Math.min(plan.frames - 1, Math.floor(transport.time * FRAME_RATE + 1e-6));
    if (frame === this.frame) return;
    this.frame = frame;
    this.home.dataset["frame"] = String(frame);
    const name = this.facts?.file.split("/").pop() ?? "";
    this.shows(performance.at(frame), `${name} at ${(frame / FRAME_RATE).toFixed(2)} s`);
  }

  /** One picture after the other, for as long as it plays. */
  run() {
    this.transport.turn();
    this.draw();
    if (this.lanes.home.clientWidth > this.lanes.scroller.clientWidth) this.lanes.follow();
    if (this.transport.playing) this.next();
  }

  /** Run with the next picture. */
  next() {
    cancelAnimationFrame(this.picture);
    this.picture = requestAnimationFrame(() => this.run());
  }

  /** Play or pause. */
  async toggle() {
    this.active = true;
    if (this.transport.playing) {
      this.transport.pause();
      this.draw();
    } else {
      await this.transport.play();
      this.next();
    }
    this.showTransport();
  }

  /** Something else is looked at. */
  leave() {
    if (!this.active) return;
    this.active = false;
    this.frame = -1;
    if (this.transport.playing) this.transport.pause();
    this.showTransport();
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.active = true;
    this.transport.seek(seconds);
    this.draw();
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  loop(from, to) {
    this.transport.loop = to - from < LEAST_LOOP ? null : [from, to];
    this.showTransport();
    this.draw();
  }

  /** Loop all of it, or nothing. */
  toggleLoop() {
    this.transport.loop = this.transport.loop ? null : [0, this.transport.duration];
    this.showTransport();
    this.draw();
  }

  /** @param {Item} item */
  select(item) {
    this.selected = item;
    this.show();
  }

  /** Remember what the score says, before it changes. */
  keep() {
    this.draft?.keep();
  }

  /** The way back. */
  undo() {
    if (!this.draft?.undo()) return;
    this.selected = null;
    this.changed();
  }

  /**
   * @param {Item} item
   * @param {number} seconds
   */
  move(item, seconds) {
    this.draft?.move(item, Math.min(this.transport.duration, Math.max(0, seconds)));
    this.changed();
  }

  /**
   * @param {Item} item
   * @param {number} seconds
   */
  stretch(item, seconds) {
    if (item.list !== "cues") return;
    item.fields["transition"] = Math.round(Math.max(LEAST_TRANSITION, seconds) * 100) / 100;
    this.changed();
  }

  /** @param {Item} item */
  remove(item) {
    if (item.list === "start") return;
    this.keep();
    this.draft?.remove(item);
    this.selected = null;
    this.changed();
    say("Deleted");
  }

  /** @param {"cues" | "gaze"} list */
  add(list) {
    const { draft, evaluator } = this;
    if (!draft || !evaluator) return;
    this.keep();
    const taken = draft.of(list).map(({ seconds }) => seconds);
    let time = Math.round(this.transport.time * 100) / 100;
    while (taken.includes(time)) time = Math.round(time * 100 + 1) / 100;
    const labels = evaluator.tables.labels.map(({ label }) => label);
    const label = labels.find((one) => one !== "neutral") ?? labels[0];
    this.selected = draft.add(list, list === "cues" ? { time, label } : { time, look: "left" });
    this.changed();
    this.lanes.blocks.get(this.selected)?.focus();
  }

  /**
   * A field of an item says something else.
   *
   * @param {Item} item
   * @param {boolean} timed
   */
  edited(item, timed) {
    const { time, shift } = item.fields;
    if (timed && typeof time === "number") {
      item.seconds = time + (shift ?? 0);
      this.draft?.sort();
    }
    this.changed();
  }

  /** The draft says something else: show it, and try it. */
  changed() {
    this.message = "";
    this.active = true;
    this.show();
    if (this.waits) return;
    this.waits = true;
    this.turn = this.turn.then(() => this.look());
  }

  /** Ask what comes of the draft as it is now. */
  async look() {
    this.waits = false;
    try {
      await this.take(await askScore("preview", this.draft?.request() ?? {}));
    } catch (error) {
      this.failed(error);
    }
  }

  /** Write the draft into its file. */
  save() {
    if (this.saveButton.disabled) return;
    this.turn = this.turn.then(() => this.write());
  }

  async write() {
    const { draft } = this;
    if (!draft) return;
    const items = [...draft.items];
    const asked = draft.request();
    const text = JSON.stringify(asked);
    try {
      const facts = await askScore("write", asked);
      const changed = JSON.stringify(draft.request()) !== text;
      draft.saved(facts.base, items, changed);
      if (!changed) await this.take(facts);
      this.message = `Saved ${facts.file}`;
      say(this.message);
    } catch (error) {
      this.failed(error);
    }
    this.show();
  }

  /** @param {unknown} error */
  failed(error) {
    this.message = error instanceof Error ? error.message : String(error);
    this.conflict = error instanceof Refusal && error.status === 409;
    this.show();
  }

  /** Draw lanes, fields and what is wrong. */
  show() {
    const { draft, evaluator, facts } = this;
    this.tools.inert = facts === null;
    if (!draft || !evaluator || !facts) {
      this.news.replaceChildren(element("p", {}, this.message));
      return;
    }
    /** @type {Map<Item, string>} */
    const blamed = new Map();
    const others = facts.faults.filter((fault) => {
      const item = draft.blamed(fault);
      if (item) blamed.set(item, [blamed.get(item), fault.message, fault.hint].filter(Boolean).join(". "));
      return !item;
    });
    const labels = evaluator.tables.labels.map(({ label }) => label);
    const last = Math.max(0, ...draft.items.map(({ seconds }) => seconds));
    this.lanes.measure(this.transport.duration || last + 1, this.transport.sound);
    this.lanes.show(draft, this.selected, labels, blamed);
    const selected = this.selected;
    this.fields.show(selected, evaluator.tables, (selected && blamed.get(selected)) ?? "");
    this.life.checked = draft.lives;
    this.saveButton.disabled = !draft.changed || facts.readOnly !== "";
    this.undoButton.disabled = draft.past.length === 0;
    this.news.replaceChildren(...this.newsOf(blamed, others));
    this.showTransport();
    this.draw();
  }

  /**
   * @param {ReadonlyMap<Item, string>} blamed
   * @param {readonly import("./types.js").FaultFacts[]} others
   * @returns {Node[]}
   */
  newsOf(blamed, others) {
    const { facts } = this;
    /** @type {Node[]} */
    const found = [];
    if (this.message) {
      const line = element("p", {}, this.message, " ");
      if (this.conflict) line.append(this.reload());
      found.push(line);
    } else if (facts?.readOnly) found.push(element("p", {}, `Read only: ${facts.readOnly}`));
    else if (facts?.said) found.push(element("p", { class: "hint" }, facts.said));
    if (facts && !facts.plan && facts.faults.length) {
      found.push(element("p", { class: "error" }, "This score cannot be performed yet; the face is that of the last one that could."));
    }
    for (const [item, text] of blamed) {
      if (item === this.selected) continue; // its fields say it
      const way = element("button", { type: "button", class: "link" }, `At ${item.seconds.toFixed(2)} s: ${text}`);
      way.addEventListener("click", () => this.select(item));
      found.push(element("p", { class: "error" }, way));
    }
    if (others.length) found.push(faultList(others));
    return found;
  }

  /** @returns {HTMLElement} the way to what the file says now */
  reload() {
    const made = element("button", { type: "button" }, "Take the file as it is now");
    made.addEventListener("click", () => {
      this.turn = this.turn
        .then(async () => this.open(await this.fetch()))
        .catch((error) => this.failed(error));
    });
    return made;
  }

  /** Draw the buttons. */
  showTransport() {
    const { transport } = this;
    this.playButton.textContent = transport.playing ? "Pause" : "Play";
    this.playButton.setAttribute("aria-pressed", String(transport.playing));
    this.loopButton.setAttribute("aria-pressed", String(transport.loop !== null));
  }
}
