import { describe, expect, test } from 'vitest';
import { decodePreamble, encodeHeader, encodeJson, PREAMBLE } from './container';
import { crc32 } from './crc32';
import type { Entry } from './entry';
import { MemoryStore } from './memory-store';
import { StorageError } from './problems';
import type { StoredLibrary } from './stored-library';
import { contentOf, FaultyStore, libraryOn, reasonOf, resultAfter, sample, stateAfter, STORES } from './testing';

const model = new Map([
  ['file:m-77ab12cd/config.json', new Uint8Array([1, 2])],
  ['file:m-77ab12cd/model.safetensors', new Uint8Array(300).fill(9)],
]);

/** Two entries that share a folder of the visitor's. */
async function filled(): Promise<{ library: StoredLibrary; entries: Entry[]; file: Blob }> {
  const library = libraryOn(new MemoryStore());
  const diverged = resultAfter(2);
  diverged.runs[0]!.series['loss']!.push([3, NaN], [4, Infinity], [5, -Infinity]);
  const entries = [
    sample({ name: 'a', corpus: 'file:m-77ab12cd', status: 'paused', note: '笔记', result: diverged }),
    sample({ name: 'b', corpus: 'file:m-77ab12cd', result: null }),
  ];
  await library.put(entries[0]!, { states: [stateAfter(0, 5), stateAfter(1, 6)], files: model });
  await library.put(entries[1]!, { files: model });
  return { library, entries, file: await library.export(entries.map((entry) => entry.id)) };
}

describe.each(STORES)('a library %s', (_, open) => {
  test('takes over entries, states and files of another', async () => {
    const { library: source, entries, file } = await filled();
    const library = libraryOn(open());
    const added = await library.import(file);
    expect(added.map((row) => row.name)).toEqual(['a', 'b']);
    for (const { id } of entries) {
      expect(await library.resume(id)).toEqual(await source.resume(id));
      expect(await library.files(id)).toEqual(model);
    }
    expect(library.rows.get()).toHaveLength(2);
  });

  test('overwrites nothing: ids and names that are taken are made anew', async () => {
    const store = open();
    const library = libraryOn(store);
    const { file, entries } = await filled();
    await library.import(file);
    await library.annotate(entries[0]!.id, 'mine');
    const before = await library.get(entries[0]!.id);
    const again = await library.import(file);
    expect(again.map((row) => row.name)).toEqual(['a (2)', 'b (2)']);
    expect(new Set((await library.list()).map((row) => row.id)).size).toBe(4);
    expect(await library.get(entries[0]!.id)).toEqual(before);
    // The files stand there once, until the last of the four is gone.
    expect((await contentOf(store))['contents']).toHaveLength(2);
  });
});

test('states and files can be left out', async () => {
  const { library: source, entries } = await filled();
  const library = libraryOn(new MemoryStore());
  const ids = entries.map((entry) => entry.id);
  await library.import(await source.export(ids, { states: false, files: false }));
  expect((await library.resume(ids[0]!)).states).toEqual([]);
  expect(await library.files(ids[0]!)).toEqual(new Map());
  expect(await library.get(ids[0]!)).toEqual(entries[0]);
});

test('what ran when it was exported is paused where it is imported', async () => {
  const source = libraryOn(new MemoryStore());
  const entry = sample({ status: 'running' });
  await source.put(entry);
  expect(await libraryOn(new MemoryStore()).import(await source.export([entry.id]))).toMatchObject([{ status: 'paused' }]);
});

test('a file that is cut off anywhere is refused and changes nothing', async () => {
  const { file } = await filled();
  const bytes = new Uint8Array(await file.arrayBuffer());
  const store = new MemoryStore();
  const library = libraryOn(store);
  await library.put(sample({ id: 'here', name: 'here' }));
  const before = await contentOf(store);
  for (let length = 0; length < bytes.length; length += length < 200 ? 1 : 37) {
    expect(await reasonOf(library.import(new Blob([bytes.slice(0, length)]))), `${length} bytes`).toBe('bad_file');
  }
  expect(await reasonOf(library.import(new Blob([bytes, 'x'])))).toBe('bad_file');
  expect(await contentOf(store)).toEqual(before);
});

test('a file with any byte changed is refused and changes nothing', async () => {
  const { file } = await filled();
  const bytes = new Uint8Array(await file.arrayBuffer());
  const store = new MemoryStore();
  const library = libraryOn(store);
  const before = await contentOf(store);
  for (let at = 0; at < bytes.length; at += at < 40 ? 1 : 29) {
    const changed = bytes.slice();
    changed[at]! ^= 1 << (at % 8);
    expect(await reasonOf(library.import(new Blob([changed]))), `byte ${at}`).toBe('bad_file');
  }
  expect(await contentOf(store)).toEqual(before);
});

test('says what a file is that it does not take', async () => {
  const library = libraryOn(new MemoryStore());
  const message = async (file: Blob): Promise<string> => {
    const thrown: unknown = await library.import(file).catch((error: unknown) => error);
    return thrown instanceof StorageError ? thrown.problem.message.en : String(thrown);
  };
  const { file } = await filled();
  const bytes = new Uint8Array(await file.arrayBuffer());
  expect(await message(new Blob([]))).toContain('no file of exported experiments');
  expect(await message(new Blob(['{"runs": []}']))).toContain('no file of exported experiments');
  expect(await message(new Blob([bytes.slice(0, 500)]))).toContain('cut off');
  const newer = bytes.slice();
  newer[8] = 2;
  expect(await message(new Blob([newer]))).toContain('format 2');
});

