import { expect, test } from 'vitest';
import { TinyaiError, plain, plainProblem, problem } from './error';

test('without a form fields are named by their paths, and choices as values', () => {
  expect(plain('{training.steps} is 0; {mesh.zero=none} is "none"; { "a": 1 } stays.')).toBe('training.steps is 0; "none" is "none"; { "a": 1 } stays.');
});

test('an error says plainly what its problems say to a form', () => {
  const refused = problem('out_of_range', '{training.steps} is 0.', '{training.steps}的值是 0。');
  expect(new TinyaiError([refused]).message).toBe('training.steps is 0.');
  expect(new TinyaiError([refused]).problems[0]!.message.en).toBe('{training.steps} is 0.');
  expect(plainProblem(refused).message).toEqual({ en: 'training.steps is 0.', zh: 'training.steps的值是 0。' });
});
