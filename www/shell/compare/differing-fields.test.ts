import { expect, test } from 'vitest';
import { specOf } from '../../engine/spec/defaults';
import { differingFields } from './differing-fields';
import type { ComparedRun } from './run';

const run = (base: object): ComparedRun => ({ entry: { spec: specOf(base, [{ name: 'run', patch: {} }]), result: null }, index: 0 });

test('fields that the form of a run would not show have no value there', () => {
  const lora = run({ fine_tuning: { method: 'lora', lora: { rank: 8 } } });
  const full = run({ fine_tuning: { method: 'full', lora: { rank: 2 } } });
  const found = new Map(differingFields([lora, full]).map(({ path, values }) => [path, values]));
  expect(found.get('fine_tuning.method')).toEqual(['lora', 'full']);
  expect(found.get('fine_tuning.lora.rank')).toEqual([8, undefined]);
});

test('a difference between fields that no run shows is none', () => {
  const full = (rank: number): ComparedRun => run({ fine_tuning: { method: 'full', lora: { rank } } });
  expect(differingFields([full(2), full(8)])).toEqual([]);
});
