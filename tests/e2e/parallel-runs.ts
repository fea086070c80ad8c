/** Small trainings on real ranks, and what they have to measure. */
import type { Page } from '../../www/testing';
import { defaultRun, specOf } from '../../www/engine/spec/defaults';
import { presetSpec } from '../../www/labs/parallel/preset';
import type { RunSpec } from '../../www/types/generated/RunSpec';
import type { Spec } from '../../www/types/generated/Spec';
import type { RankStep } from '../../www/types/generated/RankStep';
import type { Traffic } from '../../www/types/generated/Traffic';

/** Changes below each section of a run. */
export type BasePatch = { [K in keyof RunSpec]?: Partial<RunSpec[K]> };

/** Changes one on top of the other. */
export function both(below: BasePatch, above: BasePatch): BasePatch {
  const sections = new Set([...Object.keys(below), ...Object.keys(above)] as (keyof RunSpec)[]);
  return Object.fromEntries([...sections].map((name) => [name, { ...below[name], ...above[name] }]));
}

/** A model of four layers that trains in milliseconds, at a learning rate at which rounding does not grow. */
const TINY: BasePatch = {
  model: { ...defaultRun.model, base: 'new', n_layers: 4, d_model: 32, n_heads: 4, d_ff: 64 },
  data: { corpus: 'shakespeare-sonnets', context: 16 },
  training: { steps: 20, batch_size: 8, learning_rate: 1e-3, schedule: 'constant', warmup_steps: 0 },
  evaluation: { every: 20, tokens: 256, sample_tokens: 0 },
};

/** A run on one rank, whatever the others are. */
export const [, ONE_RANK] = presetSpec('en').runs as [mesh: Spec['runs'][number], alone: Spec['runs'][number]];

/** An experiment with the run `mesh`, beside one on one rank if not told otherwise. */
export function tiny(patch: BasePatch = {}, { alone = true } = {}): Spec {
  return specOf(both(TINY, patch), [...(alone ? [ONE_RANK] : []), { name: 'mesh', patch: {} }]);
}

/** What a rank sent, without what depends on the machine. */
export type Sent = Omit<Traffic, 'wait_seconds' | 'transfer_seconds'>;

/** A training, step by step. */
export interface Measured {
  losses: number[];
  /** Of each step, of each rank. */
  traffic: Sent[][][];
  /** Of each rank, what was predicted of every step. */
  predicted: Sent[][];
}

/** Trains an experiment; what its runs measured, in their order. */
export async function trainAll(page: Page, spec: Spec): Promise<Measured[]> {
  return page.evaluate(async (spec) => {
    const sent = (traffic: Traffic[]): Sent[] =>
      traffic
        .filter(({ messages }) => messages > 0)
        .map(({ kind, bytes, messages }) => ({ kind, bytes, messages }))
        .sort((a, b) => a.kind.localeCompare(b.kind));
    const steps: RankStep[][][] = spec.runs.map(() => []);
    const lab = await window.tinyai.createLab();
    const { result } = lab.run(spec, { onEvent: (event) => event.type === 'ranks' && steps[event.run]!.push(event.ranks) });
    const { runs } = await result.finally(() => lab.close());
    return runs.map(({ name, status, problem, series, reports }, i) => {
      if (status !== 'finished') throw new Error(`${name} ${status}: ${problem?.message.en}`);
      const losses = series.loss!.map(([, loss]) => loss);
      for (const [step, ranks] of steps[i]!.entries()) {
        if (ranks.some(({ loss }) => loss !== losses[step])) throw new Error(`ranks of ${name} do not tell the same loss`);
      }
      return { losses, traffic: steps[i]!.map((ranks) => ranks.map(({ traffic }) => sent(traffic))), predicted: reports.parallel?.prediction.traffic.map(sent) ?? [] };
    });
  }, spec);
}

/** The largest relative difference between two trainings' losses. */
export function apart(losses: number[], expected: number[]): number {
  return Math.max(...expected.map((loss, step) => Math.abs((losses[step] ?? NaN) - loss) / loss));
}
