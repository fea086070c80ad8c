import { expect, test } from 'vitest';
import { axisOf, decimals, place, ticks, valueOf } from './axis';

test('an axis has all values and some room, and is logarithmic where all are above zero', () => {
  expect(axisOf([0, 10], false)).toEqual({ low: -0.8, high: 10.8, log: false });
  const log = axisOf([1, 100, NaN], true);
  expect([log.low, log.high, log.log]).toEqual([expect.closeTo(-0.16), expect.closeTo(2.16), true]);
  expect(axisOf([0, 100], true).log).toBe(false);
  expect(axisOf([-1, 100], true).log).toBe(false);
});

test('a single value has room around it, and no value an axis all the same', () => {
  expect(axisOf([5], false)).toEqual({ low: 4.5, high: 5.5, log: false });
  expect(axisOf([0], false)).toEqual({ low: -1, high: 1, log: false });
  const alone = axisOf([100], true);
  expect([alone.low, alone.high]).toEqual([expect.closeTo(1.9), expect.closeTo(2.1)]);
  expect(axisOf([NaN, Infinity], true)).toEqual({ low: 0, high: 1, log: false });
});

test('a value is where its place says', () => {
  const axis = axisOf([1, 1000], true);
  expect(place(axis, 100)).toBe(2);
  expect(valueOf(axis, 2)).toBe(100);
});

test('values along an even axis have as many decimals as tell them apart', () => {
  expect([[1.6, 1.605], [3, 3.5], [0, 20], [7]].map(decimals)).toEqual([3, 1, 0, 0]);
});

test('ticks are round, within the axis, and not too many', () => {
  expect(ticks({ low: 2.9, high: 3.31, log: false }, 6)).toEqual([2.9, 3, 3.1, 3.2, 3.3]);
  expect(ticks({ low: 2, high: 6.1, log: true }, 6)).toEqual([100, 1000, 10_000, 100_000, 1_000_000]);
  expect(ticks({ low: -4.05, high: -1.5, log: true }, 6)).toEqual([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]);
  expect(ticks({ low: -4.05, high: -1.5, log: true }, 4)).toEqual([0.0001, 0.001, 0.01]);
  expect(ticks({ low: 1.85, high: 2.15, log: true }, 6)).toEqual([80, 90, 100]);
  for (const log of [false, true]) {
    for (let low = -6; low < 6; low += 0.37) {
      for (const span of [0.02, 0.3, 1, 2.7, 9]) {
        for (const most of [3, 5, 9]) {
          const axis = { low, high: low + span, log };
          const found = ticks(axis, most);
          expect(found.length, JSON.stringify([axis, most])).toBeLessThanOrEqual(most + 1);
          for (const value of found) {
            expect(place(axis, value)).toBeGreaterThanOrEqual(axis.low - 1e-6);
            expect(place(axis, value)).toBeLessThanOrEqual(axis.high + 1e-6);
          }
        }
      }
    }
  }
});
