import { forceCloseDatabase, IDBDatabase as FakeDatabase, IDBObjectStore as FakeObjectStore } from 'fake-indexeddb';
import { expect, test, vi } from 'vitest';
import { IndexedDbStore } from './indexed-db-store';
import { freshFactory, reasonOf } from './testing';

const put = (store: IndexedDbStore, key: string): Promise<void> => store.write((transaction) => transaction.put('files', key, 1));
const keys = (store: IndexedDbStore): Promise<string[]> =>
  store.read(async (transaction) => (await transaction.all('files')).map(([key]) => key));
const settled = (request: IDBOpenDBRequest): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });

const refusing = (open: () => IDBOpenDBRequest): IDBFactory => Object.assign(freshFactory(), { open });

test('tells why a database does not open', async () => {
  const throwing = (name: string) => new IndexedDbStore(refusing(() => { throw new DOMException('no', name); }));
  expect(await reasonOf(put(throwing('SecurityError'), 'a'))).toBe('forbidden');
  expect(await reasonOf(put(throwing('UnknownError'), 'a'))).toBe('broken');
});

test('opens the database again after a failure', async () => {
  const factory = freshFactory();
  const open = vi.spyOn(factory, 'open').mockImplementationOnce(() => { throw new DOMException('no', 'UnknownError'); });
  const store = new IndexedDbStore(factory);
  expect(await reasonOf(put(store, 'a'))).toBe('broken');
  await put(store, 'a');
  expect(await keys(store)).toEqual(['a']);
  expect(open).toHaveBeenCalledTimes(2);
});

test('does not wait for ever for a database that never opens', async () => {
  const silent = { addEventListener: () => undefined } as unknown as IDBOpenDBRequest;
  const store = new IndexedDbStore(refusing(() => silent), { patience: { open: 20, transaction: 1000 } });
  expect(await reasonOf(put(store, 'a'))).toBe('slow');
  const abort = new AbortController();
  const waiting = new IndexedDbStore(refusing(() => silent)).read(async () => 1, abort.signal);
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});

test('does not wait for ever for a transaction that never ends', async () => {
  const store = new IndexedDbStore(freshFactory(), { patience: { open: 1000, transaction: 20 } });
  expect(await reasonOf(store.write(() => new Promise(() => undefined)))).toBe('slow');
});

test('tells of a database that a newer version of the site has written', async () => {
  const factory = freshFactory();
  (await settled(factory.open('tinyai-library', 7))).close();
  expect(await reasonOf(put(new IndexedDbStore(factory), 'a'))).toBe('newer');
});

test('makes way for a newer version in another tab', async () => {
  const factory = freshFactory();
  const store = new IndexedDbStore(factory);
  await put(store, 'a');
  (await settled(factory.open('tinyai-library', 2))).close();
  expect(await reasonOf(put(store, 'b'))).toBe('newer');
});

test('does not wait for ever for a tab that holds the database up', async () => {
  const factory = freshFactory();
  const old = await settled(factory.open('tinyai-library', 1));
  // This connection does not make way for the deletion, and the deletion stands before any other request.
  factory.deleteDatabase('tinyai-library');
  const store = new IndexedDbStore(factory, { patience: { open: 50, transaction: 1000 } });
  expect(await reasonOf(put(store, 'a'))).toBe('slow');
  old.close();
});

test('goes on with an empty database where it was deleted', async () => {
  const factory = freshFactory();
  const store = new IndexedDbStore(factory);
  await put(store, 'a');
  await settled(factory.deleteDatabase('tinyai-library')).catch(() => undefined);
  expect(await keys(store)).toEqual([]);
  await put(store, 'b');
  expect(await keys(store)).toEqual(['b']);
});

test('opens again where the browser ended the connection', async () => {
  const factory = freshFactory();
  const databases: IDBDatabase[] = [];
  const { open } = factory;
  vi.spyOn(factory, 'open').mockImplementation((...args) => {
    const request = open.apply(factory, args);
    request.addEventListener('success', () => databases.push(request.result));
    return request;
  });
  const store = new IndexedDbStore(factory);
  await put(store, 'a');
  forceCloseDatabase(databases[0] as never);
  expect(await keys(store)).toEqual(['a']);
  expect(databases).toHaveLength(2);

});

test('keeps nothing of a write that the browser aborts', async () => {
  const store = new IndexedDbStore(freshFactory());
  const opened = vi.spyOn(FakeDatabase.prototype, 'transaction');
  const broken = store.write(async (transaction) => {
    await transaction.put('files', 'a', 1);
    (opened.mock.results[0]!.value as unknown as IDBTransaction).abort();
    await transaction.put('files', 'b', 1);
  });
  expect(await reasonOf(broken)).toBe('broken');
  await put(store, 'c');
  expect(await keys(store)).toEqual(['c']);
});

test('tells of a quota that is used up, at the put and at the end', async () => {
  const store = new IndexedDbStore(freshFactory());
  const full = new DOMException('full', 'QuotaExceededError');
  vi.spyOn(FakeObjectStore.prototype, 'put').mockImplementationOnce(() => { throw full; });
  expect(await reasonOf(put(store, 'a'))).toBe('full');
  expect(await keys(store)).toEqual([]);
});

test('does nothing once it is closed', async () => {
  const store = new IndexedDbStore(freshFactory());
  await put(store, 'a');
  store.close();
  expect(await reasonOf(put(store, 'b'))).toBe('broken');
});
