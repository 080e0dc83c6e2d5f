/**
 * A label's face at a VAD point, before conflicts.
 *
 * Every operation is rounded to float32 before the next one reads it. Doing one `+ - * /` or
 * `sqrt` in float64 and rounding the result is the float32 operation, bit for bit: 53 bits are at
 * least 2 * 24 + 2, so the first rounding can never move a result across, or on to, a midpoint
 * between two float32 numbers.
 *
 * @module
 */

/** @typedef {import("./types.js").Tables} Tables */
/** @typedef {import("./types.js").LabelTable} LabelTable */

const f = Math.fround;

/**
 * Write the label's face at (V, A, D) into `out`.
 *
 * @param {Tables} tables
 * @param {LabelTable} label
 * @param {number} V float32, as are A and D
 * @param {number} A
 * @param {number} D
 * @param {Float32Array} out one weight a channel
 * @returns {void}
 */
export function evaluateField(tables, label, V, A, D, out) {
  const { phi, blend, blended } = influences(tables, label, V, A, D);
  const rest = f(1 - blended);
  const { archetypes, strength, weights } = label;
  const channels = out.length;
  const signals = ruleTerms(V, A, D);
  for (let c = 0; c < channels; c += 1) {
    let g = f(strength[c] * signal(tables.rules, c * 10, signals));
    for (let i = 0; i < phi.length; i += 1) {
      g = f(g + f(weights[i * channels + c] * phi[i]));
    }
    g = clamp01(g);
    let h = f(blend[0] * archetypes[c]);
    for (let i = 1; i < blend.length; i += 1) {
      h = f(h + f(blend[i] * archetypes[i * channels + c]));
    }
    out[c] = Math.min(1, f(h + f(rest * g)));
  }
}

/**
 * `x` held to [0, 1]; the lower bound is +0.
 *
 * @param {number} x
 * @returns {number}
 */
export function clamp01(x) {
  return Math.min(1, Math.max(0, x));
}

/**
 * Per anchor: the radial basis function and the plateau's blend; and the blends' sum.
 *
 * @param {Tables} tables
 * @param {LabelTable} label
 * @param {number} V
 * @param {number} A
 * @param {number} D
 * @returns {{phi: Float32Array, blend: Float32Array, blended: number}}
 */
function influences(tables, label, V, A, D) {
  const [l1, l2, l3] = tables.metric;
  const { anchors, plateauOuter, plateauSpan } = label;
  const count = plateauOuter.length;
  const phi = new Float32Array(count);
  const blend = new Float32Array(count);
  let blended = 0;
  for (let i = 0; i < count; i += 1) {
    const dV = f(V - anchors[3 * i]);
    const dA = f(A - anchors[3 * i + 1]);
    const dD = f(D - anchors[3 * i + 2]);
    const inPlane = f(f(f(l1 * dV) * dV) + f(f(l2 * dA) * dA));
    const squared = f(inPlane + f(f(l3 * dD) * dD));
    phi[i] = wendland(f(f(Math.sqrt(squared)) / tables.support));
    blend[i] = smoothstep(clamp01(f(f(plateauOuter[i] - squared) / plateauSpan[i])));
    blended = i === 0 ? blend[0] : f(blended + blend[i]);
  }
  return { phi, blend, blended };
}

/**
 * Wendland's C2 function of the distance in units of the support.
 *
 * @param {number} u
 * @returns {number}
 */
function wendland(u) {
  const p = Math.max(0, f(1 - u));
  const p2 = f(p * p);
  return f(f(p2 * p2) * f(f(4 * u) + 1));
}

/**
 * @param {number} t in [0, 1]
 * @returns {number}
 */
function smoothstep(t) {
  return f(f(t * t) * f(3 - f(2 * t)));
}

/**
 * The nine terms that a rule weighs, after its bias.
 *
 * @param {number} V
 * @param {number} A
 * @param {number} D
 * @returns {Float32Array}
 */
function ruleTerms(V, A, D) {
  return Float32Array.of(V, A, D, V * V, A * A, D * D, V * A, V * D, A * D);
}

/**
 * The sigmoid of one channel's rule, whose coefficients start at `at`.
 *
 * @param {Float32Array} rules
 * @param {number} at
 * @param {Float32Array} terms
 * @returns {number} in [0, 1]
 */
function signal(rules, at, terms) {
  let q = rules[at];
  for (let term = 0; term < 9; term += 1) {
    q = f(q + f(rules[at + 1 + term] * terms[term]));
  }
  const root = f(Math.sqrt(f(1 + f(q * q))));
  return f(f(1 + f(q / root)) * 0.5);
}
