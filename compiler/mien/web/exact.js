/**
 * Logarithm and exponential by basic operations alone: Python's bits on every machine. The twin of
 * mien/exact.py, which has the formulas.
 *
 * @module
 */

const HALF_ROOT = 0.7071067811865476;
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];
const LOG2_E = 1.4426950408889634;
const LOG_TERMS = 11;

const RECIPROCALS = Array.from({ length: 15 }, (_, term) => {
  let product = 1;
  for (let factor = 2; factor <= term; factor += 1) product *= factor;
  return 1 / product;
});

/**
 * @param {number} x above 0
 * @returns {number} its natural logarithm
 */
export function exactLog(x) {
  if (!(x > 0 && x < Infinity)) return Math.log(x);
  let fraction = x;
  let power = 0;
  for (; fraction >= 1; power += 1) fraction *= 0.5;
  for (; fraction < 0.5; power -= 1) fraction *= 2;
  if (fraction < HALF_ROOT) {
    fraction *= 2;
    power -= 1;
  }
  const ratio = (fraction - 1) / (fraction + 1);
  const square = ratio * ratio;
  let series = 1 / (2 * LOG_TERMS + 1);
  for (let term = LOG_TERMS - 1; term >= 0; term -= 1) series = series * square + 1 / (2 * term + 1);
  return power * LN2_HIGH + (2 * ratio * series + power * LN2_LOW);
}

/**
 * @param {number} x from -30 to 30
 * @returns {number} its exponential
 */
export function exactExp(x) {
  const twos = rint(x * LOG2_E);
  const rest = x - twos * LN2_HIGH - twos * LN2_LOW;
  let series = RECIPROCALS[RECIPROCALS.length - 1];
  for (let term = RECIPROCALS.length - 2; term >= 0; term -= 1) {
    series = series * rest + RECIPROCALS[term];
  }
  for (let done = 0; done < Math.abs(twos); done += 1) {
    series *= twos > 0 ? 2 : 0.5;
  }
  return series;
}

/**
 * @param {number} x
 * @returns {number} the nearest whole number, the even one of two
 */
function rint(x) {
  const low = Math.floor(x);
  const above = x - low;
  if (above === 0.5) {
    return low % 2 === 0 ? low : low + 1;
  }
  return above < 0.5 ? low : low + 1;
}
