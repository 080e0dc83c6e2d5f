/**
 * Whether lips or teeth meet in a frame. The twin of mien_trainer/lips/touching.py and closures.py,
 * which have the numbers' reasons.
 *
 * @module
 */

const FIRMLY = 0.95;
const SPOKEN = 0.5;

/** @type {readonly (readonly [string, number])[]} */
const PRESSING = [
  ["mouthRollLower", 0.5],
  ["mouthPress", 0.4],
];

/**
 * @typedef {object} Gap
 * @property {number} closing
 * @property {readonly (readonly [string, number])[]} parting
 * @property {number} give
 * @property {number} pressed
 */

/** @type {Gap} */
const LIPS = {
  closing: 1,
  parting: [
    ["mouthFunnel", 0.43],
    ["mouthLowerDown", 0.28],
    ["mouthUpperUp", 0.25],
    ["mouthStretch", 0.06],
    ["mouthShrugUpper", 0.02],
    ["mouthFrown", 0.02],
    ["noseSneer", 0.03],
    ["jawLeft", 0.02],
    ["jawRight", 0.02],
    ["tongueOut", 0.23],
  ],
  give: 0.025,
  pressed: 0.035,
};

/** @type {Gap} */
const TEETH = {
  closing: 0.75,
  parting: [
    ["mouthClose", 0.06],
    ["mouthFunnel", 0.26],
    ["mouthLowerDown", 0.29],
    ["mouthStretch", 0.1],
    ["mouthFrown", 0.07],
    ["jawLeft", 0.03],
    ["jawRight", 0.03],
    ["tongueOut", 0.2],
  ],
  give: 0.13,
  pressed: 0,
};

/**
 * @param {readonly string[]} channels of the faces
 * @returns {(face: ArrayLike<number>, speech: number) => number} 1 where what speaks is in contact, else 0
 */
export function touchingOf(channels) {
  const places = new Map(channels.map((name, at) => [name, at]));
  const sides = (/** @type {string} */ name) =>
    [name, `${name}Left`, `${name}Right`].flatMap((one) => places.get(one) ?? []);
  const resolved = (/** @type {readonly (readonly [string, number])[]} */ list) =>
    list.map(([name, part]) => /** @type {const} */ ([sides(name), part]));
  const [pressing, jaw, close] = [resolved(PRESSING), sides("jawOpen"), sides("mouthClose")];
  const gaps = [LIPS, TEETH].map((gap) => ({ ...gap, parting: resolved(gap.parting) }));
  return (face, speech) => {
    const widest = (/** @type {readonly number[]} */ at) => at.reduce((most, one) => Math.max(most, face[one]), 0);
    const pressed = pressing.reduce((most, [at, full]) => Math.max(most, widest(at) / full), 0);
    if (pressed < FIRMLY || speech < SPOKEN) return 0;
    return gaps.some((gap) => {
      const parted = gap.parting.reduce((sum, [at, part]) => sum + part * widest(at), 0);
      const give = gap.give + gap.pressed * Math.min(1, pressed);
      return widest(jaw) * (1 - gap.closing * widest(close)) + parted - give <= 0;
    })
      ? 1
      : 0;
  };
}
