import { expect, test } from 'vitest';
import { defaultSpec } from './defaults';
import { keyOf, sameRun } from './legs';
import { setInBase } from './patch';

test('what matters to another method only makes no other run', () => {
  const changed = setInBase(defaultSpec, 'fine_tuning.lora.rank', 16);
  expect(defaultSpec.runs.map(({ name }) => name)).toEqual(['full', 'lora']);
  expect(keyOf(changed, 0)).toBe(keyOf(defaultSpec, 0));
  expect(keyOf(changed, 1)).not.toBe(keyOf(defaultSpec, 1));
  expect([sameRun(changed, defaultSpec, 0), sameRun(changed, defaultSpec, 1)]).toEqual([0, -1]);
});

test('what matters to all of them makes others of them', () => {
  const changed = setInBase(defaultSpec, 'training.batch_size', 8);
  expect([0, 1].map((run) => keyOf(changed, run) === keyOf(defaultSpec, run))).toEqual([false, false]);
});
