import { expect, test } from 'vitest';
import { defaultSpec } from '../../engine/spec/defaults';
import { WoundClock } from '../testing/clock';
import { finished } from '../testing/fake-lab';
import { divergence } from './divergence';
import { RunView } from './run-view';

const curve = (...values: number[]) => ({ steps: values.map((_, i) => i + 1), values });

test('a loss far above its start for some steps has diverged; a hard batch, or a little more than at first, has not', () => {
  expect(divergence(curve(6, 9, 12, 15, 20))).toEqual({ step: 4, loss: 15, start: 6 });
  expect(divergence(curve(6, 5, 12, 5, 12, 12, 5))).toBeNull();
  expect(divergence(curve(6, 7.4, 7.4, 7.4, 7.4))).toBeNull();
  expect(divergence(curve(0.5, 1.4, 1.4, 1.4))).toBeNull();
  expect(divergence(curve())).toBeNull();
});

test('a run tells of it once, as it happens and when it is kept, and no longer when it goes back', () => {
  const run = new RunView('a', defaultSpec.base, new WoundClock());
  [6, 9, 9, 9, 30].forEach((value, i) => run.apply({ type: 'metric', run: 0, series: 'loss', step: i + 1, value }));
  expect(run.diverged).toEqual({ step: 4, loss: 9, start: 6 });
  run.rewind(3);
  expect(run.diverged).toBeNull();
  const kept = new RunView('a', defaultSpec.base, new WoundClock());
  kept.complete({ ...finished('a'), series: { loss: [[1, 6], [2, 9], [3, 9], [4, 9]] } });
  expect(kept.diverged).toEqual({ step: 4, loss: 9, start: 6 });
});
