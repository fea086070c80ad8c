import { expect, test } from 'vitest';
import { defaultRun, defaultSpec, specOf } from './defaults';
import { ranksOf, resolve } from './patch';
import { whole } from './whole';

test('what a spec leaves out is default; its runs may be given', () => {
  expect(whole({ base: { training: { steps: 9 } } }, defaultSpec.runs)).toEqual(specOf({ training: { steps: 9 } }, defaultSpec.runs));
  expect(whole({ runs: [{ name: 'a' }] })).toEqual(specOf({}, [{ name: 'a', patch: {} }]));
});

test('null in the patch of a run, or of a fork, is what is default, as for the engine', () => {
  const runs = [
    { name: 'a', patch: { mesh: null, training: { steps: null, seed: 3 } } },
    { name: 'b', patch: { training: { seed: null } }, fork: { run: 'a', step: 5 } },
  ];
  const json = { base: { mesh: { data: 4 }, training: { steps: 9 } }, runs };
  const spec = whole(json)!;
  expect(JSON.stringify(spec.runs)).not.toContain('null');
  expect(resolve(spec, 0)).toEqual({ ...defaultRun, training: { ...defaultRun.training, seed: 3 } });
  expect(resolve(spec, 1)).toEqual(defaultRun);
  expect(ranksOf(resolve(specOf(json.base, runs as never), 0))).toBe(1);
});

test.each([
  [null],
  [[]],
  ['{}'],
  [{ base: null, runs: defaultSpec.runs }],
  [{ base: { mesh: null }, runs: defaultSpec.runs }],
  [{ base: { training: { steps: null } }, runs: defaultSpec.runs }],
  [{ base: { training: 3 }, runs: defaultSpec.runs }],
  [{ runs: [{ name: 'a', patch: null }] }],
  [{ runs: [{ name: 'a', patch: { mesh: 3 } }] }],
  [{ runs: [] }],
  [{ runs: 3 }],
])('%j has not the shape of a spec', (json) => {
  expect(whole(json)).toBeNull();
});
