/**
 * What runs a network: plain JavaScript, or onnxruntime-web where a program brings it.
 *
 * @module
 */

import { Graph } from "./graph.js";
import { MELS } from "./mel.js";
import { NetworkError } from "./onnx_file.js";

/**
 * The numbers of `mel`'s n frames, n x width; `state` becomes the one after them. What comes back is
 * overwritten by the next run.
 *
 * @typedef {(mel: Float32Array, state: Float32Array) => Float32Array | Promise<Float32Array>} Run
 */

/**
 * As much of onnxruntime-web as is used.
 *
 * @typedef {object} OnnxRuntime
 * @property {new (type: "float32", data: Float32Array, shape: number[]) => object} Tensor
 * @property {{create: (data: Uint8Array, options?: object) => Promise<any>}} InferenceSession
 */

/**
 * How a network's graph is called.
 *
 * @typedef {object} Call
 * @property {readonly [number, number]} state
 * @property {Float32Array | null} conditions the same for every frame; null where it takes none
 * @property {string} output the name of its numbers
 * @property {number} width how many of them a frame has
 */

/** @param {import("./onnx_file.js").OnnxFile} file @param {Call} call @returns {Run} */
export function byGraph(file, { state: sizes, conditions, output, width }) {
  const graph = new Graph(file, {
    mel: [1, 1, MELS],
    state: [1, ...sizes],
    ...(conditions ? { conditions: [1, 1, conditions.length] } : {}),
  });
  if (conditions) graph.inputs["conditions"].set(conditions);
  const { mel: heard, state: before } = graph.inputs;
  const [numbers, after] = [graph.output(output), graph.output("after")];
  if (numbers.length !== width || after.length !== before.length) throw new NetworkError("its graph does not fit its card");
  return (mel, state) => {
    const frames = mel.length / MELS;
    const found = frames === 1 ? numbers : new Float32Array(frames * width);
    for (let frame = 0; frame < frames; frame += 1) {
      for (let band = 0; band < MELS; band += 1) heard[band] = mel[frame * MELS + band];
      before.set(state);
      graph.run();
      state.set(after);
      if (frames > 1) found.set(numbers, frame * width);
    }
    return found;
  };
}

/** @param {OnnxRuntime} ort @param {Uint8Array} data @param {Call} call @returns {Promise<Run>} */
export async function byRuntime(ort, data, { state: sizes, conditions, output }) {
  const session = await ort.InferenceSession.create(data, { executionProviders: ["wasm"] }).catch((/** @type {Error} */ error) => {
    throw new NetworkError(
      `onnxruntime-web cannot run it here (${error.message}): the browser may have no WebAssembly with ` +
        "SIMD, or its .wasm file is missing beside it. Leave ort out to run the network in JavaScript.",
    );
  });
  return async (mel, state) => {
    const frames = mel.length / MELS;
    const steady = conditions && Float32Array.from({ length: frames * conditions.length }, (_, at) => conditions[at % conditions.length]);
    const found = await session.run({
      mel: new ort.Tensor("float32", mel, [1, frames, MELS]),
      state: new ort.Tensor("float32", state, [1, ...sizes]),
      ...(steady ? { conditions: new ort.Tensor("float32", steady, [1, frames, steady.length / frames]) } : {}),
    });
    state.set(found["after"].data);
    return found[output].data;
  };
}
