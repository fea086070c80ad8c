import { expect, test, vi } from 'vitest';
import type { Job } from '../methods';
import type { SavedRun, WasmExperiment } from '../wasm';
import { RunningJob } from './running-job';

test('an experiment that cannot go on with what was kept is let go of', () => {
  const free = vi.fn();
  const experiment = { free, resume: () => { throw new Error('not of this run'); } } as unknown as WasmExperiment;
  const job = { id: 1, spec: {}, files: new Map(), saved: [{} as SavedRun], states: [], keep: 0 } satisfies Job;
  expect(() => new RunningJob(job, experiment, () => undefined)).toThrow('not of this run');
  expect(free).toHaveBeenCalledTimes(1);
});
