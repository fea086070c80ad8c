import { expect, test } from 'vitest';
import { front, staircase } from './pareto';

const pairs = (...values: [number | null, number | null][]) => values.map(([x, y]) => ({ x, y }));

test('the front is all that nothing else is better than, from left to right', () => {
  expect(front(pairs([3, 1], [1, 3], [2, 2], [3, 3], [2, 4]))).toEqual([1, 2, 0]);
});

test('of those that are alike in one quantity the better in the other stands on it, and of those alike in both all', () => {
  expect(front(pairs([1, 5], [1, 3], [4, 3]))).toEqual([1]);
  expect(front(pairs([2, 2], [2, 2], [3, 2], [1, 7]))).toEqual([3, 0, 1]);
});

test('what was not measured in both is passed over', () => {
  expect(front(pairs([null, 0], [0, null], [NaN, 0], [0, Infinity], [-Infinity, 0], [5, 5]))).toEqual([5]);
  expect(front(pairs([null, null], [NaN, 1]))).toEqual([]);
  expect(front([])).toEqual([]);
});

test('no point of the front is dominated, and each other is, whatever the points are', () => {
  let seed = 7;
  const next = (): number => (seed = (seed * 48271) % 2147483647) % 12;
  for (let round = 0; round < 200; round++) {
    const points = pairs(...Array.from({ length: 9 }, (): [number | null, number | null] => [next(), next() === 0 ? null : next()]));
    const found = new Set(front(points));
    points.forEach(({ x, y }, i) => {
      if (x === null || y === null) return expect(found.has(i)).toBe(false);
      const worse = points.some((other) => other.x !== null && other.y !== null && other.x <= x && other.y <= y && (other.x < x || other.y < y));
      expect(found.has(i)).toBe(!worse);
    });
  }
});

test('the staircase goes down to each point and along to the next, to the edges', () => {
  expect(staircase(pairs([1, 3], [2, 1], [5, 5]), 9, 8)).toEqual([1, 8, 1, 8, 1, 3, 2, 3, 2, 1, 9, 1]);
  expect(staircase(pairs([4, 4]), 9, 8)).toEqual([4, 8, 4, 8, 4, 4, 9, 4]);
  expect(staircase(pairs([NaN, 4]), 9, 8)).toEqual([]);
});
