import type { LabText } from '../../../shell/text/lab-text';
import type { BoardText } from './type';

const own: BoardText = {
  heading: 'What it writes',
  caption: 'Written anew every few steps, from the same seed.',
  empty: 'Press Run: it begins with noise, finds spaces and letters within a hundred steps, then something like words.',
  step: (step) => `after step ${step}`,
  earlier: 'Look back',
  latest: 'latest',
  knowsNothing: 'knows nothing yet',
};

export const en: LabText = {
  name: 'From scratch',
  question: 'From noise to words',
  lead: 'A model that knows nothing reads a text, one token at a time. How long until it writes like it?',
  presets: { one: 'A small model', depth: '1 layer or 4' },
  figures: { samples: own.heading },
  groups: { model: 'Model', data: 'Text' },
  own,
};
