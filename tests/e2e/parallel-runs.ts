/** Small trainings on real ranks, and what they have to measure. */
import type { Page } from '../../www/testing';
import { defaultParallelSpec, patched, rankCount, type SpecPatch } from '../../www/parallel/parallel-spec';
import type { WorldOptions } from '../../www/parallel/world';
import type { ParallelSpec } from '../../www/types/generated/ParallelSpec';
import type { RankStep } from '../../www/types/generated/RankStep';
import type { Traffic } from '../../www/types/generated/Traffic';

/** A model of four layers that trains in milliseconds, at a learning rate at which rounding does not grow. */
export function tiny(patch: SpecPatch = {}): ParallelSpec {
  const { version, ...groups } = patched(defaultParallelSpec, {
    mesh: { pipeline: 1, micro_batches: 1 },
    model: { n_layers: 4, d_model: 32, n_heads: 4, d_ff: 64 },
    data: { corpus: 'shakespeare-sonnets', context: 16 },
    training: { steps: 20, batch_size: 8, learning_rate: 1e-3 },
  });
  return patched({ version, ...groups }, patch);
}

/** What a rank sent, without what depends on the machine. */
export type Sent = Omit<Traffic, 'seconds_waited'>;

/** A training, step by step. */
export interface Measured {
  losses: number[];
  /** Of each step, of each rank. */
  traffic: Sent[][][];
  /** Of each rank, what was predicted of every step. */
  predicted: Sent[][];
}

/** Trains specs of the same number of ranks one after the other in one world. */
export async function trainAll(page: Page, transport: WorldOptions['transport'], specs: ParallelSpec[]): Promise<Measured[]> {
  const ranks = rankCount(specs[0]!);
  return page.evaluate(
    async ({ specs, ranks, transport }) => {
      const sent = (traffic: Traffic[]): Sent[] =>
        traffic
          .filter(({ messages }) => messages > 0)
          .map(({ kind, bytes, messages }) => ({ kind, bytes, messages }))
          .sort((a, b) => a.kind.localeCompare(b.kind));
      const planner = window.openPlanner();
      const world = await window.openWorld({ ranks, ...(transport && { transport }) });
      const all: Measured[] = [];
      for (const spec of specs) {
        const pilots = (await world.run({ program: 'pilot', spec })) as never[];
        const prediction = await planner.predict(spec, pilots, navigator.hardwareConcurrency);
        await world.run({ program: 'prepare', spec, stages: prediction.stages });
        const measured: Measured = { losses: [], traffic: [], predicted: prediction.traffic.map(sent) };
        for (let step = 0; step < spec.training.steps; step++) {
          const steps = (await world.run({ program: 'train', steps: 1 })) as RankStep[];
          measured.losses.push(steps[0]!.loss);
          measured.traffic.push(steps.map(({ traffic }) => sent(traffic)));
          if (steps.some(({ loss }) => loss !== steps[0]!.loss)) throw new Error('ranks do not tell the same loss');
        }
        all.push(measured);
      }
      await world.close();
      return all;
    },
    { specs, ranks, transport },
  );
}

/** The largest relative difference between two trainings' losses. */
export function apart(losses: number[], expected: number[]): number {
  return Math.max(...expected.map((loss, step) => Math.abs((losses[step] ?? NaN) - loss) / loss));
}
