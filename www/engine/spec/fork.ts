/** What a fork may change: all that leaves the tensors it goes on with as they are. The engine's check refuses the rest. */
import type { RunSpec } from '../../types/generated/RunSpec';

const SECTIONS = ['training', 'evaluation', 'resources', 'ranks'];
const FIELDS = ['communication.transport', 'communication.algorithm', 'fine_tuning.lora.alpha', 'fine_tuning.lora.scaling', 'fine_tuning.lora.dropout', 'fine_tuning.adapter.placement'];

/** Whether a fork with these settings may have another value of a field than the run that it is a fork of. */
export function forkMayChange(path: string, { model }: RunSpec): boolean {
  const [section = ''] = path.split('.');
  const vocabularyOfText = model.base === 'new' && model.tokenizer === 'characters';
  return SECTIONS.includes(section) || FIELDS.includes(path) || (section === 'data' && !vocabularyOfText && path !== 'data.context');
}
