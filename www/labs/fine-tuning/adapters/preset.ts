/** The adapters that the page trains at first: one on a text that is new to the base, one on the base's own, and two more on the first. */
import { specOf } from '../../../engine/spec/defaults';
import type { Both } from '../../../shell/lesson/lesson';
import type { Language } from '../../../shell/text/language';
import type { Spec } from '../../../types/generated/Spec';
import { LR, pair } from '../lessons/base';

interface Trained {
  name: Both<string>;
  patch: (base: string) => Spec['runs'][number]['patch'];
}

const TRAINED: readonly Trained[] = [
  { name: { en: 'LoRA · sonnets', zh: 'LoRA · 宋词' }, patch: () => ({}) },
  { name: { en: 'LoRA · plays', zh: 'LoRA · 唐诗' }, patch: (base) => ({ data: { corpus: base } }) },
  { name: { en: 'DoRA · sonnets', zh: 'DoRA · 宋词' }, patch: () => ({ fine_tuning: { method: 'dora' } }) },
  { name: { en: 'QLoRA · sonnets', zh: 'QLoRA · 宋词' }, patch: () => ({ fine_tuning: { quantization: 'nf4' } }) },
];

export function adaptersSpec(language: Language): Spec {
  const base = pair(language, {
    fine_tuning: { method: 'lora', lora: { rank: 8, alpha: 16, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] } },
    training: { steps: 60, batch_size: 4, warmup_steps: 5, learning_rate: LR.lora },
    evaluation: { every: 20, tokens: 1024, sample_tokens: 0 },
  });
  const spec = specOf(base, []);
  return { ...spec, runs: TRAINED.map(({ name, patch }) => ({ name: name[language], patch: patch(spec.base.model.base) })) };
}

const known = (name: string): Trained | undefined => TRAINED.find((one) => Object.values(one.name).includes(name));

/** A run's name in a language, where it is one of these. */
export const nameIn = (language: Language) => (name: string): string => known(name)?.name[language] ?? name;

/** Whether an experiment is one that began as these. */
export const isOfAdapters = (spec: Spec): boolean => spec.runs.length > 1 && spec.runs.every(({ name }) => known(name));
