/**
 * The page: the server's states on one side, the view on the other, the face between them.
 *
 * @module
 */

import { Bank, loadBank } from "../index.js";
import { AvatarDrop } from "./avatar_drop.js";
import { Bars } from "./bars.js";
import { Controls, startTheme } from "./controls.js";
import { asJson, asYaml, copy } from "./copy.js";
import { byId, element } from "./dom.js";
import { Editor } from "./editor.js";
import { Face, Strip } from "./face.js";
import {
  ON_THE_LINE,
  anchorAt,
  anchorsOf,
  edited,
  faceOf,
  nearestIntensity,
  onDrawing,
  pointAt,
  shares,
} from "./faces.js";
import { Mixture } from "./mixture.js";
import { signed } from "./numbers.js";
import { Pad } from "./pad.js";
import { Player } from "./player.js";
import { FaceSender, fetchArtifact, fetchDrawing, keepKey, listen, listenToFaces } from "./server.js";
import { Status } from "./status.js";
import { Timeline } from "./timeline.js";
import { ViewStore, linkOf, readLink } from "./view_state.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./faces.js").Anchor} Anchor */

const LINK_PAUSE = 200;
const MIDDLE = 0.5;
const HUNDREDTH = 0.01;
const AHEAD = [0, 0, 0];

/** @typedef {import("../index.js").Evaluator} Evaluator */

/** The running page. */
class Page {
  /** @param {import("../drawing.js").FlatFace} drawing */
  constructor(drawing) {
    /** @type {State | null} */
    this.state = null;
    /** @type {Evaluator | null} */
    this.evaluator = null;
    this.digest = "";
    /** @type {Promise<void>} */
    this.turn = Promise.resolve();
    /** @type {Float32Array} */
    this.weights = new Float32Array();
    /** @type {Readonly<Record<string, number>> | null} the face that another program sends */
    this.received = null;
    this.listens = false;
    /** @type {{shown: import("../performance/plan.js").Shown, caption: string} | null} a score's frame */
    this.performed = null;
    this.sender = new FaceSender();
    this.smooth = false;
    this.link = 0;
    this.status = new Status();
    this.store = new ViewStore({ label: "", mix: {}, vad: [0, 0, 0], style: "", speech: 0, edit: "" });
    this.face = new Face(drawing);
    this.strip = new Strip(drawing, (name) => this.controls.pressed(name));
    this.pad = new Pad((v, a) => this.store.set({ vad: [v, a, this.store.view.vad[2]] }));
    this.bars = new Bars((channel, weight) => this.dragBar(channel, weight));
    this.controls = new Controls(this.store, () => this.ready());
    this.mixture = new Mixture((mix) => this.mix(mix));
    this.editor = new Editor(() => this.show());
    this.avatar = new AvatarDrop(() => this.show());
    this.timeline = new Timeline((shown, caption) => this.perform(shown, caption));
    this.player = new Player(
      () => this.stops(),
      () => this.stop(),
      (stop) => this.visit(stop),
    );
    this.store.listen(() => {
      this.performed = null;
      this.timeline.leave();
      this.show();
    });
    this.wire();
  }

  /** Buttons, the address, and the server's states. */
  wire() {
    byId("edit", HTMLButtonElement).addEventListener("click", () => this.toggleEdit());
    const json = byId("copy-json", HTMLButtonElement);
    json.addEventListener("click", () => void copy(this.json(), json));
    const yaml = byId("copy-yaml", HTMLButtonElement);
    yaml.addEventListener("click", () => {
      void copy(asYaml(this.named(), this.state?.shorthands ?? {}), yaml);
    });
    const grouping = byId("grouping", HTMLSelectElement);
    grouping.addEventListener("change", () => {
      this.bars.grouping = grouping.value;
      if (this.evaluator) this.bars.build(this.evaluator.tables);
      this.show();
    });
    window.addEventListener("hashchange", (event) => {
      keepKey();
      this.smooth = true;
      // Not location.hash: by now the view's own link may have been written over the one followed.
      this.lookAt(readLink(new URL(event.newURL).hash));
    });
    listen(
      (state) => {
        this.turn = this.turn.then(() => this.receive(state));
      },
      (connected) => this.status.connect(connected),
    );
  }

