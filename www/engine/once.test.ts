import { expect, test, vi } from 'vitest';
import { Once } from './once';

/** Work that a test ends when it likes. */
function controlled() {
  const runs: { signal: AbortSignal; progress: (n: number) => void; resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const work = (signal: AbortSignal, progress: (n: number) => void): Promise<string> =>
    new Promise((resolve, reject) => runs.push({ signal, progress, resolve, reject }));
  return { runs, work };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('work is done once for all who ask, and kept', async () => {
  const { runs, work } = controlled();
  const once = new Once<string, number>();
  const both = [once.get('a', work), once.get('a', work)];
  await soon();
  runs[0]!.resolve('done');
  expect(await Promise.all(both)).toEqual(['done', 'done']);
  expect(await once.get('a', work)).toBe('done');
  expect(runs).toHaveLength(1);
  expect(once.peek('a')).toBe('done');
  expect(once.peek('b')).toBeUndefined();
});

test('who joins later is told first how far it is', async () => {
  const { runs, work } = controlled();
  const once = new Once<string, number>();
  const first: number[] = [];
  const second: number[] = [];
  const done = once.get('a', work, { onProgress: (n) => first.push(n) });
  await soon();
  runs[0]!.progress(1);
  const joined = once.get('a', work, { onProgress: (n) => second.push(n) });
  runs[0]!.progress(2);
  runs[0]!.resolve('done');
  await Promise.all([done, joined]);
  expect([first, second]).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test('work that failed is done again for the next who asks', async () => {
  const { runs, work } = controlled();
  const once = new Once<string, number>();
  const failed = [once.get('a', work), once.get('a', work)].map((waiting) => expect(waiting).rejects.toThrow('no network'));
  await soon();
  runs[0]!.reject(new Error('no network'));
  await Promise.all(failed);
  const again = once.get('a', work);
  await soon();
  runs[1]!.resolve('done');
  expect(await again).toBe('done');
});

test('work goes on while anybody waits, and is aborted with the last', async () => {
  const { runs, work } = controlled();
  const once = new Once<string, number>();
  const [one, two] = [new AbortController(), new AbortController()];
  const first = once.get('a', work, { signal: one.signal });
  const second = once.get('a', work, { signal: two.signal });
  await soon();
  one.abort('one left');
  await expect(first).rejects.toBe('one left');
  expect(runs[0]!.signal.aborted).toBe(false);
  two.abort('two left');
  await expect(second).rejects.toBe('two left');
  expect(runs[0]!.signal.aborted).toBe(true);

  // What was given up and ends late is not taken for what has begun since.
  const again = once.get('a', work);
  await soon();
  runs[0]!.resolve('late');
  runs[1]!.resolve('in time');
  expect(await again).toBe('in time');
});

test('a signal that was aborted beforehand starts nothing, and one that was not keeps no listener', async () => {
  const { runs, work } = controlled();
  const once = new Once<string, number>();
  await expect(once.get('a', work, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
  expect(runs).toHaveLength(0);
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  const done = once.get('a', work, { signal });
  await soon();
  runs[0]!.resolve('done');
  await done;
  expect(added).toHaveBeenCalledOnce();
  expect(removed.mock.calls).toEqual(added.mock.calls);
});

test('disposing aborts the work and rejects everybody, later ones too', async () => {
  const { runs, work } = controlled();
  const once = new Once<string, number>();
  const waiting = once.get('a', work);
  await soon();
  const reason = new Error('closed');
  once.dispose(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(runs[0]!.signal.aborted).toBe(true);
  await expect(once.get('b', work)).rejects.toBe(reason);
  expect(runs).toHaveLength(1);
});
