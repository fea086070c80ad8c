import { expect, test } from 'vitest';
import { readNumber } from './read-number';

test.each([
  ['1,000', 1000],
  ['20,000', 20000],
  ['1,234,567.5', 1234567.5],
  ['0,5', 0.5],
  ['２０', 20],
  [' 1e-3 ', 1e-3],
  ['−4', -4],
])('%s is read as the number that is meant', (typed, number) => {
  expect(readNumber(typed)).toBe(number);
});

test.each(['', 'abc', '1,00,0', '1.2.3', '5 steps', '1e'])('%j is no number', (typed) => {
  expect(readNumber(typed)).toBeNull();
});
