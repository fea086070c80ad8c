/** The labs there are: a line each. */
import type { LabDefinition } from '../shell/lab-definition';

/** Loads a lab by its id. */
export const LABS: Record<string, () => Promise<LabDefinition>> = {
  'fine-tuning': async () => (await import('./fine-tuning/definition')).fineTuning,
  parallel: async () => (await import('./parallel/definition')).parallel,
  'from-scratch': async () => (await import('./from-scratch/definition')).fromScratch,
};
