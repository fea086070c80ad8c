/** Pairs of a base model and a text that it can read, that of the page's language first. */
import { defaultSpec, specOf } from '../../engine/spec/defaults';
import type { Preset } from '../../shell/lab-definition';
import type { Language } from '../../shell/text/language';

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

export const PRESETS: Record<Language, Preset[]> = { zh: [POEMS, PLAYS], en: [PLAYS, POEMS] };
