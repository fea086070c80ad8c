import { expect, test } from 'vitest';
import type { ChartData } from './curves';
import { along, nearest } from './point';

const run = (losses: (number | null)[], steps: number[]) => ({ raw: losses, smoothed: losses, validation: losses.map(() => null), steps, branch: null, unmeasured: null });

/** A run of four steps, one that has not begun, and a fork after step 2 that is drawn from there on. */
const data: ChartData = {
  steps: [1, 2, 3, 4],
  runs: [run([4, 3, 2, 1], [1, 2, 3, 4]), run([null, null, null, null], []), run([null, 3, 4, 5], [3, 4])],
  last: 4,
  low: 1,
  high: 5,
};

const place = (step: number, loss: number): [number, number] => [step * 100, loss * 10];

test('the nearest point is of the nearest curve, and of a run that is followed whatever is nearer', () => {
  expect(nearest(data, [310, 19], place, null)).toEqual({ run: 0, step: 3 });
  expect(nearest(data, [310, 38], place, null)).toEqual({ run: 2, step: 3 });
  expect(nearest(data, [310, 38], place, 0)).toEqual({ run: 0, step: 3 });
  expect(nearest(data, [-50, 0], place, null)).toEqual({ run: 0, step: 1 });
  expect(nearest({ ...data, runs: [data.runs[1]!] }, [0, 0], place, null)).toBeNull();
});

test('arrow keys lead along a curve and to the next one, page keys further, and no further than its ends', () => {
  const from = { run: 0, step: 2 };
  expect(along(data, from, 'ArrowRight')).toEqual({ run: 0, step: 3 });
  expect(along(data, from, 'PageUp')).toEqual({ run: 0, step: 4 });
  expect(along(data, from, 'PageDown')).toEqual({ run: 0, step: 1 });
  expect(along(data, from, 'ArrowDown')).toEqual({ run: 2, step: 3 });
  expect(along(data, { run: 2, step: 4 }, 'ArrowDown')).toEqual({ run: 0, step: 4 });
  expect(along(data, { run: 2, step: 4 }, 'Home')).toEqual({ run: 2, step: 3 });
  expect(along(data, from, 'a')).toBeNull();
});
