/** What a fork may change: all that leaves the tensors it goes on with as they are. The engine's check refuses the rest. */
import type { RunSpec } from '../../types/generated/RunSpec';

const SECTIONS = ['training', 'evaluation', 'resources', 'ranks'];
const FIELDS = ['communication.transport', 'communication.algorithm', 'fine_tuning.lora.alpha', 'fine_tuning.lora.scaling', 'fine_tuning.lora.dropout', 'fine_tuning.lora.learning_rate_ratio', 'fine_tuning.adalora.beta1', 'fine_tuning.adalora.beta2', 'fine_tuning.adapter.placement'];
const SCALES = ['fine_tuning.lora.alpha', 'fine_tuning.lora.scaling'];

/** Whether a fork with these settings may have another value of a field than the run that it is a fork of. */
export function forkMayChange(path: string, { model, fine_tuning: { lora } }: RunSpec): boolean {
  // What was taken out of a weight depends on them.
  if (SCALES.includes(path) && (lora.init === 'pissa' || lora.init === 'olora')) return false;
  const [section = ''] = path.split('.');
  const vocabularyOfText = model.base === 'new' && model.tokenizer === 'characters';
  return SECTIONS.includes(section) || FIELDS.includes(path) || (section === 'data' && !vocabularyOfText && path !== 'data.context');
}
