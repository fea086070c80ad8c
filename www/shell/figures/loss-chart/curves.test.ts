import { expect, test } from 'vitest';
import { defaultSpec } from '../../../engine/spec/defaults';
import { ExperimentView } from '../../store/experiment-view';
import { WoundClock } from '../../testing/clock';
import { chartData, smooth } from './curves';

test('a curve of very many steps has its range', () => {
  const steps = Array.from({ length: 300_000 }, (_, i) => i + 1);
  const view = new ExperimentView(defaultSpec, new WoundClock());
  for (const step of steps) view.runs[0]!.apply({ type: 'metric', run: 0, series: 'loss', step, value: 1 + 5 / step });
  const { low, high, runs } = chartData(view, 1);
  expect(low).toBeGreaterThan(1);
  expect(high).toBeCloseTo(6);
  expect(runs[0]!.smoothed).toHaveLength(300_000);
});

test('without a finite loss there is still something to draw axes for', () => {
  const view = new ExperimentView(defaultSpec, new WoundClock());
  view.runs[0]!.apply({ type: 'metric', run: 0, series: 'loss', step: 1, value: NaN });
  expect(chartData(view, 10)).toMatchObject({ low: 0, high: 1 });
});

/** A run of ten steps whose validation loss is measured after every fourth, and a fork after step 6. */
function forked(own: number[]) {
  const spec = structuredClone(defaultSpec);
  spec.base.training.steps = 10;
  spec.runs = [{ name: 'a', patch: {} }, { name: 'b', patch: {}, fork: { run: 'a', step: 6 } }];
  const view = new ExperimentView(spec, new WoundClock());
  const tell = (run: number, series: string, step: number, value: number) => view.runs[run]!.apply({ type: 'metric', run, series, step, value });
  for (let step = 1; step <= 10; step++) tell(0, 'loss', step, 10 - step);
  for (const [step, value] of [[0, 9], [4, 7], [8, 5]] as const) tell(0, 'validation_loss', step, value);
  for (const step of own) tell(1, 'loss', step, 20);
  return { view, tell };
}

test('the curve of a fork begins on that of its run, goes on smoothed as if they were one, and draws nothing twice', () => {
  const { view } = forked([7, 8]);
  const { runs, steps } = chartData(view, 1);
  const [a, b] = runs;
  const at = (step: number) => steps.indexOf(step);
  expect(b!.smoothed.slice(0, at(6)).every((value) => value === null)).toBe(true);
  expect(b!.smoothed[at(6)]).toBe(a!.smoothed[at(6)]);
  expect(b!.smoothed[at(8)]).toBe(smooth([9, 8, 7, 6, 5, 4, 20, 20]).at(-1));
  expect([b!.branch, b!.steps]).toEqual([{ step: 6, loss: a!.smoothed[at(6)] }, [7, 8]]);
});

test('where the validation loss was not measured, that of a fork begins on the line of its run, and says so', () => {
  const { view, tell } = forked([7]);
  expect(chartData(view, 1).runs[1]!.validation.every((value) => value === null)).toBe(true);
  tell(1, 'validation_loss', 8, 3);
  const { runs, steps } = chartData(view, 1);
  expect(runs[1]!.validation.flatMap((value, i) => (value === null ? [] : [[steps[i], value]]))).toEqual([[6, 6], [8, 3]]);
  expect(runs[1]!.unmeasured).toBe(6);
});

test('a fork that has not begun has no curve', () => {
  const { branch, steps, ...columns } = chartData(forked([]).view, 1).runs[1]!;
  expect([branch, steps]).toEqual([null, []]);
  expect([...columns.raw, ...columns.smoothed, ...columns.validation].every((value) => value === null)).toBe(true);
});
