import { expect, test } from 'vitest';
import { defaultSpec } from '../../../engine/spec/defaults';
import { ExperimentView } from '../../store/experiment-view';
import { WoundClock } from '../../testing/clock';
import { chartData } from './curves';

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
