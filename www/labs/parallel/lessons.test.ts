import { expect, test } from 'vitest';
import { ranksOf, resolve } from '../../engine/spec/patch';
import { fits, runSchema, schema } from '../../engine/spec/schema';
import { LESSONS, sameSettings, setUp, type BasePatch } from './lessons';
import { presetSpec } from './preset';
import { en } from './text/en';
import { zh } from './text/zh';

const setups = Object.entries(LESSONS).flatMap(([lesson, each]) => Object.entries(each).map(([name, patch]): [string, string, BasePatch] => [lesson, name, patch]));

test.each(setups)('%s, %s: a mesh and one rank, in fields that there are', (_lesson, _name, patch) => {
  const spec = setUp(patch, 'en');
  expect(fits(spec, schema)).toBe(true);
  expect(spec.runs.map((_, run) => fits(resolve(spec, run), runSchema))).toEqual([true, true]);
  expect(ranksOf(resolve(spec, 0))).toBeGreaterThan(1);
  expect(ranksOf(resolve(spec, 1))).toBe(1);
  expect(resolve(spec, 1)).toMatchObject({ training: { micro_batches: 1 }, communication: { compression: 'none' }, ranks: { unequal: [] } });
});

test('a setup is told from the next, and known in either language', () => {
  const specs = setups.map(([, , patch]) => setUp(patch, 'en'));
  const alike = setups.filter((_, i) => specs.some((spec, j) => j < i && sameSettings(spec, specs[i]!)));
  // Two lessons begin with the same.
  expect(alike.map(([lesson, name]) => `${lesson} ${name}`)).toEqual(['memory gpipe', 'zero none', 'compression none']);
  expect(sameSettings(setUp(LESSONS.data.two, 'zh'), setUp(LESSONS.data.two, 'en'))).toBe(true);
  expect(sameSettings(presetSpec('en'), setUp(LESSONS.data.two, 'en'))).toBe(false);
});

test.each([en, zh])('each setup has a name', ({ own }) => {
  for (const [lesson, name] of setups) expect((own.lessons as Record<string, { setups: Record<string, string> }>)[lesson]!.setups[name]).toBeTruthy();
});