  /**
   * A new state: fetch the artifact where it is another, keep the view where it can be kept.
   *
   * @param {State} state
   */
  async receive(state) {
    const first = this.evaluator === null;
    const performing = first || this.performed !== null;
    if (state.artifact && state.artifact !== this.digest) {
      const { evaluator } = await loadBank(await fetchArtifact());
      const anchor = this.evaluator && anchorAt(this.evaluator, this.store.view);
      const channels = this.evaluator?.tables.channels.join();
      this.evaluator = evaluator;
      this.digest = state.artifact;
      if (channels !== evaluator.tables.channels.join()) this.bars.build(evaluator.tables);
      this.state = state;
      this.smooth = true;
      const given = first ? readLink(location.hash) : this.store.view;
      this.lookAt(anchor ? { ...given, ...moved(evaluator, this.store.view, anchor) } : given);
    }
    this.state = state;
    if (state.receives && !this.listens) {
      this.listens = true;
      listenToFaces((weights) => this.receiveFace(weights));
    }
    this.editor.refresh(state.labels[this.store.view.label], state.undo);
    this.show();
    if (state.score !== null && this.evaluator) {
      await this.timeline.receive(state.score, this.evaluator, performing);
    }
    document.documentElement.dataset["revision"] = String(state.revision);
  }

  /**
   * A frame of the score takes the place of the view's own, until the view is changed.
   *
   * @param {import("../performance/plan.js").Shown} shown
   * @param {string} caption
   */
  perform(shown, caption) {
    this.performed = { shown, caption };
    if (!this.state || !this.evaluator) return;
    this.showFace(this.state, this.evaluator, null, new Set());
    byId("caption", HTMLElement).textContent = this.caption();
    if (this.state.sends) this.sender.send(this.named());
  }

  /**
   * A face that another program sends takes the place of the view's own, until none comes any more.
   *
   * @param {Readonly<Record<string, number>> | null} weights
   */
  receiveFace(weights) {
    const before = this.received;
    this.received = weights;
    if (!this.state || !this.evaluator || (!weights && !before)) return;
    if (!weights || !before) this.show();
    else this.showFace(this.state, this.evaluator, null, new Set());
  }

  /**
   * Look at what is requested, as far as the bank has it.
   *
   * @param {Partial<View>} request
   */
  lookAt(request) {
    const { evaluator } = this;
    if (!evaluator) return;
    const labels = evaluator.tables.labels.map((one) => one.label);
    const wanted = request.label ?? "";
    const label = labels.includes(wanted) ? wanted : (labels[1] ?? labels[0]);
    const mix = Object.fromEntries(
      Object.entries(request.mix ?? {}).filter(([name]) => labels.includes(name)),
    );
    const mixed = Object.keys(mix).length > 1;
    const anchors = anchorsOf(evaluator, label);
    const style = anchors.find((one) => one.style && one.name === request.style && !mixed);
    const edit = anchors.find((one) => one.name === request.edit && !mixed);
    /** @type {View} */
    const view = {
      label,
      mix: mixed ? mix : {},
      vad: [0, 0, 0],
      style: style?.name ?? "",
      speech: request.speech ?? 0,
      edit: edit?.name ?? "",
    };
    view.vad = request.vad && label === wanted ? request.vad : (style?.vad ?? pointAt(evaluator, view, MIDDLE));
    if (edit) Object.assign(view, at(edit));
    this.store.set(view);
  }

  /** Draw everything from the view. */
  show() {
    const { state, evaluator } = this;
    if (!state) return;
    this.status.show(state);
    document.body.classList.toggle("empty", evaluator === null);
    if (!evaluator) return;
    const { view } = this.store;
    const anchor = this.edited();
    this.editor.turn(view.label, anchor);
    const values = this.editor.values;
    const tables = anchor && values.size
      ? edited(evaluator.tables, view.label, anchor, values)
      : evaluator.tables;
    const shown = tables === evaluator.tables ? evaluator : new Bank(tables).evaluator;
    this.weights = faceOf(shown, view);
    this.controls.show(state);
    this.pad.show(evaluator, view);
    this.mixture.show(view, evaluator.tables.labels.map((one) => one.label));
    this.showFace(state, evaluator, anchor, new Set(values.keys()));
    if (state.sends) this.sender.send(this.named());
    this.strip.show(this.intensities(shown, state));
    this.editor.heldBack = this.heldBack(anchor);
    this.editor.show();
    this.showAbout(state);
    byId("edit", HTMLButtonElement).setAttribute("aria-pressed", String(anchor !== null));
    document.body.classList.toggle("is-editing", anchor !== null);
    this.keepLink();
  }

