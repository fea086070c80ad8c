/** What the lab begins with: a small new model, on a mesh of two stages and on one rank. */
import { specOf } from '../../engine/spec/defaults';
import type { Language } from '../../shell/text/language';
import type { Spec } from '../../types/generated/Spec';

/** What it changes of the defaults. */
const BASE = {
  model: { base: 'new', family: 'gpt', n_layers: 6, d_model: 256, n_heads: 8, d_ff: 1024 },
  data: { corpus: 'shakespeare-plays', context: 128 },
  training: { steps: 20, batch_size: 8, micro_batches: 4, learning_rate: 2e-4, schedule: 'constant', warmup_steps: 0 },
  mesh: { pipeline: 2 },
  evaluation: { every: 20, tokens: 2048, sample_tokens: 0 },
};

/** What makes any run one on a single rank: nothing that only ranks beside others do is left. */
const ON_ONE_RANK = {
  training: { micro_batches: 1 },
  mesh: { data: 1, pipeline: 1, tensor: 1, schedule: '1f1b', chunks_per_stage: 1, partition: 'even', zero: 'none', sequence_parallel: false },
  communication: { compression: 'none' },
  ranks: { unequal: [] },
};

const NAMES: Record<Language, { alone: string; mesh: string }> = {
  en: { alone: 'one rank', mesh: 'mesh' },
  zh: { alone: '单进程', mesh: '网格' },
};

/** The experiment, with the names of its runs in a language: what the page is about runs first, and what it is compared with after it. */
export const presetSpec = (language: Language): Spec =>
  specOf(BASE, [
    { name: NAMES[language].mesh, patch: {} },
    { name: NAMES[language].alone, patch: structuredClone(ON_ONE_RANK) },
  ]);
