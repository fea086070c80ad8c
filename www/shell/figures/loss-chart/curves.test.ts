import { expect, test } from 'vitest';
import { nothingMeasured } from '../../workbench/measured';
import { defaultSpec } from '../../spec/hash';
import { chartData } from './curves';

test('a curve of very many steps has its range', () => {
  const steps = Array.from({ length: 300_000 }, (_, i) => i + 1);
  const measured = nothingMeasured(defaultSpec);
  measured.runs[0]!.curves = { loss: { steps, values: steps.map((step) => 1 + 5 / step) } };
  const { low, high, runs } = chartData(measured, 1);
  expect(low).toBeGreaterThan(1);
  expect(high).toBeCloseTo(6);
  expect(runs[0]!.smoothed).toHaveLength(300_000);
});

test('without a finite loss there is still something to draw axes for', () => {
  const measured = nothingMeasured(defaultSpec);
  measured.runs[0]!.curves = { loss: { steps: [1], values: [NaN] } };
  expect(chartData(measured, 10)).toMatchObject({ low: 0, high: 1 });
});
