import { expect, test } from 'vitest';
import { openLibrary, type StorageWorld } from './open';
import { freshFactory, sample } from './testing';

const refusing = (name: string): IDBFactory => Object.assign(freshFactory(), { open: () => { throw new DOMException('no', name); } });

test('opens the library in the browser, where it outlives the tab', async () => {
  const world = { indexedDB: freshFactory(), BroadcastChannel };
  const first = await openLibrary(world);
  expect(first).toMatchObject({ persistent: true, reason: null });
  const entry = sample();
  await first.library.put(entry);
  first.library.dispose();
  const second = await openLibrary(world);
  expect(second.library.rows.get()).toMatchObject([{ id: entry.id }]);
  second.library.dispose();
});

test.each<[string, StorageWorld, RegExp]>([
  ['without a database', {}, /store nothing/],
  ['in a sandboxed frame', { get indexedDB(): IDBFactory { throw new DOMException('denied', 'SecurityError'); } }, /store nothing/],
  ['with blocked cookies', { indexedDB: refusing('SecurityError') }, /store nothing/],
  ['on a broken disk', { indexedDB: refusing('UnknownError') }, /storage failed: no/],
])('%s the library lives in the tab, says why, and works', async (_, world, reason) => {
  const { library, persistent, reason: told } = await openLibrary(world);
  expect(persistent).toBe(false);
  expect(told!.en).toMatch(reason);
  expect(told!.zh).not.toBe('');
  const entry = sample({ status: 'running' });
  expect(await library.hold(entry.id)).not.toBeNull();
  expect(await library.put(entry)).toBeNull();
  expect(await library.get(entry.id)).toEqual(entry);
  expect(await library.usage()).toBeNull();
  library.dispose();
});

test('a database that opens but takes nothing is not used', async () => {
  const factory = freshFactory();
  // Another database of this name has no tables.
  await new Promise((resolve) => factory.open('tinyai-library', 1).addEventListener('success', resolve));
  const { library, persistent, reason } = await openLibrary({ indexedDB: factory });
  expect(persistent).toBe(false);
  expect(reason!.en).toMatch(/storage failed/);
  library.dispose();
});

test('parts of the browser that fail are done without', async () => {
  const throwing = (): never => {
    throw new DOMException('denied', 'SecurityError');
  };
  const world = {
    indexedDB: freshFactory(),
    navigator: {
      locks: { query: () => Promise.reject(new DOMException('denied', 'SecurityError')) } as unknown as LockManager,
      get storage(): StorageManager {
        return throwing();
      },
    },
    get BroadcastChannel(): typeof BroadcastChannel {
      return throwing();
    },
  };
  const { library, persistent } = await openLibrary(world);
  expect(persistent).toBe(true);
  const entry = sample({ status: 'running' });
  const hold = await library.hold(entry.id);
  await library.put(entry);
  expect(await library.interrupted()).toEqual([]);
  hold!.release();
  library.dispose();
});

test('opening stops when it is told to', async () => {
  const silent = Object.assign(freshFactory(), { open: () => ({ addEventListener: () => undefined }) as unknown as IDBOpenDBRequest });
  const abort = new AbortController();
  const opening = openLibrary({ indexedDB: silent }, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(opening).rejects.toThrow('enough');
});
