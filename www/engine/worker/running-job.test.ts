import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Job } from '../methods';
import type { SavedRun, WasmExperiment } from '../wasm';
import { RunningJob } from './running-job';

const JOB = { id: 1, spec: { runs: [{}] }, files: new Map(), saved: [], states: [], keep: 0 } satisfies Job;

test('an experiment that cannot go on with what was kept is let go of', () => {
  const free = vi.fn();
  const experiment = { free, resume: () => { throw new Error('not of this run'); } } as unknown as WasmExperiment;
  expect(() => new RunningJob({ ...JOB, saved: [{} as SavedRun] }, experiment, () => undefined)).toThrow('not of this run');
  expect(free).toHaveBeenCalledTimes(1);
});

/** A run on several ranks: each step is an order, and so is what they hold. */
class Spread {
  readonly steps: number;
  step = 0;
  lastState = 0;
  wants_states = false;
  stuck = false;
  finished = false;
  ordered: 'train' | 'snapshot' = 'train';

  constructor({ steps }: { steps: number }) {
    this.steps = steps;
  }

  get state_is_next(): boolean {
    return this.wants_states;
  }

  want_states(): void {
    this.wants_states = this.lastState !== this.step;
  }

  order(): object {
    this.ordered = this.wants_states ? 'snapshot' : 'train';
    return { run: 0, program: this.ordered };
  }

  replied(): object[] {
    if (this.ordered === 'snapshot') {
      this.lastState = this.step;
      this.wants_states = false;
      return [];
    }
    this.step += 1;
    this.finished ||= this.step >= this.steps;
    return [{ type: 'progress' }];
  }

  cancel(): object[] {
    this.finished = true;
    return [];
  }

  saved(run: number): object {
    return { run, state: { step: this.lastState } };
  }

  result = (): object => ({});
  states = (): object[] => [];
  free = (): void => undefined;
}

const stepOf = async (saved: Promise<SavedRun[]>): Promise<number | undefined> => (await saved)[0]?.state?.step;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function started(experiment: Spread): { job: RunningJob; orders: () => number; reply: () => Promise<void>; end: Promise<unknown> } {
  let orders = 0;
  const job = new RunningJob(JOB, experiment as unknown as WasmExperiment, (progress) => {
    if ('order' in progress) orders += 1;
  });
  const reply = async (): Promise<void> => {
    const before = orders;
    job.answer([]);
    await vi.waitFor(() => expect(orders).toBeGreaterThan(before));
  };
  const end = job.run(new AbortController().signal);
  return { job, orders: () => orders, reply, end };
}

test('what ranks hold is asked for before their next step, and waited for', async () => {
  const experiment = new Spread({ steps: 100 });
  const { job, orders, reply } = started(experiment);
  await vi.waitFor(() => expect(orders()).toBe(1));
  await reply();
  await reply();
  const saved = stepOf(job.saved());
  // The step under way, then the state of it.
  await reply();
  expect(experiment.step).toBe(3);
  await reply();
  expect(await saved).toBe(3);
});

test('a run that is paused says what its ranks hold, and rests again', async () => {
  const experiment = new Spread({ steps: 100 });
  const { job, orders, reply } = started(experiment);
  await vi.waitFor(() => expect(orders()).toBe(1));
  await reply();
  job.control('pause', null);
  job.answer([]);
  await vi.waitFor(() => expect(experiment.step).toBe(2));
  const saved = stepOf(job.saved());
  await vi.waitFor(() => expect(orders()).toBe(3));
  job.answer([]);
  expect(await saved).toBe(2);
  expect([orders(), experiment.step]).toEqual([3, 2]);
});

test('where a step takes long, the last state has to do', async () => {
  const experiment = new Spread({ steps: 100 });
  const { job, orders, reply } = started(experiment);
  await vi.waitFor(() => expect(orders()).toBe(1));
  await reply();
  const saved = stepOf(job.saved());
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await saved).toBe(0);
});

test('whoever waits when the experiment ends is answered', async () => {
  const experiment = new Spread({ steps: 1 });
  const { job, orders, end } = started(experiment);
  await vi.waitFor(() => expect(orders()).toBe(1));
  experiment.step = 0.5;
  const saved = stepOf(job.saved());
  job.control('cancel', null);
  job.answer([]);
  await end;
  job.free();
  await saved;
});
