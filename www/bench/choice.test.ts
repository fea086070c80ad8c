import { expect, test } from 'vitest';
import { readChoice, threadCounts, writeChoice } from './choice';

test.each([
  [1, [1]],
  [2, [1, 2]],
  [6, [1, 2, 4, 6]],
  [8, [1, 2, 4, 8]],
])('on %i cores the numbers of threads are doubled, and all cores are one of them', (cores, counts) => {
  expect(threadCounts(cores)).toEqual(counts);
});

test('an address that says nothing chooses the default', () => {
  expect(readChoice('', [1, 2, 4])).toEqual({ groups: ['gemm', 'attention', 'train'], threads: [1, 2], rounds: 5, peers: false });
});

test('a choice is read as it was written', () => {
  const choice = { groups: ['attention', 'decode'], threads: [2, 4], rounds: 9, peers: true };
  expect(readChoice(writeChoice(choice), [1, 2, 4])).toEqual(choice);
});

test('nothing chosen is a choice', () => {
  const choice = { groups: [], threads: [], rounds: 1, peers: false };
  expect(readChoice(writeChoice(choice), [1, 2])).toEqual(choice);
});
