import { expect, test } from 'vitest';
import { largestDifference } from './losses';

const curve = (...points: [number, number][]) => ({ steps: points.map(([step]) => step), values: points.map(([, value]) => value) });

test('the largest difference is relative to one rank, at steps that both have', () => {
  expect(largestDifference(curve([1, 4], [2, 2], [3, 1]), curve([1, 5], [2, 1], [4, 9]))).toEqual({ relative: 0.5, step: 2 });
  expect(largestDifference(curve([1, 4], [2, 3], [4, 2]), curve([2, 3], [3, 9], [4, 3]))).toEqual({ relative: 0.5, step: 4 });
  expect(largestDifference(curve([1, 4]), curve([1, 4]))).toEqual({ relative: 0, step: 1 });
  expect(largestDifference(curve([1, 4]), curve())).toBeNull();
});
