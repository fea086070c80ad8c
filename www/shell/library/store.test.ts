import { expect, test, describe } from 'vitest';
import { STORES } from './testing';
import type { Store } from './store';

describe.each(STORES)('a store %s', (_, open) => {
  const keys = async (store: Store, under?: string): Promise<string[]> =>
    (await store.read((transaction) => transaction.all('files', under))).map(([key]) => key);

  test('gives a key and what is under it, not what merely begins like it', async () => {
    const store = open();
    await store.write(async (transaction) => {
      for (const key of ['file:a', 'file:a/x', 'file:a/y/z', 'file:a-b', 'file:a0', 'file:ab']) await transaction.put('files', key, 1);
    });
    expect(await keys(store, 'file:a')).toEqual(['file:a', 'file:a/x', 'file:a/y/z']);
    await store.write((transaction) => transaction.delete('files', 'file:a'));
    expect(await keys(store)).toEqual(['file:a-b', 'file:a0', 'file:ab']);
  });

  test('keeps nothing of a write that throws', async () => {
    const store = open();
    await store.write((transaction) => transaction.put('files', 'old', 1));
    const write = store.write(async (transaction) => {
      await transaction.put('files', 'new', 2);
      await transaction.delete('files', 'old');
      throw new Error('midway');
    });
    await expect(write).rejects.toThrow('midway');
    expect(await keys(store)).toEqual(['old']);
  });

  test('is aborted midway, with the reason of the signal', async () => {
    const store = open();
    const abort = new AbortController();
    const write = store.write(async (transaction) => {
      await transaction.put('files', 'new', 2);
      abort.abort(new Error('enough'));
      await transaction.put('files', 'newer', 3);
    }, abort.signal);
    await expect(write).rejects.toThrow('enough');
    expect(await keys(store)).toEqual([]);
    await expect(store.read(async () => 1, abort.signal)).rejects.toThrow('enough');
  });

  test('is not changed through values that were put or read', async () => {
    const store = open();
    const lease = { owner: 'me', until: 1 };
    await store.write((transaction) => transaction.put('leases', 'a', lease));
    lease.owner = 'you';
    const read = (): Promise<{ owner: string }> => store.read((transaction) => transaction.get('leases', 'a') as Promise<{ owner: string }>);
    (await read()).owner = 'they';
    expect(await read()).toEqual({ owner: 'me', until: 1 });
  });

  test('runs writes one after the other', async () => {
    const store = open();
    const add = (): Promise<void> =>
      store.write(async (transaction) => {
        const sum = ((await transaction.get('files', 'sum')) as number | undefined) ?? 0;
        await transaction.put('files', 'sum', sum + 1);
      });
    await Promise.all(Array.from({ length: 20 }, add));
    expect(await store.read((transaction) => transaction.get('files', 'sum'))).toBe(20);
  });
});