  /**
   * Draw the face that a score shows, else the one that is received, else the view's own.
   *
   * @param {State} state
   * @param {Evaluator} evaluator
   * @param {Anchor | null} anchor
   * @param {ReadonlySet<string>} changed channels that an edit changes
   */
  showFace(state, evaluator, anchor, changed) {
    const { received, performed } = this;
    if (performed) this.weights = performed.shown.weights;
    else if (received) this.weights = Float32Array.from(evaluator.tables.channels, (name) => received[name] ?? 0);
    const own = !received && !performed;
    this.bars.show(own ? this.held(anchor) : this.weights, anchor !== null, changed);
    const { weights, undrawn, blank } = onDrawing(this.named(), state.drawn);
    this.face.show(weights, this.caption(), this.smooth && own);
    const head = performed?.shown.head ?? AHEAD;
    this.face.turn(head);
    this.smooth = false;
    this.avatar.nod(head);
    this.avatar.show(Object.values(weights), Object.keys(weights));
    showUndrawn(undrawn, blank);
  }

  /** @param {State} state */
  showAbout(state) {
    const { view } = this.store;
    const { tables } = this.ready();
    byId("bank", HTMLElement).textContent = `${state.title || tables.bank} ${tables.version}`;
    document.title = `${this.title()} · ${tables.bank} · mien`;
    byId("caption", HTMLElement).textContent = this.caption();
    const home = byId("about", HTMLElement);
    const key = JSON.stringify([view.label, view.mix, state.labels[view.label]]);
    if (home.dataset["shown"] === key) return;
    home.dataset["shown"] = key;
    const facts = state.labels[view.label];
    home.replaceChildren();
    if (!facts || Object.keys(view.mix).length) return;
    home.append(element("p", {}, facts.description));
    /** @type {[string, string][]} */
    const rows = [
      ["Action units", facts.units],
      ["Head", facts.head],
      ["Gaze", facts.gaze],
      ["Asymmetry", facts.asymmetry],
      ["Timing", facts.timing],
      ["File", facts.file],
    ];
    home.append(
      element(
        "details",
        {},
        element("summary", {}, "More"),
        element(
          "dl",
          {},
          ...rows
            .filter(([, fact]) => fact && fact !== "none")
            .flatMap(([name, fact]) => [element("dt", {}, name), element("dd", {}, fact)]),
        ),
      ),
    );
  }

  /** @returns {string} */
  title() {
    const { view } = this.store;
    const parts = Object.entries(shares(view));
    if (parts.length > 1) {
      return parts.map(([label, part]) => `${Math.round(part * 100)} % ${label}`).join(", ");
    }
    const title = this.state?.labels[view.label]?.title ?? view.label;
    return view.style ? `${title}, ${view.style}` : title;
  }

  /** @returns {string} */
  caption() {
    if (this.performed) return this.performed.caption;
    if (this.received) return `Received: ${this.state?.receives ?? ""}`;
    const { view } = this.store;
    const [v, a, d] = view.vad.map(signed);
    const anchor = anchorAt(this.ready(), view);
    const where = anchor && !anchor.style && Object.keys(view.mix).length === 0 ? ` ${anchor.name}` : "";
    const spoken = view.speech ? `, speech ${Math.round(view.speech * 100)} %` : "";
    return `${this.title()}${where} at V ${v} A ${a} D ${d}${spoken}`;
  }

