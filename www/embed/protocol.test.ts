import { expect, test } from 'vitest';
import { problem } from '../engine/error';
import { asked, errorOf, said } from './protocol';

const message = { target: 'tinyai', version: 1, type: 'getState' };

test.each([[null], ['tinyai'], [7], [{}], [{ source: 'tinyai', version: 1, type: 'ready' }], [{ subject: 'lti.frameResize' }]])('%j is for nobody here', (data) => {
  expect(asked(data)).toBeNull();
});

test('a request is known by its type, and keeps its id', () => {
  expect(asked({ ...message, id: 'a' })).toEqual({ id: 'a', request: { ...message, id: 'a' } });
  expect(asked(message)).toEqual({ id: null, request: message });
});

test.each([
  [{ version: 2 }, 'version 2', '版本是 2'],
  [{ version: '1' }, 'version "1"', '版本是 "1"'],
  [{ version: undefined }, 'version undefined', '版本是 undefined'],
  [{ type: 'jump' }, 'type "jump"; there are run,', '类型为 "jump"'],
  [{ type: undefined }, 'type undefined', '类型为 undefined'],
  [{ type: 'toString' }, 'type "toString"', '类型为 "toString"'],
])('what is wrong with %j is said in words', (wrong, en, zh) => {
  const found = asked({ ...message, id: 3, ...wrong });
  expect(found).toMatchObject({ id: 3, problem: { message: { en: expect.stringContaining(en), zh: expect.stringContaining(zh) } } });
});

test('an answer has the id of what was asked', () => {
  expect(said({ type: 'resize', height: 5 })).toEqual({ source: 'tinyai', version: 1, type: 'resize', height: 5 });
  expect(said({ type: 'error', problems: [] }, 0)).toEqual({ source: 'tinyai', version: 1, type: 'error', problems: [], id: 0 });
});

test('what is wrong is said in words that need no form', () => {
  const { problems } = errorOf([problem('out_of_range', '{training.steps} is 0.', '{training.steps}的值是 0。')]);
  expect(problems[0]!.message).toEqual({ en: 'training.steps is 0.', zh: 'training.steps的值是 0。' });
});