test('of a foreign file of 2 GB only the first bytes are read', async () => {
  let read = 0;
  const slice = (from: number, to: number): Blob => {
    read += to - from;
    return new Blob([new Uint8Array(to - from)]);
  };
  const huge = { size: 2 ** 31, slice } as Blob;
  expect(await reasonOf(libraryOn(new MemoryStore()).import(huge))).toBe('bad_file');
  expect(read).toBeLessThanOrEqual(PREAMBLE);

  // The same for one that pretends to have a header of 1 GB.
  const preamble = encodeHeader([]).slice(0, PREAMBLE);
  new DataView(preamble.buffer).setUint32(12, 2 ** 30, true);
  expect(() => decodePreamble(preamble, 2 ** 31)).toThrow(StorageError);
});

describe('a file that is whole, but not what the library writes', () => {
  const packed = (...contents: [object, Uint8Array<ArrayBuffer>][]): Blob => {
    const sections = contents.map(([section, bytes]) => ({ ...section, bytes: bytes.length, crc32: crc32(bytes) }));
    return new Blob([encodeHeader(sections as never), ...contents.map(([, bytes]) => bytes)]);
  };
  const entry = encodeJson(sample());
  const polluting = new TextEncoder().encode(JSON.stringify(sample()).replace('"note":""', '"note":"","__proto__":{"x":1}'));
  const state = encodeJson(stateAfter(0, 1).result);
  test.each([
    ['an entry without a spec', packed([{ kind: 'entry' }, encodeJson({ ...sample(), spec: null })])],
    ['an entry with a strange id', packed([{ kind: 'entry' }, encodeJson({ ...sample(), id: '../x' })])],
    ['an entry with a strange result', packed([{ kind: 'entry' }, encodeJson({ ...sample(), result: { runs: 5 } })])],
    ['a key that changes prototypes', packed([{ kind: 'entry' }, polluting])],
    ['a state before its entry', packed([{ kind: 'state', run: 0, step: 1, parts: [state.length] }, state], [{ kind: 'entry' }, entry])],
    ['a state of no run', packed([{ kind: 'entry' }, entry], [{ kind: 'state', run: 2, step: 1, parts: [state.length] }, state])],
    ['parts that do not add up', packed([{ kind: 'entry' }, entry], [{ kind: 'state', run: 0, step: 1, parts: [1, 2] }, state])],
    ['a file that nothing needs', packed([{ kind: 'entry' }, entry], [{ kind: 'file', name: 'file:x' }, entry])],
    ['a section of no known kind', packed([{ kind: 'video' }, entry])],
    ['a section of negative length', new Blob([encodeHeader([{ kind: 'entry', bytes: -1, crc32: 0 }])])],
    ['no JSON', packed([{ kind: 'entry' }, new Uint8Array([0xff, 0xfe])])],
  ])('%s', async (_, file) => {
    const store = new MemoryStore();
    expect(await reasonOf(libraryOn(store).import(file))).toBe('bad_file');
    expect((await contentOf(store))['rows']).toEqual([]);
  });
});

test('a file of the same name and other content is not taken for the one that is here', async () => {
  const { file } = await filled();
  const library = libraryOn(new MemoryStore());
  await library.put(sample({ corpus: 'file:m-77ab12cd' }), { files: new Map([['file:m-77ab12cd/config.json', new Uint8Array([5])]]) });
  expect(await reasonOf(library.import(file))).toBe('bad_file');
  expect(await library.list()).toHaveLength(1);
});

test('an import that finds no room adds nothing, however far it came', async () => {
  const { file } = await filled();
  const outcomes = new Set<string>();
  for (let limit = 0; limit < 8_000; limit += 250) {
    const store = new FaultyStore(new MemoryStore());
    store.limit = limit;
    const reason = await reasonOf(libraryOn(store).import(file));
    outcomes.add(reason);
    if (reason !== 'nothing thrown') expect(await contentOf(store.inner)).toMatchObject({ rows: [], specs: [], states: [], contents: [] });
  }
  expect([...outcomes]).toEqual(['full', 'nothing thrown']);
});

test('export and import tell how far they are, and are stopped', async () => {
  const { library: source, entries, file } = await filled();
  const ids = entries.map((entry) => entry.id);
  const told: number[] = [];
  await source.export(ids, { onProgress: ({ done, total }) => told.push(done / total) });
  expect(told.at(-1)).toBeCloseTo(1, 1);
  const store = new MemoryStore();
  const library = libraryOn(store);
  const shares: number[] = [];
  await library.import(file, { onProgress: ({ done, total }) => shares.push(done / total) });
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));

  // Stopped at each of its steps, it leaves what was there.
  const before = await contentOf(store);
  for (let step = 0; step < shares.length; step++) {
    const abort = new AbortController();
    let left = step;
    const onProgress = (): void => void (left-- === 0 && abort.abort(new Error('enough')));
    await expect(library.import(file, { signal: abort.signal, onProgress })).rejects.toThrow('enough');
    await expect(source.export(ids, { signal: abort.signal })).rejects.toThrow('enough');
  }
  expect(await contentOf(store)).toEqual(before);
});

test('what is not there is not exported', async () => {
  expect(await reasonOf(libraryOn(new MemoryStore()).export(['nobody']))).toBe('missing');
});