  /** @param {Record<string, number>} mix */
  mix(mix) {
    const labels = Object.keys(mix);
    if (labels.length > 1) {
      const evaluator = this.ready();
      const { intensity, distance } = nearestIntensity(evaluator, this.store.view);
      const view = { ...this.store.view, mix, label: labels[0], style: "" };
      const onLine = distance <= ON_THE_LINE;
      this.store.set(onLine ? { ...view, vad: pointAt(evaluator, view, intensity) } : view);
    }
    else this.lookAt({ label: labels[0] ?? this.store.view.label, speech: this.store.view.speech });
  }

  /** Into edit mode at the nearest anchor, or out of it. */
  toggleEdit() {
    const { view } = this.store;
    const evaluator = this.ready();
    if (view.edit) {
      this.store.set({ edit: "" });
      return;
    }
    this.player.stop();
    const anchors = anchorsOf(evaluator, view.label);
    const style = anchors.find((one) => one.style && one.name === view.style);
    const near = anchorAt(evaluator, view) ?? anchors.reduce((a, b) => (gap(b, view) < gap(a, view) ? b : a));
    const anchor = style ?? near;
    this.smooth = true;
    this.store.set({ ...at(anchor), mix: {}, edit: anchor.name });
  }

  /**
   * What the bars show: a weight that is dragged stays under the hand, whatever the face does to it.
   *
   * @param {Anchor | null} anchor
   * @returns {Float32Array}
   */
  held(anchor) {
    if (!anchor || anchor.style) return this.weights;
    const weights = Float32Array.from(this.weights);
    const { channels } = this.ready().tables;
    for (const [channel, value] of this.editor.values) weights[channels.indexOf(channel)] = value;
    return weights;
  }

  /**
   * The channels of a style that do not show their offset, because others exclude them.
   *
   * @param {Anchor | null} anchor
   * @returns {string[]}
   */
  heldBack(anchor) {
    if (!anchor?.style) return [];
    const evaluator = this.ready();
    const { channels } = evaluator.tables;
    const table = evaluator.table(this.store.view.label);
    const row = table.styles.indexOf(anchor.name) * channels.length;
    const plain = evaluator.face(this.store.view.label, anchor.vad);
    return [...this.editor.values].flatMap(([channel, offset]) => {
      const c = channels.indexOf(channel);
      const wanted = Math.min(1, table.styleGain[row + c] * plain[c] + offset);
      const shows = this.weights[c];
      return wanted - shows > HUNDREDTH ? [`${channel} ${wanted.toFixed(2)} shows as ${shows.toFixed(2)}`] : [];
    });
  }

  /** @returns {Anchor | null} what is edited */
  edited() {
    const { view } = this.store;
    if (!view.edit || !this.evaluator) return null;
    return anchorsOf(this.evaluator, view.label).find((one) => one.name === view.edit) ?? null;
  }

  /**
   * @param {string} channel
   * @param {number} weight
   */
  dragBar(channel, weight) {
    const anchor = this.edited();
    if (!anchor) return;
    const groups = Object.values(this.state?.shorthands ?? {});
    const group = this.editor.both.checked && groups.find((members) => members.includes(channel));
    /** @type {Map<string, number>} */
    const values = new Map();
    for (const member of group || [channel]) {
      values.set(member, anchor.style ? this.offsetFor(anchor, member, weight) : weight);
    }
    this.editor.set(values);
  }

  /**
   * The offset that brings a style's channel to a weight, in hundredths.
   *
   * @param {Anchor} anchor
   * @param {string} channel
   * @param {number} weight
   * @returns {number}
   */
  offsetFor(anchor, channel, weight) {
    const evaluator = this.ready();
    const { view } = this.store;
    const table = evaluator.table(view.label);
    const c = evaluator.tables.channels.indexOf(channel);
    const row = table.styles.indexOf(anchor.name) * evaluator.tables.channels.length;
    const plain = evaluator.face(view.label, anchor.vad)[c];
    const offset = Math.round((weight - table.styleGain[row + c] * plain) * 100) / 100;
    return Math.min(1, Math.max(-1, offset)) + 0;
  }

  /** @returns {import("./player.js").Stop[]} every archetype */
  stops() {
    const { tables } = this.ready();
    return tables.labels.flatMap(({ label }) => tables.intensities.map((name) => ({ label, name })));
  }

