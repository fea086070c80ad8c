/** The tournament that its page begins with. */
import { specOf } from '../../../engine/spec/defaults';
import { set } from '../../../engine/spec/patch';
import type { Language } from '../../../shell/text/language';
import type { Spec } from '../../../types/generated/Spec';
import type { SearchSpec } from '../../../types/search';
import { pair } from '../lessons/base';
import { specOfChoices } from './choices';
import { FIRST } from './methods';

/** Rates from what suits a whole model to what suits a few vectors: methods differ by factors of a hundred. */
export const SEARCH: SearchSpec = { candidates: 5, lowest: 0.0001, highest: 0.03, steps: 8 };

export function tournamentSpec(language: Language): Spec {
  const base = pair(language, {
    fine_tuning: { lora: { rank: 8, alpha: 16 } },
    training: { steps: 60, batch_size: 4, warmup_steps: 5 },
    evaluation: { every: 10, tokens: 1024, sample_tokens: 0 },
  });
  const spec = specOf(base, []);
  const searched = set(spec.base, 'training.search', SEARCH);
  return specOfChoices({ methods: FIRST, rule: 'steps', seeds: 1 }, { ...spec, base: set(searched, 'evaluation.base_corpus', spec.base.model.base) }, language);
}
