/** From scratch: a small model that knows nothing learns to write from a text alone. */
import { html } from 'lit';
import { specOf } from '../../engine/spec/defaults';
import { comparison, forks, lossChart, runBars } from '../../shell/figures';
import type { LabDefinition, Preset } from '../../shell/lab-definition';
import type { Language } from '../../shell/text/language';
import './board/board';

/** A text that a visitor of that language can read, in tokens of its own. */
const TEXTS = {
  zh: { corpus: 'tang-poems', tokenizer: 'characters' },
  en: { corpus: 'shakespeare-plays', tokenizer: 'characters' },
} as const;

/** Small enough to write its first words within seconds. */
function preset(id: string, language: Language, layers: number[]): Preset {
  const { corpus, tokenizer } = TEXTS[language];
  const base = {
    model: { base: 'new', tokenizer, family: 'llama', n_layers: layers[0], d_model: 96, n_heads: 4, d_ff: 256 },
    data: { corpus, context: 64 },
    training: { steps: 600, batch_size: 8, learning_rate: 0.004, warmup_steps: 30, weight_decay: 0.05 },
    evaluation: { every: 50, tokens: 1024, sample_every: 20, sample_tokens: 64, temperature: 0.7, top_k: 20 },
  };
  const runs = layers.map((n_layers, i) => ({
    name: language === 'zh' ? `${n_layers} 层` : `${n_layers} ${n_layers === 1 ? 'layer' : 'layers'}`,
    patch: i === 0 ? {} : { model: { n_layers } },
  }));
  return { id, spec: specOf(base, runs) };
}

export const lab: LabDefinition = {
  id: 'from-scratch',
  section: '15',
  presets: (language) => [preset('one', language, [2]), preset('depth', language, [1, 4])],
  groups: ['model', 'data', 'training', 'evaluation'],
  stage: { id: 'samples', render: () => html`<tinyai-board></tinyai-board>` },
  figures: [lossChart, forks, runBars, comparison],
  text: { zh: async () => (await import('./text/zh')).zh, en: async () => (await import('./text/en')).en },
};
