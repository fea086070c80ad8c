/** A storage that fails must neither break a run nor lose anything while the tab is open, nor leave half of anything for the next one. */
import { describe, expect, test } from 'vitest';
import { IndexedDbStore } from './indexed-db-store';
import { MemoryStore } from './memory-store';
import type { StoredLibrary } from './stored-library';
import type { Store } from './store';
import { contentOf, FaultyStore, freshFactory, libraryOn, progressAfter, reasonOf, resultAfter, sample, stateAfter, STORES } from './testing';

const newest = (library: StoredLibrary): { name: string; steps: number; unsaved: boolean }[] =>
  library.rows.get().map(({ name, steps, unsaved }) => ({ name, steps, unsaved }));

test('an entry that cannot be stored lives in the tab, and is stored when it can be', async () => {
  const store = new FaultyStore(new IndexedDbStore(freshFactory()));
  const library = libraryOn(store);
  const entry = sample({ corpus: 'file:a', status: 'running', result: null });
  const files = new Map([['file:a', new Uint8Array([7])]]);

  store.left = 0;
  store.fault = () => new DOMException('disk gone', 'UnknownError');
  const problem = await library.put(entry, { files });
  expect(problem?.message.en).toContain('disk gone');
  expect(problem?.message.zh).toContain('disk gone');
  expect(library.problem.get()).toEqual(problem);
  expect((await library.save(entry.id, progressAfter(5)))?.reason).toBe('broken');
  expect((await library.save(entry.id, { status: 'running', result: resultAfter(6), states: [stateAfter(0, 6)] }))?.reason).toBe('broken');

  expect(newest(library)).toEqual([{ name: 'Verse', steps: 6, unsaved: true }]);
  expect(await library.get(entry.id)).toMatchObject({ status: 'running', result: resultAfter(6) });
  expect((await library.resume(entry.id)).states).toEqual([stateAfter(0, 6), stateAfter(1, 5)]);
  expect(await library.files(entry.id)).toEqual(files);
  expect((await library.export([entry.id])).size).toBeGreaterThan(1000);
  expect(await reasonOf(library.rename(entry.id, 'Ode'))).toBe('broken');
  expect(newest(library)).toEqual([{ name: 'Ode', steps: 6, unsaved: true }]);
  expect(await reasonOf(library.list())).toBe('broken');

  store.left = Infinity;
  expect(await library.retry()).toBeNull();
  expect(library.problem.get()).toBeNull();
  expect(newest(library)).toEqual([{ name: 'Ode', steps: 6, unsaved: false }]);
  const next = libraryOn(store.inner);
  expect(await next.resume(entry.id)).toEqual(await library.resume(entry.id));
  expect(await next.files(entry.id)).toEqual(files);
});

test('an entry that lives in the tab only can be removed and restored', async () => {
  const store = new FaultyStore(new MemoryStore());
  const library = libraryOn(store);
  const entry = sample();
  store.left = 0;
  await library.put(entry);
  await library.remove(entry.id);
  expect(newest(library)).toEqual([]);
  await library.restore(entry.id);
  expect(newest(library)).toMatchObject([{ name: 'Verse', unsaved: true }]);
  await library.remove(entry.id);
  store.left = Infinity;
  await library.retry();
  expect(newest(library)).toEqual([]);
  await library.restore(entry.id);
  expect(newest(library)).toMatchObject([{ name: 'Verse', unsaved: false }]);
});

test('what cannot be done is refused, and nothing is changed', async () => {
  const store = new FaultyStore(new MemoryStore());
  const library = libraryOn(store);
  const entry = sample();
  await library.put(entry);
  store.left = 0;
  for (const attempt of [
    () => library.get(entry.id),
    () => library.duplicate(entry.id),
    () => library.rename(entry.id, 'Ode'),
    () => library.annotate(entry.id, 'n'),
    () => library.remove(entry.id),
    () => library.find('Verse'),
    () => library.interrupted(),
    () => library.export([entry.id]),
  ]) {
    expect(await reasonOf(attempt())).toBe('broken');
  }
  expect(newest(library)).toMatchObject([{ name: 'Verse' }]);
  store.left = Infinity;
  expect(await library.get(entry.id)).toEqual(entry);
});

