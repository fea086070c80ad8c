import { afterEach, expect, test, vi } from 'vitest';
import { entriesIn, newEntry, type Entry, type Foretold } from '../../shell/library';
import { MemoryStore } from '../../shell/library/memory-store';
import { libraryOn, resultAfter, sample } from '../../shell/library/testing';
import { WoundClock } from '../../shell/testing/clock';
import { Desk, type QueryPort } from './desk';

class FakeQuery implements QueryPort {
  private changed: () => void = () => undefined;

  constructor(public query = '') {}

  read = (): string => this.query;
  href = (query: string): string => `https://example.org/library/${query}`;

  go(query: string): void {
    this.query = query;
  }

  follow(changed: () => void): () => void {
    this.changed = changed;
    return () => (this.changed = () => undefined);
  }

  /** The visitor goes back or forward. */
  move(query: string): void {
    this.query = query;
    this.changed();
  }
}

const disposed: (() => void)[] = [];
afterEach(() => disposed.splice(0).forEach((dispose) => dispose()));

async function open({ entries = [], query = '', persistent = true }: { entries?: Entry[]; query?: string; persistent?: boolean } = {}) {
  const library = libraryOn(new MemoryStore());
  for (const entry of entries) await library.put(entry);
  const clock = new WoundClock();
  const address = new FakeQuery(query);
  const offered: { name: string; content: Blob }[] = [];
  const reason = persistent ? null : { en: 'no storage', zh: '无存储' };
  const desk = new Desk({ opened: Promise.resolve({ library, persistent, reason }), query: address, clock, offer: (content, name) => void offered.push({ content, name }) });
  await desk.start();
  disposed.push(() => desk.dispose());
  return { desk, library, clock, address, offered };
}

const names = (desk: Desk): string[] => desk.rows.map(({ name }) => name);
const three = (): Entry[] => ['a', 'b', 'c'].map((name, i) => newEntry({ ...sample({ name }), id: `id-${name}`, created: i }));

test('those that were begun last come first, whatever was renamed since', async () => {
  const { desk } = await open({ entries: three() });
  expect(names(desk)).toEqual(['c', 'b', 'a']);
  expect(await desk.rename('id-a', 'ode')).toBe(true);
  expect(names(desk)).toEqual(['c', 'b', 'ode']);
});

test('a name that cannot be is told of, and the old one stays', async () => {
  const { desk } = await open({ entries: three() });
  expect(await desk.rename('id-a', ' ')).toBe(false);
  expect([desk.problems.map(({ code }) => code), names(desk)]).toEqual([['out_of_range'], ['c', 'b', 'a']]);
});

test('the search follows what changes', async () => {
  const { desk } = await open({ entries: three() });
  desk.setSearch('ode');
  await vi.waitFor(() => expect(names(desk)).toEqual([]));
  await desk.annotate('id-b', 'an ode');
  await vi.waitFor(() => expect(names(desk)).toEqual(['b']));
  desk.setSearch('');
  await vi.waitFor(() => expect(names(desk)).toHaveLength(3));
});

test('what is deleted can be brought back until its time is over, and is chosen no longer meanwhile', async () => {
  const { desk, clock } = await open({ entries: three() });
  desk.choose([{ id: 'id-a', run: 0 }, { id: 'id-b', run: 0 }], true);
  await desk.remove(desk.rows.at(-1)!);
  expect([names(desk), desk.removed.map(({ name }) => name), desk.chosen]).toEqual([['c', 'b'], ['a'], [{ id: 'id-b', run: 0 }]]);
  await desk.restore('id-a');
  expect([names(desk), desk.removed]).toEqual([['c', 'b', 'a'], []]);
  await desk.remove(desk.rows.at(-1)!);
  clock.wind(20_000);
  expect(desk.removed).toEqual([]);
});

test('what an export wrote can be imported elsewhere, and a file that is none is told of', async () => {
  const here = await open({ entries: three() });
  await here.desk.export(['id-a', 'id-c'], 'two');
  expect(here.offered.map(({ name }) => name)).toEqual(['two.tinyai']);
  const there = await open();
  expect(await there.desk.import(here.offered[0]!.content)).toBe(true);
  expect([[...there.desk.imported], names(there.desk)]).toEqual([['a', 'c'], ['c', 'a']]);
  expect(await there.desk.import(new Blob(['no such file']))).toBe(false);
  expect([there.desk.problems.map(({ code }) => code), there.desk.transfer, names(there.desk)]).toEqual([['bad_file'], null, ['c', 'a']]);
});

test('a file of predictions has them and their outcome alone, of those experiments that have one', async () => {
  const foretold: Foretold = { lesson: 'x', answer: { kind: 'number', value: 50 }, sureness: 0.7, at: 1, seen: false, outcome: { grade: 'hit', truth: { kind: 'number', value: 51 } }, class: '' };
  const [one, two] = three();
  const { desk, offered } = await open({ entries: [{ ...one!, note: 'mine', result: resultAfter(3), foretold }, two!] });
  expect(await desk.exportPredictions()).toBe(true);
  expect(offered.map(({ name }) => name)).toEqual(['tinyai-predictions.tinyai']);
  expect(await entriesIn(offered[0]!.content)).toEqual([{ ...one, note: '', result: null, foretold }]);
});

test('the address says what is compared; what is not in the library is known to be missing', async () => {
  const { desk, address } = await open({ entries: three(), query: '?compare=id-a:1,gone:0' });
  await vi.waitFor(() => expect([desk.entry('id-a')?.name, desk.entry('gone')]).toEqual(['a', null]));
  desk.compare([{ id: 'id-b', run: 0 }]);
  expect(address.query).toBe('?compare=id-b:0');
  await vi.waitFor(() => expect(desk.entry('id-b')?.name).toBe('b'));
  address.move('');
  expect(desk.compared).toBeNull();
  expect(desk.href([{ id: 'id-c', run: 2 }])).toBe('https://example.org/library/?compare=id-c:2');
});

test('an experiment that another tab runs is not interrupted', async () => {
  const [first, second] = three();
  const { desk, library } = await open({ entries: [{ ...first!, status: 'running' }, { ...second!, status: 'paused' }] });
  await vi.waitFor(() => expect(desk.rows.filter((row) => desk.isInterrupted(row))).toHaveLength(2));
  const hold = await library.hold('id-a');
  await library.annotate('id-a', 'goes on');
  await vi.waitFor(() => expect(desk.rows.filter((row) => desk.isInterrupted(row)).map(({ name }) => name)).toEqual(['b']));
  hold!.release();
});

test('where nothing can be stored it says so, and works all the same', async () => {
  const { desk } = await open({ entries: three(), persistent: false });
  expect([desk.inTabOnly?.en, names(desk)]).toEqual(['no storage', ['c', 'b', 'a']]);
});
