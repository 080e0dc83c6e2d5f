/**
 * The drawn face: weights to SVG, the same text as the compiler draws.
 *
 * The face comes as data with both sides spelled out (`FlatFace`). Only + - * / and sqrt are used.
 *
 * @module
 */

/**
 * @typedef {object} FlatLayer
 * @property {string} name
 * @property {number[]} knots positions in the face's points
 * @property {boolean} closed
 * @property {string} fill a colour, or empty
 * @property {string} stroke a colour, or empty
 * @property {number} width
 * @property {number} opacity at rest
 * @property {number} clip position of a layer, or -1
 * @property {[number, number]} shift
 * @property {number} roundness handle length as a part of its chord
 */

/**
 * @typedef {object} FlatMovement
 * @property {string[]} channels the product of their weights drives the movement
 * @property {[number, number, number][]} moves point, dx, dy
 * @property {[number, number][]} show layer, change of opacity
 */

/**
 * @typedef {object} FlatFace
 * @property {string} id
 * @property {string} title
 * @property {[number, number, number, number]} view
 * @property {string[]} channels
 * @property {number[]} xs
 * @property {number[]} ys
 * @property {boolean[]} sharp
 * @property {FlatLayer[]} layers
 * @property {FlatMovement[]} movements
 * @property {[number, number][]} stops upper and lower point; the upper yields
 */

/** @typedef {[number, number]} Knot */
/** @typedef {{start: Knot, segments: [Knot, Knot, Knot][], closed: boolean}} Curve */
/** @typedef {{layer: FlatLayer, curve: Curve, opacity: number}} PosedLayer */
/** @typedef {Readonly<Record<string, number>>} Weights */

const STEPS = 10;
const HUNDREDTHS = 100;

/**
 * The face at `weights` as a whole SVG document, `size` pixels wide.
 *
 * @param {FlatFace} face
 * @param {Weights} weights channel name to weight; absent channels are at rest
 * @param {number} [size]
 * @param {{prefix?: string, title?: string}} [options] `prefix` starts every id
 * @returns {string}
 */
export function svg(face, weights, size = 600, { prefix = "face", title = "" } = {}) {
  const [, , width, height] = face.view;
  const box = face.view.map((side) => number(side)).join(" ");
  const label = escaped(title || face.title);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}"` +
    ` width="${size}" height="${number((size * height) / width)}" role="img"` +
    ` aria-label="${label}">\n${shapes(face, weights, prefix)}</svg>\n`
  );
}

/**
 * The face's shapes alone, one a line, to stand inside an SVG of one's own.
 *
 * @param {FlatFace} face
 * @param {Weights} weights
 * @param {string} [prefix]
 * @returns {string}
 */
export function shapes(face, weights, prefix = "face") {
  const posed = pose(face, weights);
  const clips = new Set(posed.filter((one) => one.opacity > 0).map((one) => one.layer.clip));
  let text = "";
  for (const [position, one] of posed.entries()) {
    const data = pathData(one.curve);
    if (clips.has(position)) {
      text += `<clipPath id="${prefix}-${position}"><path d="${data}"/></clipPath>\n`;
    }
    if (one.opacity > 0) text += `<path d="${data}"${paint(one, prefix)}/>\n`;
  }
  return text;
}

/**
 * Every layer of `face` at `weights`, in drawing order.
 *
 * @param {FlatFace} face
 * @param {Weights} weights
 * @returns {PosedLayer[]}
 */
export function pose(face, weights) {
  const xs = [...face.xs];
  const ys = [...face.ys];
  const opacities = face.layers.map((layer) => layer.opacity);
  for (const { channels, moves, show } of face.movements) {
    let weight = 1;
    for (const channel of channels) weight *= weights[channel] ?? 0;
    if (weight === 0) continue;
    for (const [point, dx, dy] of moves) {
      xs[point] += weight * dx;
      ys[point] += weight * dy;
    }
    for (const [layer, change] of show) opacities[layer] += weight * change;
  }
  for (const [upper, lower] of face.stops) ys[upper] = Math.min(ys[upper], ys[lower]);
  return face.layers.map((layer, position) => ({
    layer,
    curve: through(
      layer.knots.map((knot) => [xs[knot] + layer.shift[0], ys[knot] + layer.shift[1]]),
      layer.knots.map((knot) => face.sharp[knot]),
      layer.closed,
      layer.roundness,
    ),
    opacity: Math.min(1, Math.max(0, opacities[position])),
  }));
}