  /** @returns {import("./player.js").Stop | null} the archetype that is shown, or the label's last */
  stop() {
    const { view } = this.store;
    const anchor = anchorAt(this.ready(), view);
    return { label: view.label, name: anchor?.name ?? this.ready().tables.intensities[0] };
  }

  /** @param {import("./player.js").Stop} stop */
  visit({ label, name }) {
    const anchor = anchorsOf(this.ready(), label).find((one) => one.name === name);
    if (!anchor) return;
    this.smooth = true;
    this.store.set({ label, mix: {}, ...at(anchor), edit: this.store.view.edit ? name : "" });
  }

  /** @returns {Record<string, number>} channel to weight */
  named() {
    return named(this.ready().tables.channels, this.weights);
  }

  /**
   * The plain faces of the view's label or mixture at its intensities, as spoken as the view.
   *
   * @param {Evaluator} evaluator
   * @param {State} state
   * @returns {import("./face.js").Small[]}
   */
  intensities(evaluator, state) {
    const { view } = this.store;
    const { intensities, channels } = evaluator.tables;
    const mixed = Object.keys(view.mix).length > 0;
    return intensities.map((name, i) => {
      const vad = pointAt(evaluator, view, i / (intensities.length - 1));
      const face = faceOf(evaluator, { ...view, vad, style: "" });
      const { weights, blank } = onDrawing(named(channels, face), state.drawn);
      const at = mixed ? undefined : anchorAt(evaluator, view);
      return { name, weights, blank, here: view.edit ? name === view.edit : name === at?.name };
    });
  }

  /** @returns {string} */
  json() {
    if (this.received || this.performed) return JSON.stringify(this.named(), null, 2);
    return asJson(this.store.view, shares(this.store.view), this.named());
  }

  /** @returns {Evaluator} */
  ready() {
    if (!this.evaluator) throw new Error("there is no face yet");
    return this.evaluator;
  }

  /** Browsers count how often an address changes, so it waits for the hand to rest. */
  keepLink() {
    clearTimeout(this.link);
    this.link = setTimeout(() => {
      history.replaceState(null, "", `#${linkOf(this.store.view)}`);
    }, LINK_PAUSE);
  }
}

/**
 * @param {readonly string[]} channels
 * @param {ArrayLike<number>} weights
 * @returns {Record<string, number>} channel to weight
 */
function named(channels, weights) {
  return Object.fromEntries(channels.map((name, c) => [name, weights[c]]));
}

/** How many channels that are not drawn the page names. */
const NAMED = 12;

/**
 * @param {readonly string[]} undrawn channels
 * @param {boolean} blank whether nothing of the face is drawn
 */
function showUndrawn(undrawn, blank) {
  document.body.classList.toggle("is-blank", blank);
  const home = byId("undrawn", HTMLElement);
  home.hidden = undrawn.length === 0;
  const more = undrawn.length > NAMED ? ` and ${undrawn.length - NAMED} more` : "";
  const names = undrawn.slice(0, NAMED).join(", ") + more;
  const text = `The drawing has no channels for ${names}; aliases in the rig can name them.`;
  home.textContent = blank ? `Nothing of this face can be drawn. ${text}` : text;
}

/**
 * @param {Anchor} anchor
 * @returns {Pick<View, "vad" | "style" | "speech">}
 */
function at(anchor) {
  return { vad: anchor.vad, style: anchor.style ? anchor.name : "", speech: 0 };
}

/**
 * Where the anchor that the view stood on is now.
 *
 * @param {Evaluator} evaluator
 * @param {View} view
 * @param {Anchor} before
 * @returns {Partial<View>}
 */
function moved(evaluator, view, before) {
  if (!evaluator.labels.has(view.label)) return {};
  const same = anchorsOf(evaluator, view.label).find((one) => one.name === before.name);
  return same ? { vad: same.vad } : {};
}

/**
 * @param {Anchor} anchor
 * @param {View} view
 * @returns {number}
 */
function gap(anchor, view) {
  return anchor.vad.reduce((sum, x, axis) => sum + (x - view.vad[axis]) ** 2, 0);
}

startTheme();
keepKey();
new Page(await fetchDrawing());
