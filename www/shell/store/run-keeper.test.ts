import { expect, test, vi } from 'vitest';
import { defaultSpec } from '../../engine/spec/defaults';
import { newEntry } from '../library';
import { MemoryStore } from '../library/memory-store';
import { libraryOn, stateAfter } from '../library/testing';
import { FAKE_ENVIRONMENT, finished } from '../testing/fake-lab';
import { LibraryKeeper, savedRuns } from './run-keeper';

test('a run that somebody cancelled has ended, and is not gone on with', () => {
  const runs = (['cancelled', 'failed', 'finished', 'interrupted'] as const).map((status) => finished(status, status));
  const spec = { ...defaultSpec, runs: runs.map(({ name }) => ({ name, patch: {} })) };
  const result = { version: 2, spec, environment: FAKE_ENVIRONMENT, runs, comparison: [], advice: [] };
  const entry = newEntry({ lab: 'fine-tuning', name: 'x', spec, status: 'running', result });
  const saved = savedRuns(entry, [0, 3].map((run) => stateAfter(run, 5)));
  expect(saved.map(({ run, state }) => [run, state?.step ?? null])).toEqual([[0, null], [1, null], [2, null], [3, 5]]);
});

test('what another tab took over is no longer saved here, and that is said', async () => {
  const library = libraryOn(new MemoryStore());
  const losing = new AbortController();
  vi.spyOn(library, 'hold').mockResolvedValue({ lost: losing.signal, release: () => Promise.resolve() });
  const save = vi.spyOn(library, 'save');
  const page = { onHide: () => () => undefined };
  const keeper = new LibraryKeeper({ lab: 'fine-tuning', library: Promise.resolve(library), page, name: () => 'new', files: () => new Map(), environment: () => null });
  const keeping = (await keeper.begin(defaultSpec))!;
  keeping.follow(async () => [{ run: 0, result: finished('full', 'interrupted'), state: { step: 1, ranks: [], stages: null } }], defaultSpec);
  keeping.saveNow();
  await vi.waitFor(() => expect(save).toHaveBeenCalledTimes(1));
  losing.abort();
  keeping.saveNow();
  await keeping.finish('finished', null);
  expect(save).toHaveBeenCalledTimes(1);
  expect([keeper.holds, keeper.problem?.reason]).toEqual([false, 'in_use']);
});

test('what failed or was cancelled before it measured anything is not kept', async () => {
  const library = libraryOn(new MemoryStore());
  const page = { onHide: () => () => undefined };
  const keeper = new LibraryKeeper({ lab: 'fine-tuning', library: Promise.resolve(library), page, name: () => 'new', files: () => new Map(), environment: () => null });
  for (const status of ['failed', 'cancelled'] as const) {
    await (await keeper.begin(defaultSpec))!.finish(status, null);
    expect([await library.list(), keeper.entry]).toEqual([[], null]);
  }
  const run = { ...finished('full', 'cancelled'), series: { validation_loss: [[0, 5]] as [number, number][] } };
  const result = { version: 2, spec: defaultSpec, environment: FAKE_ENVIRONMENT, runs: [run], comparison: [], advice: [] };
  await (await keeper.begin(defaultSpec))!.finish('cancelled', result);
  expect((await library.list()).map(({ status }) => status)).toEqual(['cancelled']);
});

test('what was taken up again is kept, however it ends: somebody may have named it', async () => {
  const library = libraryOn(new MemoryStore());
  const page = { onHide: () => () => undefined };
  const keeper = new LibraryKeeper({ lab: 'fine-tuning', library: Promise.resolve(library), page, name: () => 'new', files: () => new Map(), environment: () => null });
  const entry = newEntry({ lab: 'fine-tuning', name: 'Mine', spec: defaultSpec, status: 'paused' });
  await library.put(entry, {});
  await (await keeper.takeUp(entry.id))!.keeping.finish('cancelled', null);
  expect((await library.list()).map(({ name, status }) => [name, status])).toEqual([['Mine', 'cancelled']]);
});
