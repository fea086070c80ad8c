import { expect, test } from 'vitest';
import { defaultSpec, SPEC_VERSION } from '../engine/spec/defaults';
import { fromHash, hashOf } from '../shell/address/link';
import type { LabDefinition } from '../shell/lab-definition';
import { settingsOf, type Written } from './settings';

const figure = (id: string) => ({ id, shows: () => true, render: () => { throw new Error('nothing is drawn here'); } });
const lab = { id: 'lab', stage: figure('stage'), figures: [figure('loss'), figure('table')] } as unknown as LabDefinition;
const nothing: Written = { lab: 'lab', spec: null, lang: null, show: null, lock: null, theme: null };
const read = (written: Partial<Written>) => settingsOf({ ...nothing, ...written }, lab);
const said = (written: Partial<Written>) => read(written).problems.map(({ message }) => message.en);

test('what is not written leaves everything open', () => {
  expect(read({})).toEqual({ hash: '', language: null, show: null, lock: [], theme: null, problems: [] });
});

test('lists are of known names', () => {
  expect(read({ show: ' loss, stage ', lock: 'model,training.steps', lang: 'zh-Hans', theme: 'dark' })).toEqual({
    hash: '', language: 'zh', show: ['loss', 'stage'], lock: ['model', 'training.steps'], theme: 'dark', problems: [],
  });
  expect(read({ lock: '*', theme: 'auto' })).toMatchObject({ lock: ['*'], theme: null, problems: [] });
});

test('what is unknown is told, and the rest counts', () => {
  expect(read({ show: 'los,table' }).show).toEqual(['table']);
  expect(said({ show: 'los,table' })).toEqual(['show: there is no "los". There are stage, loss, table.']);
  expect(said({ lang: 'fr' })).toEqual(['lang: there is no "fr". There are zh, en.']);
  expect(said({ lock: 'stepz' })[0]).toMatch(/^lock: there is no "stepz"\. There are \*, model, /);
  expect(said({ theme: 'pink' })).toEqual(['theme: there is no "pink". There are light, dark, auto.']);
});

test.each([
  ['{"base":{"training":{"steps":3}}}', { version: SPEC_VERSION, base: { training: { steps: 3 } } }],
  [' {} ', { version: SPEC_VERSION }],
  ['{"version":2,"runs":[]}', { version: 2, runs: [] }],
  ['{"base":{"evaluation":{"prompt":"100% #春"}}}', { version: SPEC_VERSION, base: { evaluation: { prompt: '100% #春' } } }],
])('the spec %s is read as a link is', (spec, json) => {
  expect(fromHash(read({ spec }).hash)).toEqual({ json });
});

test('the text of a link is a spec, too', () => {
  const hash = hashOf(defaultSpec);
  for (const spec of [hash, hash.slice(1), hash.slice('#spec='.length)]) expect(read({ spec }).hash).toBe(hash);
});

test('a spec that breaks off is left to who reads it', () => {
  expect(fromHash(read({ spec: '{"base":' }).hash)).toEqual({ unreadable: 'cut_off', detail: '{"base":' });
});
