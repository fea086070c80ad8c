import { expect, test } from 'vitest';
import { readNumber, writeNumber } from './read-number';

test.each([
  ['1,000', 1000],
  ['20,000', 20000],
  ['1,234', 1234],
  ['2,048', 2048],
  ['2,315,520.5', 2315520.5],
  ['1.234.567', 1234567],
  ['1.234.567,5', 1234567.5],
  ['20 000', 20000],
  ["1'000", 1000],
  ['1’000', 1000],
  ['1_000', 1000],
  ['1.500', 1.5],
  ['0,5', 0.5],
  ['0,001', 0.001],
  ['.5', 0.5],
  ['5.', 5],
  ['２０', 20],
  ['１，０００', 1000],
  ['３。５', 3.5],
  [' 1e-3 ', 1e-3],
  ['1E5', 1e5],
  ['−4', -4],
  ['+4', 4],
  ['007', 7],
])('%s is read as the number that is meant', (typed, value) => {
  expect(readNumber(typed)).toEqual({ value });
});

test.each(['abc', '1,00,0', '1.2.3', '1,000,00', '1,000 000', '5 6', '5 steps', '0x10', '1e-3x', '1e999', 'Infinity', 'NaN', '1,234.567.8', '½', '--4'])('%j is no number', (typed) => {
  expect(readNumber(typed)).toEqual({ refused: 'not_a_number' });
});

test.each([
  ['', 'empty'],
  ['  ', 'empty'],
  ['-', 'unfinished'],
  ['.', 'unfinished'],
  ['1e', 'unfinished'],
  ['1e-', 'unfinished'],
])('%j may still become a number', (typed, refused) => {
  expect(readNumber(typed)).toEqual({ refused });
});

test.each([
  ['20,000', 20000],
  ['1,234', 1234],
  ['２０', 20],
  ['1e3', 1000],
  ['20.0', 20],
  ['9007199254740991', 9007199254740991],
])('%s is the whole number that is meant', (typed, value) => {
  expect(readNumber(typed, { whole: true })).toEqual({ value });
});

test('a whole number is refused where it has a fraction, two readings or too many digits', () => {
  expect(readNumber('20.5', { whole: true })).toEqual({ refused: 'not_whole' });
  expect(readNumber('2,5', { whole: true })).toEqual({ refused: 'not_whole' });
  expect(readNumber('20,00', { whole: true })).toEqual({ refused: 'not_whole' });
  expect(readNumber('1,0000', { whole: true })).toEqual({ refused: 'not_whole' });
  expect(readNumber('1.500', { whole: true })).toEqual({ refused: 'two_readings', readings: [1.5, 1500] });
  expect(readNumber('9007199254740993', { whole: true })).toEqual({ refused: 'not_exact' });
});

test('whatever a field writes, it reads', () => {
  for (const value of [0, 1, -1, 0.1, 1e-8, 1.5e-7, 0.00001, 123456.789, 1e21, Number.MAX_SAFE_INTEGER, -2.5e-12]) {
    expect(readNumber(writeNumber(value)), String(value)).toEqual({ value });
  }
});
