/** Loads one variant of the engine and runs its workloads. */
import { copiesOfB } from './products.mjs';
import { timeSteps, timeSync } from './timing.mjs';

let engine;
let row;

/** What a row computes, and how to time it. */
const ROWS = {
  gemm: ({ op, shape }) => products(copiesOfB(shape, 4), (copies) => new engine.GemmBench(op, ...shape, copies)),
  'gemm-int8': ({ shape }) => products(copiesOfB(shape, 1), (copies) => new engine.GemmInt8Bench(...shape, copies)),
  attention: ({ op, shape }) => {
    const work = new engine.AttentionBench(...shape);
    work.forward(1);
    return { measure: (ms) => ({ ours: timeSync(() => work[op](1), ms) }), close: () => work.free() };
  },
  decode: ({ op }) => {
    const work = new engine.DecodeBench(op);
    return { measure: (ms) => ({ ours: timeSync(() => work.text(), ms) }), close: () => work.free() };
  },
  train,
  diverged: train,
};

function train({ op }) {
  const work = new engine.TrainBench(op);
  const step = () => work.step();
  const losses = Array.from({ length: 4 }, step);
  return { losses, measure: async (ms) => ({ ours: await timeSteps(step, ms) }), close: () => work.free() };
}

/** A product by each of the matrices B in one call, as ONNX Runtime computes them in one graph. */
function products(copies, make) {
  const work = make(copies);
  work.run(1);
  return { error: work.error(), measure: (ms) => ({ ours: timeSync(() => work.run(copies), ms) / copies }), close: () => work.free() };
}

const FUNCTIONS = {
  open: async (threads, folder) => {
    engine = await import(new URL(`../../engine/${folder}/tinyai.js`, import.meta.url).href);
    await engine.default();
    await engine.initThreadPool?.(threads);
    return { variant: engine.variant(), version: engine.version() };
  },
  prepare: async (description) => {
    row = ROWS[description.group](description);
    return { error: row.error, losses: row.losses };
  },
  measure: (ms) => row.measure(ms),
  close: () => row.close(),
};

onmessage = async ({ data: { name, args } }) => {
  try {
    postMessage({ value: await FUNCTIONS[name](...args) });
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) });
  }
};
