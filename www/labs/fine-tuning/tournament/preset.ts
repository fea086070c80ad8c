/** The tournament that its page begins with. */
import { specOf } from '../../../engine/spec/defaults';
import type { Language } from '../../../shell/text/language';
import type { Spec } from '../../../types/generated/Spec';
import type { SearchSpec } from '../../../types/generated/SearchSpec';
import { pair } from '../lessons/base';
import { specOfChoices } from './choices';
import { FIRST } from './methods';

/** Rates around what suits LoRA; those of other methods are in proportion. */
export const SEARCH: SearchSpec = { candidates: 4, lowest: 0.001, highest: 0.03, steps: 8 };

export function tournamentSpec(language: Language): Spec {
  const base = pair(language, {
    // A prefix that begins larger learns most at a rate that is among those tried.
    fine_tuning: { lora: { rank: 8, alpha: 16 }, adalora: { initial_rank: 8, target_rank: 4 }, prompt: { init_std: 0.3 } },
    training: { steps: 60, batch_size: 4, warmup_steps: 5, search: SEARCH },
    evaluation: { every: 10, tokens: 1024, sample_tokens: 0 },
  });
  const spec = specOf(base, []);
  // What the base has learned before, which is what it may forget.
  const evaluation = { ...spec.base.evaluation, base_corpus: spec.base.model.base };
  return specOfChoices({ methods: FIRST, rule: 'steps', seeds: 1 }, { ...spec, base: { ...spec.base, evaluation } }, language);
}
