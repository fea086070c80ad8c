/** The adapters that the page trains at first: one on a text that is new to the base, one on the base's own, and two more on the first. */
import { specOf } from '../../../engine/spec/defaults';
import type { Both, Patch } from '../../../shell/lesson/lesson';
import type { Language } from '../../../shell/text/language';
import type { Spec } from '../../../types/generated/Spec';
import { LR, pair } from '../lessons/base';

/** How the texts of the site are called in the name of a run, by their ids. */
const TEXTS: Readonly<Record<string, Both<string>>> = {
  'shakespeare-sonnets': { en: 'sonnets', zh: '十四行诗' },
  'shakespeare-plays': { en: 'plays', zh: '戏剧' },
  'song-ci': { en: 'Song ci', zh: '宋词' },
  'tang-poems': { en: 'Tang poems', zh: '唐诗' },
};

interface Trained {
  method: string;
  /** Whether it reads the base's own text. */
  own?: boolean;
  patch: Patch;
}

const TRAINED: readonly Trained[] = [
  { method: 'LoRA', patch: {} },
  { method: 'LoRA', own: true, patch: {} },
  { method: 'DoRA', patch: { fine_tuning: { method: 'dora' } } },
  { method: 'QLoRA', patch: { fine_tuning: { quantization: 'nf4' } } },
];

const BETWEEN = ' · ';

export function adaptersSpec(language: Language): Spec {
  const base = pair(language, {
    fine_tuning: { method: 'lora', lora: { rank: 8, alpha: 16, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] } },
    training: { steps: 60, batch_size: 4, warmup_steps: 5, learning_rate: LR.lora },
    evaluation: { every: 20, tokens: 1024, sample_tokens: 0 },
  });
  const spec = specOf(base, []);
  const { model, data } = spec.base;
  const runs = TRAINED.map(({ method, own = false, patch }) => ({
    name: method + BETWEEN + TEXTS[own ? model.base : data.corpus]![language],
    patch: { ...patch, ...(own && { data: { corpus: model.base } }) },
  }));
  return { ...spec, runs };
}

/** The method and the text that a run's name speaks of, in whichever language; null: it is none of these. */
function known(name: string): { method: string; text: Both<string> } | null {
  const [method, read, ...rest] = name.split(BETWEEN);
  const text = Object.values(TEXTS).find((called) => Object.values(called).includes(read ?? ''));
  return text && rest.length === 0 && TRAINED.some((one) => one.method === method) ? { method: method!, text } : null;
}

/** A run's name in a language, where it is one of these: that of the text that it read, whichever language that is in. */
export const nameIn = (language: Language) => (name: string): string => {
  const one = known(name);
  return one ? one.method + BETWEEN + one.text[language] : name;
};

/** Whether an experiment is one that began as these. */
export const isOfAdapters = (spec: Spec): boolean => spec.runs.length > 1 && spec.runs.every(({ name }) => known(name) !== null);
