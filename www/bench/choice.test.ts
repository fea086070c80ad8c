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
  const choice = { groups: ['gemm', 'attention', 'train'], threads: [1, 2], rounds: 5, peers: false };
  expect(readChoice('', [1, 2, 4], true)).toEqual({ choice, refused: [] });
});

test.each([
  { groups: ['attention', 'decode'], threads: [2, 4], rounds: 9, peers: true },
  { groups: [], threads: [], rounds: 1, peers: false },
])('a choice is read as it was written: %j', (choice) => {
  expect(readChoice(writeChoice(choice), [1, 2, 4], true)).toEqual({ choice, refused: [] });
});

test('what cannot be measured is refused by name, and the rest counts', () => {
  expect(readChoice('?groups=train,fft&threads=1,8&rounds=1e9&peers=1', [1, 2], false)).toEqual({
    choice: { groups: ['train'], threads: [1], rounds: 5, peers: false },
    refused: [
      { name: 'threads', values: ['8'], accepted: ['1', '2'] },
      { name: 'rounds', values: ['1e9'], accepted: ['1', '3', '5', '9'] },
      { name: 'peers', values: ['1'], accepted: ['0'] },
      { name: 'groups', values: ['fft'], accepted: ['gemm', 'gemm-int8', 'attention', 'decode', 'train', 'diverged'] },
    ],
  });
});
