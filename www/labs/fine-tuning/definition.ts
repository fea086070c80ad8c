/** Fine-tuning: the same base model taught several ways, side by side. */
import type { LabDefinition } from '../../shell/lab-definition';
import { comparison, forks, lossChart, runBars, samples } from '../../shell/figures';
import { PRESETS } from './presets';
import { conclusion, standings, sweep, tradeoffs } from './tournament/figures';

export const lab: LabDefinition = {
  id: 'fine-tuning',
  section: '15.1',
  presets: (language) => PRESETS[language],
  groups: ['model', 'data', 'fine_tuning', 'training', 'evaluation', 'resources'],
  figures: [lossChart, sweep, tradeoffs, standings, conclusion, forks, runBars, samples, comparison],
  lessons: async () => (await import('./lessons')).lessons,
  workbenches: async () => (await import('./workbenches')).workbenches,
  text: { zh: async () => (await import('./text/zh')).zh, en: async () => (await import('./text/en')).en },
};
