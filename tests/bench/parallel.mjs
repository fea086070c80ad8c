/**
 * The group `parallel`: how much faster two ranks train than one, and how fast they communicate. It is measured on the site's own page
 * of parallel training, with `window.openWorld` (`www/parallel/world.ts`).
 */
import { median } from './pages/timing.mjs';

/** Configuration M, as in the group `train`: 6 layers, d_model 256, 8 heads, d_ff 1024, context 128, batch 4. */
const M = {
  version: 1,
  model: { base: 'new', family: 'gpt', n_layers: 6, d_model: 256, n_heads: 8, d_ff: 1024 },
  data: { corpus: 'shakespeare-sonnets', context: 128 },
  training: { steps: 10_000, batch_size: 4, learning_rate: 1e-4 },
};
const TOKENS = M.training.batch_size * M.data.context;

const mesh = (sizes) => ({ data: 1, pipeline: 1, tensor: 1, micro_batches: 1, ...sizes });

/** Two ranks, against one with the same build: a speed-up. */
const speedUp = (op, sizes) => ({ op, shape: [TOKENS], threads: 2, unit: 'x', transport: 'shared', mesh: mesh(sizes) });
const allReduce = (op, transport) => ({ op, shape: [1 << 18], threads: 2, unit: 'GB/s', transport });

/** The share of the forward and backward phase that two pipeline ranks stand still; equal stages, four micro-batches. */
const bubble = (schedule) => ({
  op: `bubble_${schedule}`,
  shape: [2, 4],
  threads: 2,
  unit: 'share',
  transport: 'shared',
  mesh: mesh({ pipeline: 2, micro_batches: 4, schedule }),
});

export const PARALLEL = [
  speedUp('dp2', { data: 2 }),
  speedUp('tp2', { tensor: 2 }),
  // Of the schedules, the one with the smallest bubble; a batch of four makes four micro-batches.
  speedUp('pp2', { pipeline: 2, micro_batches: 4, schedule: 'zb_h1' }),
  allReduce('all_reduce_shared', 'shared'),
  allReduce('all_reduce_message', 'ports'),
  bubble('gpipe'),
  bubble('1f1b'),
  bubble('zb_h1'),
];

/** Steps of a measurement. */
const STEPS = 4;
/** All-reduces of a measurement. */
const CALLS = 100;

/** Opens a world on the page and keeps it under a name; with a mesh, its ranks train. Gives the engine's build. */
async function open(page, name, ranks, transport, mesh) {
  const spec = mesh && { ...M, mesh };
  return page.evaluate(
    async ([name, ranks, transport, spec]) => {
      window.worlds ??= new Map();
      const world = await window.openWorld({ ranks, transport });
      window.worlds.set(name, world);
      if (spec) await world.run({ program: 'prepare', spec, stages: null });
      return world.variant;
    },
    [name, ranks, transport, spec],
  );
}

/** Seconds of a step. */
const step = (page, name) =>
  page.evaluate(
    async ([name, steps]) => {
      const start = performance.now();
      await window.worlds.get(name).run({ program: 'train', steps });
      return (performance.now() - start) / 1e3 / steps;
    },
    [name, STEPS],
  );

/** The bubble of a step; as `www/parallel/summary.ts` has it. */
const bubbleOf = (page, name) =>
  page.evaluate(async (name) => {
    const phases = (await window.worlds.get(name).run({ program: 'train', steps: 1 })).map(({ phase }) => phase);
    const length = Math.max(...phases.map(({ end }) => end)) - Math.min(...phases.map(({ start }) => start));
    const busy = phases.reduce((sum, { computing, communicating }) => sum + computing + communicating, 0);
    return 1 - busy / (length * phases.length);
  }, name);

/** Median seconds of an all-reduce at the slower rank. */
const reduce = (page, name, floats) =>
  page.evaluate(
    async ([name, floats, rounds]) => {
      const seconds = await window.worlds.get(name).run({ program: 'all_reduce', floats, algorithm: 'ring', rounds });
      return Math.max(...seconds);
    },
    [name, floats, CALLS],
  );

const rounded = (value) => Number(value.toPrecision(4));

/** The result of a row whose figures by round are `values`, on a build of the engine. */
function told({ op, shape, threads, unit, transport, mesh }, variant, values, more = {}) {
  return {
    group: 'parallel',
    op,
    shape,
    threads,
    variant,
    unit,
    ours: rounded(median(values)),
    spread: [rounded(Math.min(...values)), rounded(Math.max(...values))],
    peers: {},
    fraction_of_peak: null,
    transport,
    ...(mesh && { mesh }),
    ...more,
    rounds: { ours: values.map(rounded) },
  };
}

/** One row: a speed-up is that of steps on one rank and on two in turn. */
async function measureRow(page, row, rounds) {
  const variant = await open(page, 'two', 2, row.transport, row.mesh);
  const values = [];
  const seconds = { one: [], two: [] };
  // The first step makes buffers and the optimizer's state.
  if (row.mesh) await step(page, 'two');
  if (row.unit === 'x') {
    await open(page, 'one', 1, row.transport, mesh({}));
    await step(page, 'one');
  }
  for (let round = 0; round < rounds; round++) {
    if (row.unit === 'share') {
      values.push(await bubbleOf(page, 'two'));
    } else if (row.unit === 'x') {
      for (const name of round % 2 ? ['two', 'one'] : ['one', 'two']) seconds[name].push(await step(page, name));
      values.push(seconds.one[round] / seconds.two[round]);
    } else {
      // Bus bandwidth: 2 (n - 1) / n · bytes / seconds, which is bytes / seconds for two ranks.
      values.push((4 * row.shape[0]) / (await reduce(page, 'two', row.shape[0])) / 1e9);
    }
  }
  await page.evaluate(async () => {
    for (const world of window.worlds.values()) await world.close();
    window.worlds.clear();
  });
  const tokens = (list) => rounded(TOKENS / median(list));
  if (row.unit === 'share') {
    const [stages, microBatches] = row.shape;
    return told(row, variant, values, { ideal: rounded((stages - 1) / (microBatches + stages - 1)) });
  }
  return told(row, variant, values, row.unit === 'x' && { tokens_per_second: { one: tokens(seconds.one), two: tokens(seconds.two) } });
}

/** All rows, each handed to `each` when it is measured. */
export async function measureParallel(page, rounds, each) {
  for (const row of PARALLEL) each(await measureRow(page, row, rounds));
}
