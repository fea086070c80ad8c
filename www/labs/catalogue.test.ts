import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Spec } from '../types/generated/Spec';
import { CATALOGUE, LABS } from './index';

/** The files that the runs of an experiment read. */
function filesOf({ base, runs }: Spec): string[] {
  const bases = new Set([base.model.base, ...runs.map(({ patch }) => (patch as { model?: { base?: string } }).model?.base ?? base.model.base)]);
  const models = [...bases].filter((name) => name !== 'new');
  return [...models.flatMap((name) => ['config.json', 'tokenizer.json', 'model.safetensors'].map((file) => `models/${name}/${file}`)), `corpora/${base.data.corpus}.txt`];
}

test('every folder is a lab of the catalogue', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  expect(CATALOGUE.map(({ id }) => id).sort()).toEqual(folders.sort());
});

test.each(CATALOGUE.map((entry) => [entry.id, entry] as const))('%s is called what its texts call it, and fetches early what its first experiment reads', async (id, { name, early }) => {
  const lab = await LABS[id]!();
  expect(lab.id).toBe(id);
  expect(name).toEqual({ en: (await lab.text.en()).name, zh: (await lab.text.zh()).name });
  for (const language of ['en', 'zh'] as const) expect([...early.assets[language]].sort()).toEqual(filesOf(lab.presets(language)[0]!.spec).sort());
});

test.each(CATALOGUE.map((entry) => [entry.id, entry] as const))('%s lists its workbenches', async (id, { workbenches = [] }) => {
  const there = (await (await LABS[id]!()).workbenches?.()) ?? [];
  expect(workbenches).toEqual(there.map(({ id, title, question }) => ({ id, title, question })));
});
