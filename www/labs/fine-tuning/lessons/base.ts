/** What the lessons of this lab have in common. */
import type { Patch } from '../../../shell/lesson/lesson';
import type { Language } from '../../../shell/text/language';

/** A base model that the learner can read, and a kind of verse that it has not seen. */
const PAIRS: Record<Language, { base: string; corpus: string }> = {
  zh: { base: 'tang-poems', corpus: 'song-ci' },
  en: { base: 'shakespeare-plays', corpus: 'shakespeare-sonnets' },
};

/** Learning rates that suit each method at these sizes. */
export const LR = { full: 0.0005, lora: 0.003 } as const;

export function pair(language: Language, more: Patch = {}): Patch {
  const { base, corpus } = PAIRS[language];
  return { ...more, model: { ...more.model, base }, data: { ...more.data, corpus } };
}
