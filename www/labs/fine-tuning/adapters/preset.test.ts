import { expect, test } from 'vitest';
import { adaptersSpec, isOfAdapters, nameIn } from './preset';

const names = (language: 'en' | 'zh'): string[] => adaptersSpec(language).runs.map(({ name }) => name);

test('runs are called by the texts that they read, in either language', () => {
  expect(names('en')).toEqual(['LoRA · sonnets', 'LoRA · plays', 'DoRA · sonnets', 'QLoRA · sonnets']);
  expect(names('en').map(nameIn('zh'))).toEqual(['LoRA · 十四行诗', 'LoRA · 戏剧', 'DoRA · 十四行诗', 'QLoRA · 十四行诗']);
  expect(names('zh').map(nameIn('en'))).toEqual(['LoRA · Song ci', 'LoRA · Tang poems', 'DoRA · Song ci', 'QLoRA · Song ci']);
  for (const language of ['en', 'zh'] as const) expect(names('zh').map(nameIn(language)).map(nameIn('zh'))).toEqual(names('zh'));
  expect(['my own', 'LoRA', 'LoRA · odes', 'LoRA · plays · 2'].map(nameIn('zh'))).toEqual(['my own', 'LoRA', 'LoRA · odes', 'LoRA · plays · 2']);
});

test('an experiment is known as one of these in any language', () => {
  const spec = adaptersSpec('en');
  const renamed = { ...spec, runs: spec.runs.map((run) => ({ ...run, name: nameIn('zh')(run.name) })) };
  expect([spec, renamed, { ...spec, runs: [{ name: 'LoRA', patch: {} }, ...spec.runs] }].map(isOfAdapters)).toEqual([true, true, false]);
});
