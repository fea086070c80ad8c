import { expect, test } from 'vitest';
import { defaultSpec } from '../../engine/spec/defaults';
import { resolve } from '../../engine/spec/patch';
import type { RunResult } from '../../types/generated/RunResult';
import { WoundClock } from '../testing/clock';
import { RunView } from './run-view';
import { median, quartiles, trainingLoss } from './statistics';

test('quartiles are values that were measured, as the engine takes them', () => {
  expect(quartiles([])).toBeNull();
  expect(quartiles([3])).toEqual([3, 3, 3]);
  expect(quartiles([5, 1, 4, 2, 3])).toEqual([2, 3, 4]);
  expect(quartiles([4, 1, 10, 2])).toEqual([2, 4, 4]);
  expect(median([1, 2])).toBe(2);
});

test('the training loss after a step is the mean of the last ten until there', () => {
  const curve = { steps: [3, 4, 5], values: [6, 4, 2] };
  expect([2, 3, 4, 5, 99].map((step) => trainingLoss(curve, step))).toEqual([null, 6, 5, 4, 4]);
  const long = { steps: Array.from({ length: 30 }, (_, i) => i + 1), values: Array.from({ length: 30 }, (_, i) => i + 1) };
  expect(trainingLoss(long)).toBe(25.5);
});

const run = () => new RunView('a', resolve(defaultSpec, 0), new WoundClock());

test('a run under way has the figures that it would have if it ended now', () => {
  const view = run();
  expect(['step_time', 'loss', 'validation_loss', 'peak_memory', 'memory.gradients', 'bubble_fraction'].map((name) => view.figure(name))).toEqual(Array(6).fill(null));
  const tell = (series: string, step: number, value: number) => view.apply({ type: 'metric', run: 0, series, step, value });
  tell('validation_loss', 0, 5);
  for (const [i, time] of [100, 20, 40, 30].entries()) tell('step_milliseconds', i + 1, time);
  expect(view.figure('step_time')).toMatchObject({ value: 40, spread: [30, 40], unit: 'ms' });
  const { training, data } = view.spec;
  const tokens = training.batch_size * data.context;
  expect(view.figure('tokens_per_second')).toMatchObject({ value: (tokens * 1000) / 40, spread: [(tokens * 1000) / 40, (tokens * 1000) / 30] });
  tell('step_milliseconds', 5, 20);
  expect(view.figure('step_time')).toMatchObject({ value: 30, spread: [20, 40] });
  tell('validation_loss', 10, 4);
  expect([view.figure('base_validation_loss')?.value, view.figure('validation_loss')?.value]).toEqual([5, 4]);
  const use = (at_peak_bytes: number, peak_bytes: number) => ({ live_bytes: 0, at_peak_bytes, peak_bytes });
  view.apply({ type: 'memory', run: 0, memory: { total: use(9, 9), gradients: use(4, 7) } });
  expect([view.figure('peak_memory')?.value, view.figure('memory.gradients')?.value]).toEqual([9, 4]);
  view.rewind(4);
  expect(view.figure('step_time')?.value, 'of the steps that are left').toBe(40);
});

test('a run that ended has those of its result, and one that goes on counts what comes', () => {
  const view = run();
  const metric = (value: number) => ({ value, unit: 'ms', kind: 'measured' as const, spread: null });
  const result = { name: 'a', status: 'interrupted', problem: null, diff: [], series: { step_milliseconds: [[1, 10], [2, 10]] }, metrics: { step_time: metric(10.5), ranks: metric(2) }, memory: {}, samples: [], reports: {} };
  view.complete(result as unknown as RunResult);
  expect([view.figure('step_time')?.value, view.figure('ranks')?.value]).toEqual([10.5, 2]);
  for (const step of [3, 4, 5]) view.apply({ type: 'metric', run: 0, series: 'step_milliseconds', step, value: 30 });
  expect([view.figure('step_time')?.value, view.figure('ranks')?.value]).toEqual([30, 2]);
});
