/** Two libraries on one database stand for two tabs. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IndexedDbStore } from './indexed-db-store';
import { leases, webLocks, type LockPort } from './locks';
import { broadcastChanges } from './ports';
import type { StoredLibrary } from './stored-library';
import { freshFactory, libraryOn, progressAfter, reasonOf, sample, stateAfter } from './testing';

/** Web Locks as far as the library uses them; Node has none. What one tab holds ends with the tab. */
class Locks {
  private readonly held = new Map<string, symbol>();

  tab(): { locks: LockManager; end: () => void } {
    const tab = Symbol();
    const request = async (name: string, options: LockOptions, callback: (lock: Lock | null) => unknown): Promise<unknown> => {
      if (!options.ifAvailable) throw new Error('would wait');
      await Promise.resolve();
      if (this.held.has(name)) return callback(null);
      this.held.set(name, tab);
      try {
        return await callback({ name, mode: 'exclusive' });
      } finally {
        if (this.held.get(name) === tab) this.held.delete(name);
      }
    };
    const query = async (): Promise<LockManagerSnapshot> => ({ held: [...this.held.keys()].map((name) => ({ name, mode: 'exclusive' })), pending: [] });
    const end = (): void => this.held.forEach((owner, name) => owner === tab && this.held.delete(name));
    return { locks: { request, query } as unknown as LockManager, end };
  }
}

afterEach(() => void vi.useRealTimers());

interface Tab {
  library: StoredLibrary;
  /** Ends it without a chance to clean up. */
  crash(): void;
}

const KINDS: [string, () => () => Tab][] = [
  [
    'Web Locks',
    () => {
      const [factory, all] = [freshFactory(), new Locks()];
      return () => {
        const { locks, end } = all.tab();
        return { library: libraryOn(new IndexedDbStore(factory), { locks: webLocks(locks) }), crash: end };
      };
    },
  ],
  [
    'leases',
    () => {
      const factory = freshFactory();
      let tabs = 0;
      return () => {
        const store = new IndexedDbStore(factory);
        const library = libraryOn(store, { locks: leases(store, `tab ${tabs++}`, { beat: 100, term: 1500 }) });
        return { library, crash: () => store.close() };
      };
    },
  ],
];

describe.each(KINDS)('with %s', (_, make) => {
  let [a, b]: [Tab, Tab] = [null!, null!];
  beforeEach(() => {
    const open = make();
    [a, b] = [open(), open()];
    return () => [a, b].forEach((tab) => tab.library.dispose());
  });

  test('one tab at a time runs an entry', async () => {
    const entry = sample({ status: 'running' });
    const hold = await a.library.hold(entry.id);
    await a.library.put(entry);
    expect(hold!.lost.aborted).toBe(false);
    expect(await a.library.hold(entry.id)).toBeNull();
    expect(await b.library.hold(entry.id)).toBeNull();
    expect(await b.library.interrupted()).toEqual([]);
    expect(await a.library.interrupted()).toEqual([]);

    hold!.release();
    await vi.waitFor(async () => expect(await b.library.interrupted()).toHaveLength(1));
    const taken = await b.library.hold(entry.id);
    expect(taken).not.toBeNull();
    // To release what one no longer has takes it from nobody.
    hold!.release();
    expect(await a.library.hold(entry.id)).toBeNull();
  });

  test('what a crashed tab ran is interrupted, and goes on from where it was saved', async () => {
    const entry = sample({ status: 'running' });
    await a.library.hold(entry.id);
    await a.library.put(entry);
    await a.library.save(entry.id, progressAfter(7));
    await b.library.put(sample({ name: 'done', status: 'finished' }));
    await b.library.put(sample({ name: 'waits', status: 'paused', changed: 1 }));
    a.crash();
    await vi.waitFor(async () => expect((await b.library.interrupted()).map((row) => row.name)).toEqual(['Verse', 'waits']), 10_000);
    expect(await b.library.hold(entry.id)).not.toBeNull();
    expect((await b.library.resume(entry.id)).states).toEqual(progressAfter(7).states);
  });

  test('what runs in another tab is not removed', async () => {
    const entry = sample({ status: 'running' });
    const hold = await a.library.hold(entry.id);
    await a.library.put(entry);
    expect(await reasonOf(b.library.remove(entry.id))).toBe('in_use');
    expect(await reasonOf(a.library.remove(entry.id))).toBe('in_use');
    hold!.release();
    await vi.waitFor(() => b.library.remove(entry.id));
  });
});

