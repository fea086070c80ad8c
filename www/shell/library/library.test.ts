import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Row } from './entry';
import type { StoredLibrary } from './stored-library';
import type { Store } from './store';
import { contentOf, libraryOn, progressAfter, reasonOf, resultAfter, sample, stateAfter, STORES } from './testing';

const names = (rows: readonly Row[]): string[] => rows.map((row) => row.name);

afterEach(() => void vi.useRealTimers());

describe.each(STORES)('a library %s', (_, open) => {
  let store: Store;
  let library: StoredLibrary;

  beforeEach(async () => {
    store = open();
    library = libraryOn(store, {}, { undo: 1000 });
    await library.start();
    return () => library.dispose();
  });

  test('gives back what was put, with its states and files', async () => {
    const entry = sample({ corpus: 'file:essay-3f9a01bc.txt', note: 'the first', status: 'paused' });
    const files = new Map([['file:essay-3f9a01bc.txt', new Uint8Array([1, 2, 3])]]);
    const states = [stateAfter(0, 5), stateAfter(1, 7)];
    expect(await library.put(entry, { states, files })).toBeNull();
    expect(await library.get(entry.id)).toEqual(entry);
    expect(await library.resume(entry.id)).toEqual({ entry, states });
    expect(await library.files(entry.id)).toEqual(files);
  });

  test('lists light rows, last changed first', async () => {
    await library.put(sample({ name: 'old', changed: 1 }));
    await library.put(sample({ name: 'new', changed: 2, note: 'n', lab: 'parallel' }), { states: [stateAfter(1, 9, 1000)] });
    const rows = await library.list();
    expect(names(rows)).toEqual(['new', 'old']);
    expect(rows[0]).toMatchObject({ lab: 'parallel', note: 'n', runs: ['full', 'lora'], steps: 9, unsaved: false });
    expect(rows[0]!.states).toMatchObject([{ run: 1, step: 9 }]);
    expect(rows[0]!.bytes - rows[1]!.bytes).toBeGreaterThan(2000);
    expect(rows[1]!.steps).toBe(3);
    expect(JSON.stringify(rows)).not.toContain('series');
    expect(library.rows.get()).toEqual(rows);
  });

  test('saves progress: the newest state of each run, with the result, and no other field', async () => {
    const entry = sample({ name: 'Verse', status: 'running', result: null });
    await library.put(entry);
    await library.save(entry.id, progressAfter(5));
    await library.rename(entry.id, 'Ode');
    await library.save(entry.id, { status: 'paused', result: resultAfter(8), states: [stateAfter(0, 8)] });
    const { entry: saved, states } = await library.resume(entry.id);
    expect(saved).toMatchObject({ name: 'Ode', status: 'paused', created: entry.created, result: resultAfter(8) });
    expect(states).toEqual([stateAfter(0, 8), stateAfter(1, 5)]);
    expect((await library.list())[0]!.states.map((state) => state.step)).toEqual([8, 5]);
  });

  test('keeps bytes that are in shared memory', async () => {
    const shared = (...values: number[]): Uint8Array => {
      const bytes = new Uint8Array(new SharedArrayBuffer(values.length));
      bytes.set(values);
      return bytes;
    };
    const entry = sample({ corpus: 'file:a', status: 'paused' });
    const state = { ...stateAfter(0, 5), ranks: [shared(7, 8)] };
    expect(await library.put(entry, { states: [state], files: new Map([['file:a', shared(1, 2, 3)]]) })).toBeNull();
    const kept = await store.read((transaction) => transaction.all('contents'));
    expect(kept).toEqual([['file:a', new Uint8Array([1, 2, 3])]]);
    expect((kept[0]![1] as Uint8Array).buffer).toBeInstanceOf(ArrayBuffer);
    expect((await library.resume(entry.id)).states[0]!.ranks[0]!.buffer).toBeInstanceOf(ArrayBuffer);
  });

  test('keeps no states of what is finished, but those of what was cancelled', async () => {
    const [done, cancelled] = [sample({ name: 'done', status: 'running' }), sample({ name: 'cancelled', status: 'running' })];
    for (const { id, status } of [{ ...done, status: 'finished' as const }, { ...cancelled, status: 'cancelled' as const }]) {
      await library.put(id === done.id ? done : cancelled, { states: [stateAfter(0, 5)] });
      await library.save(id, { status, result: resultAfter(9), states: [] });
    }
    expect((await library.resume(done.id)).states).toEqual([]);
    expect((await library.resume(cancelled.id)).states).toEqual([stateAfter(0, 5)]);
    expect((await library.list()).map(({ name, sizes }) => [name, sizes.states > 0]).sort()).toEqual([['cancelled', true], ['done', false]]);
  });

  test('puts an entry anew without its former states where this is asked', async () => {
    const entry = sample({ status: 'running' });
    await library.put(entry, { states: [stateAfter(0, 5)] });
    await library.put({ ...entry, note: 'again' });
    expect((await library.resume(entry.id)).states).toHaveLength(1);
    await library.put(entry, { states: [] });
    expect((await library.resume(entry.id)).states).toEqual([]);
  });

  test('renames and annotates', async () => {
    const entry = sample();
    await library.put(entry);
    await library.rename(entry.id, '  Ode  ');
    await library.annotate(entry.id, 'rank 4 is enough');
    expect(await library.get(entry.id)).toMatchObject({ name: 'Ode', note: 'rank 4 is enough', spec: entry.spec });
    expect(await reasonOf(library.rename(entry.id, ' '))).toBe('bad_name');
    expect(await reasonOf(library.rename(entry.id, 'x'.repeat(201)))).toBe('bad_name');
    expect(await reasonOf(library.rename('nobody', 'Ode'))).toBe('missing');
    expect(await reasonOf(library.get('nobody'))).toBe('missing');
  });

  test('duplicates under a free name, with result and states', async () => {
    const entry = sample({ status: 'running' });
    await library.put(entry, { states: [stateAfter(0, 5)] });
    const first = await library.duplicate(entry.id);
    const second = await library.duplicate(first.id);
    expect([first.name, second.name]).toEqual(['Verse (2)', 'Verse (3)']);
    const copy = await library.resume(first.id);
    expect(copy.entry).toEqual({ ...entry, id: first.id, name: 'Verse (2)', status: 'paused', created: first.created, changed: first.changed });
    expect(copy.states).toEqual([stateAfter(0, 5)]);
  });

  test('removes, restores, and deletes for good when the time is over', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const before = await contentOf(store);
    const entry = sample({ corpus: 'file:a' });
    await library.put(entry, { states: [stateAfter(0, 5)], files: new Map([['file:a', new Uint8Array(3)]]) });
    const whole = await contentOf(store);

    expect(await library.remove(entry.id)).toBe(Date.now() + 1000);
    expect(library.rows.get()).toEqual([]);
    expect(await library.list()).toEqual([]);
    await library.restore(entry.id);
    expect(names(library.rows.get())).toEqual(['Verse']);
    expect(await contentOf(store)).toEqual(whole);

    await library.remove(entry.id);
    await vi.advanceTimersByTimeAsync(1000);
    vi.useRealTimers();
    await vi.waitFor(async () => expect(await contentOf(store)).toEqual(before));
    expect(await reasonOf(library.restore(entry.id))).toBe('missing');
  });

  test('deletes what a closed tab had removed', async () => {
    const entry = sample();
    await library.put(entry);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 5000 });
    await library.remove(entry.id);
    vi.useRealTimers();
    const next = libraryOn(store, {}, { undo: 1000 });
    await next.start();
    expect(await contentOf(store)).toMatchObject({ rows: [], specs: [], results: [] });
    expect(next.rows.get()).toEqual([]);
  });

  test('keeps a file once, until nobody needs it', async () => {
    const files = new Map([
      ['file:model-77ab12cd/config.json', new Uint8Array([1])],
      ['file:model-77ab12cd/model.safetensors', new Uint8Array(500)],
      ['file:unused', new Uint8Array(9)],
    ]);
    const [a, b] = [sample({ corpus: 'file:model-77ab12cd' }), sample({ corpus: 'file:model-77ab12cd' })];
    const kept = async (): Promise<string[]> =>
      store.read(async (transaction) => (await transaction.all('contents')).map(([name]) => name));
    await library.put(a, { files });
    await library.put(b, { files });
    const two = ['file:model-77ab12cd/config.json', 'file:model-77ab12cd/model.safetensors'];
    expect(await kept()).toEqual(two);
    expect((await library.list()).every((row) => row.sizes.files === 501)).toBe(true);

    // A spec that no longer needs it gives it up, too.
    await library.put({ ...a, spec: sample().spec });
    expect(await kept()).toEqual(two);
    expect((await library.files(b.id)).get(two[0]!)).toEqual(new Uint8Array([1]));
    await library.put({ ...b, spec: sample().spec });
    expect(await kept()).toEqual([]);
  });

  test('finds words in name, note, lab, names of runs and values of the spec', async () => {
    await library.put(sample({ name: 'Autumn Ode', note: '学习率太高' }));
    await library.put(sample({ name: 'Verse', corpus: 'tang-poems' }));
    const find = async (text: string): Promise<string[]> => names(await library.find(text)).sort();
    expect(await find('')).toEqual(['Autumn Ode', 'Verse']);
    expect(await find('autumn')).toEqual(['Autumn Ode']);
    expect(await find('学习率')).toEqual(['Autumn Ode']);
    expect(await find('TANG')).toEqual(['Verse']);
    expect(await find('ｌｏｒａ fine-tuning')).toEqual(['Autumn Ode', 'Verse']);
    expect(await find('tang autumn')).toEqual([]);
  });

  test('is not stopped by damaged records, and tells of them', async () => {
    const good = sample({ name: 'good' });
    const bad = sample({ name: 'bad' });
    await library.put(good);
    await library.put(bad, { states: [stateAfter(0, 3)] });
    await store.write(async (transaction) => {
      await transaction.put('rows', 'x', { id: 'x' } as unknown as Row);
      await transaction.put('specs', bad.id, 'no spec' as never);
      await transaction.put('states', `${bad.id}/1`, { run: 1 } as never);
    });
    expect(names(await library.list()).sort()).toEqual(['bad', 'good']);
    expect(await reasonOf(library.get(bad.id))).toBe('bad_file');
    await library.annotate(good.id, 'still works');
    expect(library.problem.get()?.reason).toBe('bad_file');
  });

  test('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const entry = sample();
    await expect(library.put(entry, {}, signal)).rejects.toThrow('enough');
    await expect(library.list(signal)).rejects.toThrow('enough');
    await expect(library.save(entry.id, progressAfter(1), signal)).rejects.toThrow('enough');
    await expect(library.get('nobody', signal)).rejects.toThrow('enough');
  });
});
