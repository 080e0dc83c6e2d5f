/**
 * Runs the graph of a network in plain JavaScript, a frame at a time, in buffers that are made once.
 *
 * A frame takes a fraction of a millisecond, so that no page has to fetch fourteen megabytes of
 * WebAssembly for it. Sums are rounded to float32 where a tensor is stored, as everywhere; in another
 * order than onnxruntime's.
 *
 * @module
 */

import { NetworkError } from "./onnx_file.js";
import { OPERATIONS } from "./operations.js";

/** @typedef {import("./operations.js").Tensor} Tensor */
/** @typedef {import("./onnx_file.js").OnnxFile} OnnxFile */

/** A graph whose inputs have these shapes; write to `inputs`, `run`, and read what `output` gives. */
export class Graph {
  /**
   * @param {OnnxFile} file
   * @param {Readonly<Record<string, readonly number[]>>} shapes
   * @throws {NetworkError} it has an operation that networks of mien do not have, or its steps do not
   *   fit together
   */
  constructor({ steps, constants }, shapes) {
    /** @type {Map<string, Tensor>} */
    this.known = new Map([...constants].map(([name, { shape, values }]) => [name, { shape, values }]));
    /** @type {Readonly<Record<string, Float32Array>>} */
    this.inputs = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
        this.known.set(name, { shape, values });
        return [name, values];
      }),
    );
    /** What does not change from frame to frame is computed here. */
    const steady = new Set(constants.keys());
    /** @type {(() => void)[]} */
    this.fills = [];
    for (const step of steps) {
      if (!Object.hasOwn(OPERATIONS, step.type)) {
        throw new NetworkError(`its graph has ${step.type}, which only onnxruntime-web runs`);
      }
      const named = step.inputs.filter((name) => name !== "");
      const { outputs, fill } = OPERATIONS[step.type](step, named.map((name) => this.tensor(name)));
      outputs.forEach((one, at) => this.known.set(step.outputs[at], one));
      if (step.type === "Shape" || named.every((name) => steady.has(name))) {
        for (const name of step.outputs) steady.add(name);
        fill?.();
      } else if (fill) this.fills.push(fill);
    }
  }

  /** @param {string} name @returns {Tensor} */
  tensor(name) {
    const found = this.known.get(name);
    if (!found) throw new NetworkError(`its graph has no ${name}`);
    return found;
  }

  /**
   * @param {string} name
   * @returns {Float32Array} filled anew by every run
   */
  output(name) {
    return /** @type {Float32Array} */ (this.tensor(name).values);
  }

  /** Fill every output from the inputs. */
  run() {
    for (let at = 0; at < this.fills.length; at += 1) this.fills[at]();
  }
}
