import { expect, test } from 'vitest';
import { Smoothed, smooth } from './smooth';

const ramp = Array.from({ length: 60 }, (_, i) => 10 - i / 10);

test('a slope stays where it is, its ends too: nothing lags', () => {
  smooth(ramp).forEach((value, i) => expect(value).toBeCloseTo(ramp[i]!, 9));
});

test('it is the same read backwards', () => {
  const noise = Array.from({ length: 80 }, (_, i) => Math.sin(i * i));
  smooth(noise.toReversed()).toReversed().forEach((value, i) => expect(value).toBeCloseTo(smooth(noise)[i]!, 9));
});

test('a step down is half done where it is', () => {
  const step = Array.from({ length: 61 }, (_, i) => (i < 30 ? 2 : i === 30 ? 1 : 0));
  expect(smooth(step)[30]).toBeCloseTo(1, 9);
});

test('of noise, 6.4 % of the variance is left in the middle', () => {
  let seed = 1;
  const noise = Array.from({ length: 20_000 }, () => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5);
  const variance = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0) / values.length;
  expect(variance(smooth(noise).slice(20, -20)) / variance(noise)).toBeCloseTo(0.064, 2);
});

test('a column that grows comes to the same as all of it at once', () => {
  const [grown, source] = [new Smoothed(4), [] as number[]];
  for (let i = 0; i < 40; i++) {
    source.push(Math.cos(i * 3));
    if (i % 3 === 0) grown.of(source);
  }
  expect(grown.of(source)).toEqual(smooth(source, 4));
});

test('one that was cut back, and went on otherwise, is smoothed anew', () => {
  const grown = new Smoothed(2);
  const source = [5, 4, 3, 2, 1];
  grown.of(source);
  source.length = 3;
  expect(grown.of(source)).toEqual(smooth([5, 4, 3], 2));
  source.push(9, 9, 9);
  expect(grown.of(source)).toEqual(smooth([5, 4, 3, 9, 9, 9], 2));
  source.splice(1, 5, 7, 7, 7, 7, 7, 7);
  expect(grown.of(source)).toEqual(smooth([5, 7, 7, 7, 7, 7, 7], 2));
});

test('what is no number is a gap, and has no part in the rest', () => {
  expect(smooth([1, 1, NaN, 1, 1], 2)).toEqual([1, 1, NaN, 1, 1]);
  expect(smooth([3], 2)).toEqual([3]);
  expect(smooth([], 2)).toEqual([]);
});
