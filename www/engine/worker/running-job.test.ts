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

/** A run on several ranks, as the engine has it: what they are to do next is first ordered, then given out, then answered. */
class Spread {
  step = 0;
  lastState = 0;
  wants_states = false;
  stuck = false;
  finished = false;
  private ordered: 'train' | 'snapshot' | null = null;

  constructor(readonly steps: number) {}

  get state_is_next(): boolean {
    return this.wants_states && this.ordered !== 'train';
  }

  want_states(): void {
    this.wants_states = this.lastState !== this.step;
  }

  advance(): object[] {
    this.ordered ??= this.wants_states ? 'snapshot' : 'train';
    return [];
  }

  order(): object | null {
    return this.ordered && { run: 0, program: this.ordered };
  }

  replied(): object[] {
    const done = this.ordered;
    this.ordered = null;
    if (done === 'snapshot') {
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

  set_by_hand = (): void => undefined;
  result = (): object => ({});
  states = (): object[] => [];
  adapter = (): null => null;
  free = (): void => undefined;
}

const stepOf = async (saved: Promise<SavedRun[]>): Promise<number | undefined> => (await saved)[0]?.state?.step;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

interface Started {
  job: RunningJob;
  orders: () => string[];
  /** Answers the order that is out, and waits for the next. */
  reply: () => Promise<void>;
  end: Promise<unknown>;
}

async function started(experiment: Spread): Promise<Started> {
  const orders: string[] = [];
  const job = new RunningJob(JOB, experiment as unknown as WasmExperiment, (progress) => {
    if ('order' in progress) orders.push(String(progress.order.program));
  });
  const reply = async (): Promise<void> => {
    const before = orders.length;
    job.answer([]);
    await vi.waitFor(() => expect(orders.length).toBeGreaterThan(before));
  };
  const end = job.run(new AbortController().signal);
  await vi.waitFor(() => expect(orders).toEqual(['train']));
  return { job, orders: () => orders, reply, end };
}

test('what ranks hold is asked for before their next step, and waited for', async () => {
  const { job, orders, reply } = await started(new Spread(100));
  await reply();
  await reply();
  const saved = stepOf(job.saved());
  await reply();
  await reply();
  expect(await saved).toBe(3);
  expect(orders()).toEqual(['train', 'train', 'train', 'snapshot', 'train']);
});

test('a run that is paused and saved at once, within a step, says what its ranks hold after it, and rests', async () => {
  const { job, orders, reply } = await started(new Spread(100));
  await reply();
  job.control('pause', null);
  const saved = stepOf(job.saved());
  await reply();
  job.answer([]);
  expect(await saved).toBe(2);
  expect(orders()).toEqual(['train', 'train', 'snapshot']);
});

test('a run that rests says what its ranks hold, and rests again', async () => {
  const experiment = new Spread(100);
  const { job, orders, reply } = await started(experiment);
  await reply();
  job.control('pause', null);
  job.answer([]);
  await vi.waitFor(() => expect(experiment.step).toBe(2));
  const saved = stepOf(job.saved());
  await vi.waitFor(() => expect(orders()).toEqual(['train', 'train', 'snapshot']));
  job.answer([]);
  expect(await saved).toBe(2);
  expect(await stepOf(job.saved())).toBe(2);
  expect([orders().length, experiment.step]).toEqual([3, 2]);
  job.control('resume', null);
  await vi.waitFor(() => expect(orders()).toEqual(['train', 'train', 'snapshot', 'train']));
});

test('where a step takes long, the last state has to do', async () => {
  const { job, reply } = await started(new Spread(100));
  await reply();
  const saved = stepOf(job.saved());
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await saved).toBe(0);
});

test('a step by hand, which lasts as long as somebody looks, is not waited for', async () => {
  const { job, reply } = await started(new Spread(100));
  await reply();
  job.control('by_hand', null);
  expect(await stepOf(job.saved())).toBe(0);
});

test('whoever waits when the experiment ends is answered', async () => {
  const { job, reply, end } = await started(new Spread(100));
  await reply();
  const saved = job.saved();
  job.control('cancel', null);
  job.answer([]);
  await end;
  job.free();
  expect(await saved).toEqual([]);
});
