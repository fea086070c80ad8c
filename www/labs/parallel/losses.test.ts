import { expect, test } from 'vitest';
import { beside, largestDifference } from './losses';

const curve = (...points: [number, number][]) => ({ steps: points.map(([step]) => step), values: points.map(([, value]) => value) });

test('losses stand side by side, also where one run is further or has other steps', () => {
  expect(beside(curve([1, 4], [2, 3], [4, 2]), curve([2, 3.5], [3, 2.5]))).toEqual({
    steps: [1, 2, 3, 4],
    alone: [4, 3, null, 2],
    mesh: [null, 3.5, 2.5, null],
  });
  expect(beside(curve(), curve())).toEqual({ steps: [], alone: [], mesh: [] });
});

test('the largest difference is relative to one rank, at steps that both have', () => {
  expect(largestDifference(beside(curve([1, 4], [2, 2], [3, 1]), curve([1, 5], [2, 1], [4, 9])))).toEqual({ relative: 0.5, step: 2 });
  expect(largestDifference(beside(curve([1, 4]), curve([1, 4])))).toEqual({ relative: 0, step: 1 });
  expect(largestDifference(beside(curve([1, 4]), curve()))).toBeNull();
});
