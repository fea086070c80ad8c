/** What the lessons of this lab have in common: a small new model that learns for a few steps. */
import mergePatch from 'json-merge-patch';
import '../../../shell/lesson/glossary/term';
import type { Patch } from '../../../shell/lesson/lesson';

const SMALL: Patch = {
  model: { base: 'new', family: 'gpt', n_layers: 6, d_model: 256, n_heads: 8, d_ff: 1024 },
  data: { corpus: 'shakespeare-plays', context: 128 },
  training: { steps: 8, batch_size: 8, micro_batches: 1, learning_rate: 2e-4, schedule: 'constant', warmup_steps: 0 },
  evaluation: { every: 20, tokens: 2048, sample_tokens: 0 },
};

/** The base of a lesson, the same in both languages. */
export const small =
  (more: Patch): (() => Patch) =>
  () =>
    mergePatch.apply(structuredClone(SMALL), structuredClone(more)) as Patch;

/** What any run has on a single rank. */
export const ONE_RANK: Patch = { training: { micro_batches: 1 }, mesh: { data: 1, pipeline: 1, tensor: 1 } };
