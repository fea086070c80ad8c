/** However a training is spread over ranks, it gives the losses of one rank, and sends exactly what the planner computed. */
import { ranksOf, resolve } from '../../www/engine/spec/patch';
import type { Spec } from '../../www/types/generated/Spec';
import { expect, open, test } from './page';
import { ONE_RANK, apart, tiny, trainAll, type BasePatch } from './parallel-runs';

/** The largest relative difference allowed between two losses of one step. */
const TOLERANCE = 1e-5;

/** Names of strategies, and what they change. */
const STRATEGIES: Record<string, BasePatch> = {
  'data 2': { mesh: { data: 2 } },
  'data 4': { mesh: { data: 4 } },
  'data 4, tree': { mesh: { data: 4 }, communication: { algorithm: 'tree' } },
  'data 4, naive': { mesh: { data: 4 }, communication: { algorithm: 'naive' } },
  'tensor 2': { mesh: { tensor: 2 } },
  'tensor 2, rows shared out': { mesh: { tensor: 2, sequence_parallel: true } },
  'tensor 2, tree': { mesh: { tensor: 2 }, communication: { algorithm: 'tree' } },
  'tensor 4': { mesh: { tensor: 4 } },
  'tensor 4, naive': { mesh: { tensor: 4 }, communication: { algorithm: 'naive' } },
  'pipeline 2, gpipe': { mesh: { pipeline: 2, schedule: 'gpipe' }, training: { micro_batches: 4 } },
  'pipeline 2, 1f1b': { mesh: { pipeline: 2 }, training: { micro_batches: 4 } },
  'pipeline 2, interleaved': { mesh: { pipeline: 2, schedule: 'interleaved_1f1b', chunks_per_stage: 2 }, training: { micro_batches: 4 } },
  'pipeline 2, zb_h1': { mesh: { pipeline: 2, schedule: 'zb_h1' }, training: { micro_batches: 4 } },
  'pipeline 4': { mesh: { pipeline: 4 }, training: { micro_batches: 8 } },
  'data 2 × tensor 2 × pipeline 2': { mesh: { data: 2, tensor: 2, pipeline: 2 }, training: { micro_batches: 2 } },
  'data 2 × pipeline 4': { mesh: { data: 2, pipeline: 4 }, training: { micro_batches: 4 } },
  'ZeRO 1, data 2': { mesh: { data: 2, zero: 'optimizer' } },
  'ZeRO 2, data 2': { mesh: { data: 2, zero: 'gradients' } },
  'ZeRO 3, data 2': { mesh: { data: 2, zero: 'parameters' } },
  'ZeRO 3, data 4': { mesh: { data: 4, zero: 'parameters' } },
  'ZeRO 3, data 4, tree': { mesh: { data: 4, zero: 'parameters' }, communication: { algorithm: 'tree' } },
  'ZeRO 1, data 2 × pipeline 2': { mesh: { data: 2, pipeline: 2, zero: 'optimizer' }, training: { micro_batches: 2 } },
};

const MODELS = ['gpt, full', 'gpt, lora', 'llama, full', 'llama, lora'] as const;
type Model = (typeof MODELS)[number];

/** Each strategy over both transports, with both methods and both kinds of model, but not all of them with all. */
const CASES = Object.entries(STRATEGIES).flatMap(([name, patch], i) => {
  const [one, other]: [Model, Model] = i % 2 === 0 ? ['gpt, full', 'llama, lora'] : ['llama, full', 'gpt, lora'];
  const [first, second] = i % 4 < 2 ? (['shared', 'ports'] as const) : (['ports', 'shared'] as const);
  return [
    { run: { name, patch }, model: one, transport: first },
    { run: { name, patch }, model: other, transport: second },
  ];
});

/** The strategies of so many ranks beside one rank. */
function specOf(model: Model, transport: 'shared' | 'ports', ranks: number): Spec {
  const [family, method] = model.split(', ') as ['gpt' | 'llama', 'full' | 'lora'];
  // Every rank has its part of the same dropout masks.
  const { base } = tiny({ communication: { transport }, model: { family }, fine_tuning: { method } });
  base.fine_tuning.lora.dropout = 0.1;
  const spec = { ...tiny(), base, runs: CASES.filter((each) => each.model === model && each.transport === transport).map(({ run }) => run) };
  const runs = spec.runs.filter((_, i) => ranksOf(resolve(spec, i)) === ranks);
  return { ...spec, runs: [ONE_RANK, ...runs] };
}

for (const ranks of [2, 4, 8]) {
  for (const transport of ['shared', 'ports'] as const) {
    const specs = MODELS.map((model) => ({ model, spec: specOf(model, transport, ranks) })).filter(({ spec }) => spec.runs.length > 1);

    for (const { model, spec } of specs) {
      test(`strategies of ${ranks} ranks, ${transport}, ${model}`, async ({ page }) => {
        await open(page, './labs/parallel/#play');
        const [alone, ...others] = await trainAll(page, spec);
        expect(alone!.losses).toHaveLength(20);
        expect(alone!.losses.at(-1), 'one rank learns').toBeLessThan(alone!.losses[0]!);
        expect(alone!.traffic, 'and sends nothing').toEqual([]);
        for (const [i, { losses, traffic, predicted }] of others.entries()) {
          const { name } = spec.runs[i + 1]!;
          const difference = apart(losses, alone!.losses);
          console.log(`${name}, ${model}: ${difference.toExponential(1)}`);
          expect.soft(difference, `${name}: relative difference of the losses`).toBeLessThan(TOLERANCE);
          expect.soft(traffic, `${name}: steps`).toHaveLength(20);
          traffic.forEach((ranks, step) => expect.soft(ranks, `${name}: sent in step ${step + 1}`).toEqual(predicted));
        }
      });
    }
  }
}
