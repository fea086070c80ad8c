import { afterEach, expect, test, vi } from 'vitest';
import { MemoryStore } from './memory-store';
import type { QuotaPort } from './ports';
import type { StoredLibrary } from './stored-library';
import { FaultyStore, libraryOn, progressAfter, reasonOf, sample, stateAfter } from './testing';

afterEach(() => void vi.useRealTimers());

const quota: QuotaPort = { usage: async () => ({ used: 60_000, granted: 65_536, kept: false }), keep: async () => true };

/** A library with room for so many bytes. */
async function limited(limit: number): Promise<{ store: FaultyStore; library: StoredLibrary }> {
  const store = new FaultyStore(new MemoryStore());
  store.limit = limit;
  return { store, library: libraryOn(store, { quota }) };
}

const notices = (library: StoredLibrary): (string | null)[] => library.notices.get().map((notice) => notice.value);
const withStates = (library: StoredLibrary): string[] =>
  library.rows.get().filter((row) => row.states.length > 0).map((row) => row.name).sort();

test('the oldest states of finished entries go first, and never silently; results stay', async () => {
  const { store, library } = await limited(56_000);
  const states = [stateAfter(0, 5, 8_000)];
  for (const [changed, name] of ['first', 'second', 'third'].entries()) await library.put(sample({ name, changed }), { states });
  expect(notices(library)).toEqual([]);
  const paused = sample({ name: 'paused', status: 'paused', changed: 0 });
  expect(await library.put(paused, { states: [stateAfter(0, 5, 5_000)] })).toBeNull();
  expect(notices(library)).toEqual(['first']);
  expect(library.notices.get()[0]!.message.en).toContain('“first” (16 KiB)');
  expect(withStates(library)).toEqual(['paused', 'second', 'third']);

  const big = sample({ name: 'big', status: 'running', changed: 9 });
  expect(await library.put(big, { states: [stateAfter(0, 5, 12_000)] })).toBeNull();
  expect(notices(library)).toEqual(['first', 'second', 'third']);
  expect(withStates(library)).toEqual(['big', 'paused']);
  // The next tab is told the same.
  const next = libraryOn(store.inner);
  await next.start();
  expect(next.rows.get()).toEqual(library.rows.get());
  for (const row of library.rows.get()) expect((await library.get(row.id)).result).not.toBeNull();
  library.dismiss(library.notices.get()[0]!);
  expect(notices(library)).toEqual(['second', 'third']);
});

test('what was removed goes before any state', async () => {
  const { library } = await limited(44_000);
  const states = [stateAfter(0, 5, 8_000)];
  const [kept, gone] = [sample({ name: 'kept', changed: 1 }), sample({ name: 'gone', changed: 2 })];
  await library.put(kept, { states });
  await library.put(gone, { states });
  await library.remove(gone.id);
  expect(await library.put(sample({ name: 'new' }), { states })).toBeNull();
  expect(notices(library)).toEqual(['gone']);
  expect(withStates(library)).toEqual(['kept', 'new']);
});

test('refuses where nothing more can go, says what is used and what is large, and keeps the entry in the tab', async () => {
  const { store, library } = await limited(40_000);
  const small = sample({ name: 'small' });
  await library.put(small);
  const entry = sample({ name: 'large', status: 'running' });
  await library.put(entry, { states: [stateAfter(0, 1, 8_000)] });
  const problem = await library.save(entry.id, progressAfter(2, 20_000));
  expect(problem).toMatchObject({ reason: 'full', code: 'out_of_memory', value: '59 KiB' });
  expect(problem!.message.en).toContain('is used up (59 KiB)');
  expect(problem!.message.en).toMatch(/the largest are “large” \(1\d KiB\), “small”/);
  expect(problem!.message.zh).toContain('“large”');
  expect(notices(library)).toEqual([]);
  // The state that is stored is that of the result that is stored.
  expect((await libraryOn(store.inner).resume(entry.id)).states).toEqual([stateAfter(0, 1, 8_000)]);
  expect((await library.resume(entry.id)).states).toEqual(progressAfter(2, 20_000).states);

  store.limit = 200_000;
  expect(await library.save(entry.id, progressAfter(3, 20_000))).toBeNull();
  expect(library.problem.get()).toBeNull();
});

test('what did not fit is stored once room was made by removing', async () => {
  const { library } = await limited(32_000);
  const old = sample({ name: 'old', status: 'paused' });
  await library.put(old, { states: [stateAfter(0, 1, 8_000)] });
  const entry = sample({ name: 'new' });
  expect((await library.put(entry, { states: [stateAfter(0, 1, 10_000)] }))?.reason).toBe('full');
  expect(library.rows.get().find((row) => row.name === 'new')).toMatchObject({ unsaved: true });
  await library.remove(old.id);
  expect(await library.retry()).toBeNull();
  expect(library.rows.get()).toMatchObject([{ name: 'new', unsaved: false }]);
});

test('where not even a byte fits, entries are still removed, restored and deleted', async () => {
  const { store, library } = await limited(Infinity);
  const [a, b] = [sample({ name: 'a' }), sample({ name: 'b' })];
  await library.put(a);
  await library.put(b);
  store.limit = 0;
  const names = (): string[] => library.rows.get().map((row) => row.name);
  await library.remove(a.id);
  expect(names()).toEqual(['b']);
  await library.restore(a.id);
  expect(names().sort()).toEqual(['a', 'b']);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  await library.remove(a.id);
  await vi.advanceTimersByTimeAsync(20_000);
  vi.useRealTimers();
  await vi.waitFor(async () => expect((await libraryOn(store.inner).list()).map((row) => row.name)).toEqual(['b']));
});

test('a new name is worth no state', async () => {
  const { store, library } = await limited(Infinity);
  const entry = sample();
  await library.put(entry, { states: [stateAfter(0, 5)] });
  store.limit = 0;
  expect(await reasonOf(library.rename(entry.id, 'Ode'))).toBe('full');
  expect(withStates(library)).toEqual(['Verse']);
});

test('says how much is used', async () => {
  const { library } = await limited(1_000);
  expect(await library.usage()).toEqual({ used: 60_000, granted: 65_536, kept: false });
  expect(await library.keep()).toBe(true);
});
