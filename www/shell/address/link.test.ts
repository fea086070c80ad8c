import { expect, test } from 'vitest';
import { defaultSpec, specOf } from '../../engine/spec/defaults';
import type { Spec } from '../../types/generated/Spec';
import { fromHash, toHash } from './link';

const changed: Spec = specOf({ training: { steps: 7 }, evaluation: { prompt: '春风 "x" 🌸' } }, [{ name: '甲', patch: { training: { seed: 1 } } }]);

test('a link says what differs from the defaults, and its version', () => {
  const hash = toHash(changed, defaultSpec);
  expect(hash).toMatch(/^#spec=[\w-]+$/);
  expect(fromHash(hash)).toEqual({
    json: { version: 2, base: { training: { steps: 7 }, evaluation: { prompt: '春风 "x" 🌸' } }, runs: [{ name: '甲', patch: { training: { seed: 1 } } }] },
  });
});

test('what the page begins with needs no link', () => {
  expect(toHash(defaultSpec, defaultSpec)).toBe('');
  expect(toHash(structuredClone(changed), changed)).toBe('');
  expect(fromHash('')).toBeNull();
});

test('JSON by hand is read, and what is broken says how', () => {
  expect(fromHash('#spec={"base":{"training":{"steps":3}}}')).toEqual({ json: { base: { training: { steps: 3 } } } });
  expect(fromHash('#spec={"a":1,"a":2}')).toEqual({ repeated: 'a', detail: '{"a":1,"a":2}' });
  expect(fromHash('#elsewhere')).toEqual({ unreadable: 'not_base64', detail: '' });
  expect(fromHash('#spec=***')).toEqual({ unreadable: 'not_base64', detail: '' });
  const whole = toHash(changed, defaultSpec);
  for (let length = '#spec='.length + 8; length < whole.length; length++) {
    expect(fromHash(whole.slice(0, length)), String(length)).toMatchObject({ unreadable: 'cut_off' });
  }
});