test('heartbeats keep a lease, and end with it', async () => {
  const store = new IndexedDbStore(freshFactory());
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  const [a, b] = [leases(store, 'a'), leases(store, 'b')];
  const hold = (await a.take('x'))!;
  for (let beat = 0; beat < 20; beat++) {
    await vi.advanceTimersByTimeAsync(10_000);
    expect([...(await b.held())]).toEqual(['x']);
    expect(await b.take('x')).toBeNull();
  }
  hold.release();
  expect(await b.take('x')).not.toBeNull();
  b.dispose();
  expect(vi.getTimerCount()).toBe(0);
});

test('a tab that was frozen learns that another took its entry over', async () => {
  const store = new IndexedDbStore(freshFactory());
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  const [a, b]: [LockPort, LockPort] = [leases(store, 'a'), leases(store, 'b')];
  const hold = (await a.take('x'))!;
  vi.setSystemTime(Date.now() + 200_000);
  const other = (await b.take('x'))!;
  await vi.advanceTimersByTimeAsync(10_000);
  await vi.waitFor(() => expect(hold.lost.aborted).toBe(true));
  expect(other.lost.aborted).toBe(false);

  // The same where the other is done with it already.
  const second = (await a.take('y'))!;
  vi.setSystemTime(Date.now() + 200_000);
  (await b.take('y'))!.release();
  await vi.waitFor(async () => expect((await b.held()).has('y')).toBe(false));
  await vi.advanceTimersByTimeAsync(10_000);
  await vi.waitFor(() => expect(second.lost.aborted).toBe(true));
  [a, b].forEach((port) => port.dispose());
});

test('a lock that fails keeps nobody from training', async () => {
  const locks: LockPort = { take: () => Promise.reject(new Error('no')), held: () => Promise.reject(new Error('no')), dispose: () => undefined };
  const library = libraryOn(new IndexedDbStore(freshFactory()), { locks });
  const entry = sample({ status: 'running' });
  const hold = await library.hold(entry.id);
  await library.put(entry);
  expect(await library.interrupted()).toEqual([]);
  hold!.release();
  expect(await library.interrupted()).toHaveLength(1);
});

test('each tab sees what another changes', async () => {
  const factory = freshFactory();
  const open = (): StoredLibrary => libraryOn(new IndexedDbStore(factory), { changes: broadcastChanges(new BroadcastChannel('tabs-test')) });
  const [a, b] = [open(), open()];
  const seen = (): unknown[] => b.rows.get().map(({ name, note, steps }) => ({ name, note, steps }));
  const entry = sample({ status: 'running' });
  await a.put(entry);
  await vi.waitFor(() => expect(seen()).toEqual([{ name: 'Verse', note: '', steps: 3 }]));
  await a.save(entry.id, progressAfter(9));
  await vi.waitFor(() => expect(seen()).toEqual([{ name: 'Verse', note: '', steps: 9 }]));
  await a.rename(entry.id, 'Ode');
  await a.annotate(entry.id, 'n');
  await vi.waitFor(() => expect(seen()).toEqual([{ name: 'Ode', note: 'n', steps: 9 }]));
  await a.remove(entry.id);
  await vi.waitFor(() => expect(seen()).toEqual([]));
  await b.restore(entry.id);
  await vi.waitFor(() => expect(a.rows.get()).toHaveLength(1));
  // Messages of another origin's making are no ids.
  const stranger = new BroadcastChannel('tabs-test');
  stranger.postMessage('hello');
  stranger.postMessage({ ids: 5 });
  await a.annotate(entry.id, 'm');
  await vi.waitFor(() => expect(seen()).toEqual([{ name: 'Ode', note: 'm', steps: 9 }]));
  stranger.close();
  a.dispose();
  b.dispose();
});

test('two tabs that write at the same time lose nothing', async () => {
  const factory = freshFactory();
  const [a, b] = [libraryOn(new IndexedDbStore(factory)), libraryOn(new IndexedDbStore(factory))];
  const entry = sample({ status: 'running' });
  await a.put(entry, { states: [stateAfter(0, 1)] });
  await Promise.all([a.save(entry.id, progressAfter(9)), b.rename(entry.id, 'Ode'), b.annotate(entry.id, 'n'), b.put(sample({ name: 'other' }))]);
  expect(await b.get(entry.id)).toMatchObject({ name: 'Ode', note: 'n', result: progressAfter(9).result });
  expect(await a.list()).toHaveLength(2);
});
