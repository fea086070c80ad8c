/** The model that this lab begins with: small enough to write its first words within seconds. */
import type { Patch } from '../../shell/lesson/lesson';
import type { Language } from '../../shell/text/language';

/** A text that a visitor of that language can read, in tokens of its own. */
const TEXTS = {
  zh: { corpus: 'tang-poems', tokenizer: 'characters' },
  en: { corpus: 'shakespeare-plays', tokenizer: 'characters' },
} as const;

export function smallModel(language: Language) {
  const { corpus, tokenizer } = TEXTS[language];
  return {
    model: { base: 'new', tokenizer, family: 'llama', n_layers: 2, d_model: 96, n_heads: 4, d_ff: 256 },
    data: { corpus, context: 64 },
    training: { steps: 600, batch_size: 8, learning_rate: 0.004, warmup_steps: 30, weight_decay: 0.05 },
    evaluation: { every: 50, tokens: 1024, sample_every: 20, sample_tokens: 64, temperature: 0.7, top_k: 20 },
  } as const satisfies Patch;
}
