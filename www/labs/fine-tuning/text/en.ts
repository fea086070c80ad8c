import type { LabText } from '../../../shell/text/lab-text';

export const en: LabText = {
  name: 'Fine-tuning',
  question: 'One model, taught twice',
  lead: 'It learns a new kind of verse here in your browser. What does LoRA save, at what cost?',
  presets: { poems: 'Tang poems → Song lyrics', plays: 'Shakespeare: plays → sonnets' },
  own: null,
};
