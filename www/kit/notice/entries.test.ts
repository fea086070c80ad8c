import { expect, test } from 'vitest';
import { entries } from './entries';

test('the same message of several runs is said once, with their names', () => {
  expect(
    entries([
      { message: 'too large', field: 'training.batch_size', run: 'full' },
      { message: 'no such file', run: 'lora' },
      { message: 'too large', field: 'training.batch_size', run: 'lora' },
      { message: 'too large', field: 'training.batch_size', run: 'full' },
    ]),
  ).toEqual([
    { message: 'too large', field: 'training.batch_size', runs: ['full', 'lora'] },
    { message: 'no such file', runs: ['lora'] },
  ]);
});

test('what is of all is not said to be of some', () => {
  expect(entries([{ message: 'm', run: 'full' }, { message: 'm' }])).toEqual([{ message: 'm', runs: [] }]);
});

test('the same words at two fields are two things', () => {
  expect(entries([{ message: 'm', field: 'a' }, { message: 'm', field: 'b' }])).toHaveLength(2);
});
