/** The pages that every browser opens, and how to tell that a run on them went well: a line for each. */
import { RANK_VARIANTS, VARIANTS, type Variant } from '../../www/engine/variants';
import type { LabMount } from '../../www/shell/elements/lab';
import type { Spec } from '../../www/types/generated/Spec';
import { addressOf, short } from '../e2e/page';
import { tiny } from '../e2e/parallel-runs';

/** A page, with an experiment that takes seconds. */
export interface Lab {
  name: string;
  /** Below the root of the site. */
  address: string;
  /** Builds of the engine that it can load. */
  builds: readonly Variant[];
  /** Whether it cannot do without memory that its workers share. */
  sharedMemory: boolean;
  /** Where it says how its run goes, and what it says at the end. */
  state: string;
  finished: RegExp;
  /** Numbers that are the same in every browser, within rounding; taken in the page, after the run. Null: it measures speed. */
  losses: ((spec: Spec) => Promise<number[]>) | null;
}

/** The button that starts a run; and where the header names the build that was loaded. */
export const RUN = /^(Run|Run again)$/;
export const STATUS = 'tinyai-site-header .status';

/** The fine-tuning lab's experiment. */
export const SPEC = short();

/** The losses of all runs on the page, training and validation. */
const shown = async (): Promise<number[]> => {
  const { runs } = document.querySelector<LabMount>('tinyai-lab-mount')!.store!.runner.current!.result!;
  return runs.flatMap(({ series }) => [...series.loss!, ...series.validation_loss!].map(([, loss]) => loss));
};

const parallel = (transport: 'shared' | 'ports'): Omit<Lab, 'name'> => {
  const spec = tiny({ mesh: { pipeline: 2, data: 2 }, communication: { transport }, training: { steps: 5, micro_batches: 2 } });
  return {
    address: addressOf(spec, 'parallel'),
    builds: RANK_VARIANTS,
    sharedMemory: transport === 'shared',
    state: 'tinyai-run-bar .state',
    finished: /^Finished/,
    losses: shown,
  };
};

export const LABS: Lab[] = [
  {
    name: 'fine-tuning',
    address: addressOf(SPEC),
    builds: VARIANTS,
    sharedMemory: false,
    state: 'tinyai-run-bar .state',
    finished: /^Finished/,
    losses: async (spec) => (await window.tinyai.run(spec)).runs.flatMap(({ series }) => [...series.loss!, ...series.validation_loss!].map(([, loss]) => loss)),
  },
  { name: 'parallel, shared memory', ...parallel('shared') },
  { name: 'parallel, ports', ...parallel('ports') },
  { name: 'benchmark', address: 'bench/?groups=train&threads=1&rounds=1', builds: VARIANTS, sharedMemory: false, state: 'tinyai-run-bar .state', finished: /^Finished/, losses: null },
];
