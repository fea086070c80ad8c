/** However a training is spread over ranks, it gives the losses of one rank, and sends exactly what the planner computed. */
import { patched, rankCount, type SpecPatch } from '../../www/parallel/parallel-spec';
import type { ParallelSpec } from '../../www/types/generated/ParallelSpec';
import { expect, test } from './page';
import { openParallel } from './ranks';
import { apart, tiny, trainAll } from './parallel-runs';

/** The largest relative difference allowed between two losses of one step. */
const TOLERANCE = 1e-5;

/** Names of strategies, and what they change. */
const STRATEGIES: Record<string, SpecPatch> = {
  'data 2': { mesh: { data: 2 } },
  'data 4': { mesh: { data: 4 } },
  'data 4, tree': { mesh: { data: 4 }, communication: { algorithm: 'tree' } },
  'data 4, naive': { mesh: { data: 4 }, communication: { algorithm: 'naive' } },
  'tensor 2': { mesh: { tensor: 2 } },
  'tensor 2, rows shared out': { mesh: { tensor: 2, sequence_parallel: true } },
  'tensor 2, tree': { mesh: { tensor: 2 }, communication: { algorithm: 'tree' } },
  'tensor 4': { mesh: { tensor: 4 } },
  'tensor 4, naive': { mesh: { tensor: 4 }, communication: { algorithm: 'naive' } },
  'pipeline 2, gpipe': { mesh: { pipeline: 2, micro_batches: 4, schedule: 'gpipe' } },
  'pipeline 2, 1f1b': { mesh: { pipeline: 2, micro_batches: 4 } },
  'pipeline 2, interleaved': { mesh: { pipeline: 2, micro_batches: 4, schedule: 'interleaved_1f1b', chunks_per_stage: 2 } },
  'pipeline 2, zb_h1': { mesh: { pipeline: 2, micro_batches: 4, schedule: 'zb_h1' } },
  'pipeline 4': { mesh: { pipeline: 4, micro_batches: 8 } },
  'data 2 × tensor 2 × pipeline 2': { mesh: { data: 2, tensor: 2, pipeline: 2, micro_batches: 2 } },
  'data 2 × pipeline 4': { mesh: { data: 2, pipeline: 4, micro_batches: 4 } },
  'ZeRO 1, data 2': { mesh: { data: 2, zero: 'optimizer' } },
  'ZeRO 2, data 2': { mesh: { data: 2, zero: 'gradients' } },
  'ZeRO 3, data 2': { mesh: { data: 2, zero: 'parameters' } },
  'ZeRO 3, data 4': { mesh: { data: 4, zero: 'parameters' } },
  'ZeRO 3, data 4, tree': { mesh: { data: 4, zero: 'parameters' }, communication: { algorithm: 'tree' } },
  'ZeRO 1, data 2 × pipeline 2': { mesh: { data: 2, pipeline: 2, micro_batches: 2, zero: 'optimizer' } },
};

const MODELS = ['gpt, full', 'gpt, lora', 'llama, full', 'llama, lora'] as const;
type Model = (typeof MODELS)[number];

function specOf(model: Model, strategy: SpecPatch): ParallelSpec {
  const [family, method] = model.split(', ') as ['gpt' | 'llama', 'full' | 'lora'];
  const spec = tiny({ model: { family, n_layers: 4, d_model: 32, n_heads: 4, d_ff: 64 } });
  // Every rank has its part of the same dropout masks.
  const lora = { ...spec.fine_tuning.lora, dropout: 0.1 };
  return patched(spec, { ...strategy, fine_tuning: { method, lora } });
}

/** Each strategy over both transports, with both methods and both kinds of model, but not all of them with all. */
const CASES = Object.entries(STRATEGIES).flatMap(([name, strategy], i) => {
  const [one, other]: Model[] = i % 2 === 0 ? ['gpt, full', 'llama, lora'] : ['llama, full', 'gpt, lora'];
  const [first, second] = i % 4 < 2 ? (['shared', 'ports'] as const) : (['ports', 'shared'] as const);
  return [
    { name, model: one!, transport: first, spec: specOf(one!, strategy) },
    { name, model: other!, transport: second, spec: specOf(other!, strategy) },
  ];
});

// One worker, which trains the models on one rank once for all of them.
test.describe.configure({ mode: 'default' });

/** The losses of one rank, by model. */
const alone = new Map<Model, number[]>();

test.beforeEach(async ({ page }) => {
  await openParallel(page);
  if (alone.size > 0) return;
  const measured = await trainAll(page, undefined, MODELS.map((model) => specOf(model, {})));
  MODELS.forEach((model, i) => alone.set(model, measured[i]!.losses));
});

test('one rank learns, and sends nothing', () => {
  for (const [model, losses] of alone) {
    expect(losses, model).toHaveLength(20);
    expect(losses.at(-1), `${model} learns`).toBeLessThan(losses[0]!);
  }
});

for (const ranks of [2, 4, 8]) {
  for (const transport of ['shared', 'ports'] as const) {
    test(`strategies of ${ranks} ranks, ${transport}`, async ({ page }) => {
      const cases = CASES.filter((each) => each.transport === transport && rankCount(each.spec) === ranks);
      expect(cases.length).toBeGreaterThan(0);
      const all = await trainAll(page, transport, cases.map(({ spec }) => spec));
      for (const [i, { losses, traffic, predicted }] of all.entries()) {
        const { name, model } = cases[i]!;
        const difference = apart(losses, alone.get(model)!);
        console.log(`${name}, ${model}: ${difference.toExponential(1)}`);
        expect.soft(difference, `${name}, ${model}: relative difference of the losses`).toBeLessThan(TOLERANCE);
        traffic.forEach((ranks, step) => expect.soft(ranks, `${name}, ${model}: sent in step ${step + 1}`).toEqual(predicted));
      }
    });
  }
}
