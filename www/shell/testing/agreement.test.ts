import { expect, test } from 'vitest';
import { disagreements, reads } from './agreement';

const places = (...all: [quantity: string, value: string, text: string][]) => all.map(([quantity, value, text]) => ({ quantity, value, text }));

test('a text is its value, rounded to as many digits as it has, in the unit that it names', () => {
  for (const [text, value] of [
    ['81.2 ms', 81.23],
    ['81 毫秒', 81.23],
    ['1.02 s', 1023],
    ['1.02 s', 1.023],
    ['1 min 23 s', 83.4],
    ['12.3 MiB', 12.3 * 2 ** 20],
    ['12.3', 12.3 * 2 ** 20],
    ['23.4%', 0.234],
    ['12,345 tokens/s', 12_345.4],
    ['2.314', 2.3136],
    ['0', 0],
  ] as const)
    expect([text, reads(text, value)]).toEqual([text, true]);
});

test('another number is not, nor another unit', () => {
  for (const [text, value] of [
    ['81.2 ms', 81.3],
    ['81 ms', 82],
    ['81.2 s', 81.2 * 60],
    ['12.3 MiB', 12.3 * 2 ** 10],
    ['23.4%', 0.244],
    ['23.4', 0.234],
    ['2.314', 2.315],
    ['–', 0],
    ['', 0],
  ] as const)
    expect([text, reads(text, value)]).toEqual([text, false]);
});

test('places that agree are told apart from those that do not', () => {
  const agree = places(['a/step_time', '81.23', '81.2 ms'], ['a/step_time', '81.23', '81 ms'], ['b/step_time', '90.01', '90.0 ms']);
  expect(disagreements(agree)).toEqual([]);
  expect(disagreements([...agree, ...places(['a/step_time', '103.4', '103 ms'])])).toEqual(['a/step_time: 81.23 (“81.2 ms”), 81.23 (“81 ms”), 103.4 (“103 ms”)']);
  expect(disagreements([...agree, ...places(['a/step_time', '81.23', '103 ms'])]), 'the value is the same, what is read is not').toEqual(['a/step_time: “103 ms” is not 81.23']);
});
