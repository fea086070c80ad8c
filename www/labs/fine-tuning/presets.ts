/** Pairs of a base model and a text that it can read, that of the page's language first; and the chapter's presets of ranks. */
import { defaultSpec, specOf } from '../../engine/spec/defaults';
import type { Preset } from '../../shell/lab-definition';
import type { Language } from '../../shell/text/language';
import { LR, pair } from './lessons/base';

const POEMS: Preset = { id: 'poems', spec: defaultSpec };

/** A byte is less than a character: sequences and samples are longer. */
const PLAYS: Preset = {
  id: 'plays',
  spec: specOf(
    {
      model: { base: 'shakespeare-plays' },
      data: { corpus: 'shakespeare-sonnets', context: 128 },
      evaluation: { sample_tokens: 160 },
    },
    defaultSpec.runs,
  ),
};

/** Presets of the chapter's `LoraConfig`, by their names there: rank, and α. */
const RANKS = { createLowRank: [4, 8], createMediumRank: [16, 32], createHighRank: [64, 128] } as const;

const ranks = (language: Language): Preset => ({
  id: 'ranks',
  spec: specOf(
    pair(language, { fine_tuning: { method: 'lora' }, training: { learning_rate: LR.lora } }),
    Object.entries(RANKS).map(([name, [rank, alpha]]) => ({ name, patch: { fine_tuning: { lora: { rank, alpha } } } })),
  ),
});

export const PRESETS: Record<Language, Preset[]> = { zh: [POEMS, PLAYS, ranks('zh')], en: [PLAYS, POEMS, ranks('en')] };
