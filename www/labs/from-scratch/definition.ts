/** From scratch: a small model that knows nothing learns to write from a text alone. */
import { html } from 'lit';
import { specOf } from '../../engine/spec/defaults';
import { comparison, forks, lossChart, runBars } from '../../shell/figures';
import type { LabDefinition, Preset } from '../../shell/lab-definition';
import type { Language } from '../../shell/text/language';
import './board/board';
import { smallModel } from './small-model';

function preset(id: string, language: Language, layers: number[]): Preset {
  const base = smallModel(language);
  const runs = layers.map((n_layers, i) => ({
    name: language === 'zh' ? `${n_layers} 层` : `${n_layers} ${n_layers === 1 ? 'layer' : 'layers'}`,
    patch: i === 0 ? {} : { model: { n_layers } },
  }));
  return { id, spec: specOf({ ...base, model: { ...base.model, n_layers: layers[0] } }, runs) };
}

export const lab: LabDefinition = {
  id: 'from-scratch',
  section: '15.6',
  presets: (language) => [preset('one', language, [2]), preset('depth', language, [1, 4])],
  groups: ['model', 'data', 'training', 'evaluation'],
  stage: { id: 'samples', render: () => html`<tinyai-board></tinyai-board>` },
  figures: [lossChart, forks, runBars, comparison],
  lessons: async () => (await import('./lessons')).lessons,
  text: { zh: async () => (await import('./text/zh')).zh, en: async () => (await import('./text/en')).en },
};
