/** onnxruntime-web on its wasm (CPU) backend, with models written on the spot. */
import { FLOAT, INT32, INT8, UINT8, model, node, tensor, tinyOutputs } from './onnx.mjs';
import { random, rng } from './random.mjs';
import { copiesOfB, gemmError, layouts } from './products.mjs';
import { time } from './timing.mjs';

const OPTIONS = { executionProviders: ['wasm'] };

async function load(threads) {
  const ort = await import('../peers/onnxruntime-web/dist/ort.wasm.min.mjs');
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = new URL('../peers/onnxruntime-web/dist/', import.meta.url).href;
  ort.env.logLevel = 'error';
  return ort;
}

/** B is not packed when the model is loaded but, as where it has changed, at every product. */
const NO_PACKING = { ...OPTIONS, extra: { session: { disable_prepacking: '1' } } };

/** Several products in one graph, whose results are not copied out. `const_b`: B is packed once. `dynamic_b`: at every product. */
async function gemm(ort, op, shape) {
  const [m, k, n] = shape;
  const [la, lb] = layouts(op, shape);
  const names = Array.from({ length: copiesOfB(shape, 4) }, (_, i) => `c${i}`);
  const A = random(la[0] * la[1], 1);
  const matrices = names.map((_, i) => random(lb[0] * lb[1], 2 + i));
  const attributes = { ...(op === 'atb' && { transA: 1 }), ...(op === 'abt' && { transB: 1 }) };
  const product = (a, b, c) => (op === 'ab' ? node('MatMul', [a, b], [c]) : node('Gemm', [a, b], [c], attributes));
  const tiny = tinyOutputs(names, FLOAT);
  const feeds = { s: new ort.Tensor('float32', new Float32Array(1), [1]) };
  // A is computed, or all would be computed when the model is loaded.
  const graph = model({
    nodes: [node('Add', ['A0', 's'], ['A']), ...names.map((c, i) => product('A', `B${i}`, c)), ...tiny.nodes],
    inits: [tensor('A0', FLOAT, la, A), ...matrices.map((B, i) => tensor(`B${i}`, FLOAT, lb, B)), ...tiny.inits],
    inputs: [['s', FLOAT, [1]]],
    outputs: tiny.outputs,
  });
  const single = model({ nodes: [product('A', 'B', 'C')], inits: [tensor('B', FLOAT, lb, matrices[0])], inputs: [['A', FLOAT, la]], outputs: [['C', FLOAT, [m, n]]] });
  const session = await ort.InferenceSession.create(single, OPTIONS);
  const { C } = await session.run({ A: new ort.Tensor('float32', A, la) });
  const error = gemmError(C.data, op, shape, A, matrices[0]);
  await session.release();
  const sessions = { const_b: await ort.InferenceSession.create(graph, OPTIONS), dynamic_b: await ort.InferenceSession.create(graph, NO_PACKING) };
  return {
    error,
    measure: async (ms) => {
      const result = {};
      for (const [name, session] of Object.entries(sessions)) result[name] = (await time(() => session.run(feeds), ms)) / names.length;
      return result;
    },
    close: async () => {
      for (const session of Object.values(sessions)) await session.release();
    },
  };
}

/** u8 × s8 → s32 (`MatMulInteger`), several products in one graph. */
async function gemmInt8(ort, [m, k, n]) {
  const bytes = (length, seed, make) => make.from({ length }, ((r) => () => Math.floor(r() * 255) - (make === Int8Array ? 127 : 0))(rng(seed)));
  const names = Array.from({ length: copiesOfB([m, k, n], 1) }, (_, i) => `c${i}`);
  const tiny = tinyOutputs(names, INT32);
  const bytesOf = model({
    nodes: [...names.map((c, i) => node('MatMulInteger', ['A', `B${i}`, 'za', 'zb'], [c])), ...tiny.nodes],
    inits: [
      ...names.map((_, i) => tensor(`B${i}`, INT8, [k, n], bytes(k * n, 2 + i, Int8Array))),
      tensor('za', UINT8, [], new Uint8Array([128])),
      tensor('zb', INT8, [], new Int8Array([0])),
      ...tiny.inits,
    ],
    inputs: [['A', UINT8, [m, k]]],
    outputs: tiny.outputs,
  });
  const session = await ort.InferenceSession.create(bytesOf, OPTIONS);
  const feeds = { A: new ort.Tensor('uint8', bytes(m * k, 1, Uint8Array), [m, k]) };
  return {
    measure: async (ms) => ({ matmul_integer: (await time(() => session.run(feeds), ms)) / names.length }),
    close: () => session.release(),
  };
}

let ort;
let row;
window.peer = {
  open: async (threads) => void (ort = await load(threads)),
  prepare: async ({ group, op, shape }) => {
    row = group === 'gemm' ? await gemm(ort, op, shape) : await gemmInt8(ort, shape);
    return { error: row.error };
  },
  measure: (ms) => row.measure(ms),
  close: () => row.close(),
};
