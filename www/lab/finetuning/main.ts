/** The page of the fine-tuning lab, and `window.tinyai` for those who write code instead of filling in forms. */
import { showTheme } from '../../components/theme';
import { adoptTokens } from '../../kit/tokens.css';
import { createLab, type Lab } from '../../engine/index';
import { defaultSpec } from '../../spec/hash';
import { schema } from '../../spec/schema';
import type { ExperimentResult } from '../../types/generated/ExperimentResult';
import type { Spec } from '../../types/generated/Spec';
import { version } from '../../package.json';
import './finetuning-lab';

const tinyai = {
  /** Runs an experiment in an engine of its own; rejects with an error that carries `problems`. */
  async run(spec: Spec, options?: Parameters<Lab['run']>[1]): Promise<ExperimentResult> {
    const lab = await createLab();
    try {
      return await lab.run(spec, options).result;
    } finally {
      lab.close();
    }
  },
  defaultSpec,
  schema,
  version,
  createLab,
};

declare global {
  interface Window {
    tinyai: typeof tinyai;
  }
}

adoptTokens(document);
showTheme();
window.tinyai = tinyai;
