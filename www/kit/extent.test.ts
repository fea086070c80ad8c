import { expect, test } from 'vitest';
import { extent } from './extent';

test('the least and the greatest of few and of very many', () => {
  expect(extent([3, NaN, -1, 2])).toEqual([-1, 3]);
  expect(extent([5])).toEqual([5, 5]);
  expect(extent(Float64Array.from({ length: 500_000 }, (_, i) => i))).toEqual([0, 499_999]);
});

test('of none there is none', () => {
  expect(extent([])).toBeNull();
  expect(extent([NaN])).toBeNull();
});
