/** What the lessons of this lab have in common. */
import type { DeepPatch, Patch } from '../../../shell/lesson/lesson';
import type { RunFacts } from '../../../shell/lesson/facts';
import type { TrainingSpec } from '../../../types/generated/TrainingSpec';
import { smallModel } from '../small-model';
import type { Language } from '../../../shell/text/language';

/** Characters and bytes of the texts that ship with the site (`corpora/index.json`). */
export const TEXTS: Readonly<Record<string, { characters: number; bytes: number }>> = {
  'tang-poems': { characters: 1_407_014, bytes: 3_949_951 },
  'song-ci': { characters: 212_577, bytes: 589_852 },
  'shakespeare-plays': { characters: 2_760_578, bytes: 2_760_578 },
  'shakespeare-sonnets': { characters: 95_627, bytes: 95_627 },
};

/** The small model of this lab, without a sample on the way, and what a lesson changes of it. */
export function small(language: Language, { training, ...more }: Patch & { training: DeepPatch<TrainingSpec> }): Patch {
  const base = smallModel(language);
  return {
    ...base,
    ...more,
    model: { ...base.model, ...more.model },
    data: { ...base.data, ...more.data },
    training: { ...base.training, ...training },
    evaluation: { ...base.evaluation, sample_every: 0, ...more.evaluation },
  };
}

/** Tokens that a run reads in training, with repetitions. */
export const tokensRead = ({ view }: RunFacts): number => view.steps * view.spec.training.batch_size * view.spec.data.context;

/** Mean tokens of a character in the text that a run reads; null: the text is one's own. */
export function tokensPerCharacter({ spec }: RunFacts['view']): number | null {
  const text = TEXTS[spec.data.corpus];
  if (!text || spec.model.base !== 'new') return null;
  return spec.model.tokenizer === 'bytes' ? text.bytes / text.characters : 1;
}