/**
 * The smooth curve through `knots`. At a smooth knot the tangent is parallel to the line between
 * its neighbours; at a sharp one, and at an end, the handle points to the handle across.
 *
 * @param {Knot[]} knots
 * @param {boolean[]} sharp
 * @param {boolean} closed
 * @param {number} roundness
 * @returns {Curve}
 */
export function through(knots, sharp, closed, roundness) {
  const count = knots.length;
  const tangents = knots.map((_, position) =>
    sharp[position] || !(closed || (position > 0 && position < count - 1))
      ? null
      : unit(knots[(position + count - 1) % count], knots[(position + 1) % count]),
  );
  /** @type {[Knot, Knot, Knot][]} */
  const segments = [];
  for (let position = 0; position < (closed ? count : count - 1); position += 1) {
    const next = (position + 1) % count;
    segments.push(
      segment(knots[position], knots[next], tangents[position], tangents[next], roundness),
    );
  }
  return { start: knots[0], segments, closed };
}

/**
 * @param {Knot} start
 * @param {Knot} end
 * @param {Knot | null} leaving
 * @param {Knot | null} arriving
 * @param {number} roundness
 * @returns {[Knot, Knot, Knot]}
 */
function segment(start, end, leaving, arriving, roundness) {
  const reach = roundness * distance(start, end);
  const towards = roundness / (1 - roundness);
  /** @type {Knot | null} */
  let out = leaving && [start[0] + reach * leaving[0], start[1] + reach * leaving[1]];
  /** @type {Knot | null} */
  let into = arriving && [end[0] - reach * arriving[0], end[1] - reach * arriving[1]];
  if (!out) out = into ? part(start, into, towards) : part(start, end, roundness);
  if (!into) into = leaving ? part(end, out, towards) : part(end, start, roundness);
  return [out, into, end];
}

/**
 * @param {Knot} start
 * @param {Knot} end
 * @param {number} share
 * @returns {Knot}
 */
function part(start, end, share) {
  return [start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])];
}

/**
 * @param {Knot} start
 * @param {Knot} end
 * @returns {number}
 */
function distance(start, end) {
  const dx = end[0] - start[0];
  const dy = end[1] - start[1];
  return Math.sqrt(dx * dx + dy * dy);
}

/**
 * @param {Knot} start
 * @param {Knot} end
 * @returns {Knot}
 */
function unit(start, end) {
  const length = distance(start, end);
  return length === 0 ? [0, 0] : [(end[0] - start[0]) / length, (end[1] - start[1]) / length];
}

/**
 * @param {PosedLayer} posed
 * @param {string} prefix
 * @returns {string}
 */
function paint({ layer, opacity }, prefix) {
  let text = ` fill="${layer.fill || "none"}"`;
  if (layer.stroke) {
    text +=
      ` stroke="${layer.stroke}" stroke-width="${number(layer.width, HUNDREDTHS)}"` +
      ' stroke-linecap="round" stroke-linejoin="round"';
  }
  if (opacity < 1) text += ` opacity="${number(opacity, HUNDREDTHS)}"`;
  if (layer.clip >= 0) text += ` clip-path="url(#${prefix}-${layer.clip})"`;
  return text;
}

/**
 * The `d` of a path.
 *
 * @param {Curve} curve
 * @returns {string}
 */
export function pathData({ start, segments, closed }) {
  const data = segments.map((knots) => knots.map(pair).join(" ")).join(" ");
  return `M${pair(start)}C${data}${closed ? "Z" : ""}`;
}

/**
 * @param {Knot} knot
 * @returns {string}
 */
function pair(knot) {
  return `${number(knot[0])} ${number(knot[1])}`;
}

/**
 * `value` rounded to `1 / steps` (a power of ten), halves up, without idle zeros.
 *
 * @param {number} value
 * @param {number} [steps]
 * @returns {string}
 */
export function number(value, steps = STEPS) {
  const units = Math.floor(value * steps + 0.5);
  const size = Math.abs(units);
  const decimals = `${(size % steps) + steps}`.slice(1).replace(/0+$/, "");
  const whole = `${units < 0 ? "-" : ""}${Math.floor(size / steps)}`;
  return decimals ? `${whole}.${decimals}` : whole;
}

/**
 * @param {string} text
 * @returns {string}
 */
function escaped(text) {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#x27;");
}