test('a run that goes on here outlives a storage that is cleared', async () => {
  const factory = freshFactory();
  const store = new IndexedDbStore(factory);
  const first = libraryOn(store);
  const entry = sample({ status: 'paused' });
  await first.put(entry, { states: [stateAfter(0, 3)] });
  first.dispose();

  const library = libraryOn(new IndexedDbStore(factory));
  await library.hold(entry.id);
  await new Promise((resolve) => factory.deleteDatabase('tinyai-library').addEventListener('success', resolve));
  expect(await library.save(entry.id, progressAfter(9))).toBeNull();
  const { entry: saved, states } = await library.resume(entry.id);
  expect(saved).toMatchObject({ name: entry.name, spec: entry.spec, result: resultAfter(9), status: 'running' });
  expect(states).toEqual(progressAfter(9).states);
});

test('a storage that fails while another write is under way loses neither', async () => {
  const store = new FaultyStore(new IndexedDbStore(freshFactory()));
  const library = libraryOn(store);
  const entry = sample({ status: 'running' });
  await library.hold(entry.id);
  await library.put(entry);
  const answers = [5, 6, 7].map((step) => library.save(entry.id, progressAfter(step)));
  store.left = 2;
  await Promise.all(answers);
  store.left = Infinity;
  expect((await library.resume(entry.id)).entry.result).toEqual(resultAfter(7));
  expect(await library.retry()).toBeNull();
  expect((await libraryOn(store.inner).resume(entry.id)).states).toEqual(progressAfter(7).states);
});

describe.each(STORES)('a tab that ends at any point of', (_, open) => {
  /** Ends an operation after 0, 1, 2, … steps, until it gets through; each time the next tab must find all of it or nothing. */
  async function atEveryPoint(prepare: (library: StoredLibrary) => Promise<unknown>, operation: (library: StoredLibrary) => Promise<unknown>): Promise<void> {
    const whole = async (run: boolean): Promise<[Store, unknown]> => {
      const store = open();
      const library = libraryOn(store);
      await prepare(library);
      if (run) await operation(library);
      return [store, strip(await contentOf(store))];
    };
    const [, before] = await whole(false);
    const [, after] = await whole(true);
    expect(after).not.toEqual(before);
    let ended = 0;
    for (let point = 0; ; point++) {
      const store = new FaultyStore(open());
      const library = libraryOn(store);
      await prepare(library);
      store.left = point;
      await operation(library).catch(() => undefined);
      const isThrough = store.left >= 0;
      const content = strip(await contentOf(store.inner));
      if (isThrough) {
        expect(content).toEqual(after);
        break;
      }
      ended++;
      // What reads after the write (the list) may end, too.
      expect([before, after]).toContainEqual(content);
    }
    expect(ended).toBeGreaterThan(3);
  }

  /** Dates differ from one try to the other. */
  const strip = (content: unknown): unknown => JSON.parse(JSON.stringify(content, (key, value) => (['changed', 'removed'].includes(key) ? !!value : value)));

  const entry = sample({ id: 'one', corpus: 'file:a', status: 'running', created: 1 });
  const files = new Map([['file:a', new Uint8Array([7])]]);

  test('a put', () => atEveryPoint(async () => undefined, (library) => library.put(entry, { files, states: [stateAfter(0, 5)] })));

  test('a save', () =>
    atEveryPoint(
      (library) => library.put(entry, { files, states: [stateAfter(0, 5), stateAfter(1, 5)] }),
      (library) => library.save(entry.id, progressAfter(8)),
    ));

  test('a change of the spec', () =>
    atEveryPoint(
      (library) => library.put(entry, { files, states: [stateAfter(0, 5)] }),
      (library) => library.put({ ...entry, spec: sample().spec }, { states: [] }),
    ));
});

test('a result and its states are read as of one moment', async () => {
  const store = new IndexedDbStore(freshFactory());
  const [writer, reader] = [libraryOn(store), libraryOn(store)];
  const entry = sample({ status: 'running' });
  await writer.put(entry);
  await writer.save(entry.id, progressAfter(1));
  const saves = (async () => {
    for (let step = 2; step <= 20; step++) await writer.save(entry.id, progressAfter(step));
  })();
  const seen = new Set<number>();
  while (!seen.has(20)) {
    const { entry: saved, states } = await reader.resume(entry.id);
    const at = saved.result!.runs[0]!.series['loss']!.length;
    expect(states).toEqual(progressAfter(at).states);
    seen.add(at);
  }
  await saves;
  expect(seen.size).toBeGreaterThan(3);
});
