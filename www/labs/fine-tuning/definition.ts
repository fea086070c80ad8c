/** Fine-tuning: the same base model taught several ways, side by side. */
import { defaultSpec } from '../../engine/spec/defaults';
import type { LabDefinition } from '../../shell/lab-definition';
import { comparison, forks, lossChart, runBars, samples } from '../../shell/figures';

export const lab: LabDefinition = {
  id: 'fine-tuning',
  section: '15.1',
  presets: () => [{ id: 'full-and-lora', spec: defaultSpec }],
  groups: ['model', 'data', 'fine_tuning', 'training', 'evaluation', 'resources'],
  figures: [lossChart, forks, runBars, samples, comparison],
  lessons: async () => (await import('./lessons')).lessons,
  text: { zh: async () => (await import('./text/zh')).zh, en: async () => (await import('./text/en')).en },
};
