import { afterEach, expect, test, vi } from 'vitest';
import { defaultSpec } from '../../engine/spec/defaults';
import type { Spec } from '../../types/generated/Spec';
import { MemoryAddress } from '../address/browser-address';
import { toHash } from '../address/link';
import { memoryStorage } from '../browser-ports';
import { newEntry, type Entry, type Library } from '../library';
import { MemoryStore } from '../library/memory-store';
import { libraryOn, stateAfter } from '../library/testing';
import { WoundClock } from '../testing/clock';
import { FAKE_ENVIRONMENT, FakeLab, finished } from '../testing/fake-lab';
import { LibraryKeeper } from './run-keeper';
import { Runner } from './runner';
import { Shelf } from './shelf';
import { SpecEditor } from './spec-editor';

const OTHER: Spec = { ...defaultSpec, base: { ...defaultSpec.base, training: { ...defaultSpec.base.training, steps: 7 } } };

function resultOf(spec: Spec): Entry['result'] {
  const environment = { engine: 'test', variant: '', simd: '', threads: 1, isolated: false, cores: 1, user_agent: '' };
  return { version: 2, spec, environment, runs: spec.runs.map(({ name }) => finished(name)), comparison: [], advice: [] };
}

const kept = (over: Partial<Entry> = {}): Entry => {
  const spec = (over.spec ?? OTHER) as Spec;
  return newEntry({ lab: 'fine-tuning', name: 'kept', spec, status: 'finished', result: resultOf(spec), ...over });
};

const disposed: (() => void)[] = [];
afterEach(() => disposed.splice(0).forEach((dispose) => dispose()));

interface Around {
  entries?: Entry[];
  hash?: string;
  entry?: string;
  library?: Library;
  tab?: ReturnType<typeof memoryStorage>;
  prepare?: (library: Library) => Promise<unknown>;
}

/** A lab that somebody comes to. */
async function arrive({ entries = [], hash = '', entry, library = libraryOn(new MemoryStore()), tab = memoryStorage(), prepare }: Around = {}) {
  for (const each of entries) await library.put(each);
  await prepare?.(library);
  const clock = new WoundClock();
  const lab = new FakeLab();
  const address = new MemoryAddress(hash);
  const checker = { check: async () => [], migrate: async () => OTHER, preload: async () => undefined, fit: async () => ({ problems: [], limits: [] }) };
  const names = { newRun: String, copyOf: String, fork: String, ofMethod: String };
  const editor = new SpecEditor({ lab: 'fine-tuning', initial: () => defaultSpec, hadVersion1: false, address, clock, checker, names });
  const page = { onHide: () => () => undefined };
  const keeper = new LibraryKeeper({ lab: 'fine-tuning', library: Promise.resolve(library), page, name: () => 'new', files: () => new Map(), environment: () => null });
  const runner = new Runner({ lab, clock, keeper, environment: () => FAKE_ENVIRONMENT, now: () => new Date(0) });
  const restored: string[] = [];
  const shelf = new Shelf({
    lab: 'fine-tuning',
    opened: Promise.resolve({ library, persistent: true, reason: null }),
    keeper,
    editor,
    runner,
    assets: { restore: (files) => void restored.push(...files.keys()) },
    checker,
    brought: () => address.read() !== '',
    clock,
    tab,
    entry: entry ?? null,
  });
  disposed.push(() => [shelf, runner, editor].forEach((each) => each.dispose()));
  editor.start();
  await shelf.start();
  return { library, shelf, runner, editor, lab, keeper, tab, restored };
}

test('whoever comes back to a lab finds what was begun last there, with its settings and date', async () => {
  const entries = [
    kept({ name: 'old', created: 1_000, spec: defaultSpec }),
    kept({ name: 'last', created: 2_000 }),
    kept({ name: 'elsewhere', created: 3_000, lab: 'parallel' }),
    kept({ name: 'came to nothing', created: 4_000, status: 'cancelled', result: null }),
  ];
  const { shelf, runner, editor } = await arrive({ entries });
  expect(shelf.shown).toMatchObject({ name: 'last', created: 2_000 });
  expect(editor.spec).toEqual(OTHER);
  expect([runner.phase, runner.view!.ended]).toEqual(['finished', new Date(2_000)]);
});

test('an address that brings an experiment finds that one’s result, or none', async () => {
  const entries = [kept({ name: 'same', created: 1_000 }), kept({ name: 'other', created: 2_000, spec: defaultSpec })];
  const { shelf, editor } = await arrive({ entries, hash: toHash(OTHER, defaultSpec) });
  expect(shelf.shown?.name).toBe('same');
  const third = { ...OTHER, runs: [{ name: 'alone', patch: {} }] };
  const none = await arrive({ entries, hash: toHash(third, defaultSpec) });
  expect([none.shelf.shown, none.runner.view, none.editor.spec.runs]).toEqual([null, null, third.runs]);
  expect(editor.spec).toEqual(OTHER);
});

test('an entry is opened by its id, unless the experiment was changed since', async () => {
  const one = kept({ name: 'one', created: 1_000 });
  const entries = [one, kept({ name: 'two', created: 2_000 })];
  expect((await arrive({ entries, entry: one.id })).shelf.shown?.name).toBe('one');
  expect((await arrive({ entries, entry: one.id, hash: toHash(OTHER, defaultSpec) })).shelf.shown?.name).toBe('one');
  const changed = { ...OTHER, runs: [{ name: 'alone', patch: {} }] };
  const { shelf, editor } = await arrive({ entries, entry: one.id, hash: toHash(changed, defaultSpec) });
  expect([shelf.shown, editor.spec.runs]).toEqual([null, changed.runs]);
});

test('an entry that is not there is told of; with an experiment beside it, that is enough', async () => {
  expect((await arrive({ entry: 'nobody' })).shelf.problems.map(({ code }) => code)).toEqual(['not_found']);
  expect((await arrive({ entry: 'nobody', hash: toHash(OTHER, defaultSpec) })).shelf.problems).toEqual([]);
});

test('what another wrote into a file is shown with the defaults that it leaves out, or refused', async () => {
  const runs = [{ name: 'a', patch: { mesh: null } }];
  const short = { version: 2, base: { training: { steps: 7 } }, runs } as unknown as Spec;
  const entries = [kept({ name: 'short', spec: short, result: { ...resultOf(OTHER)!, runs: [finished('a')] } })];
  const { shelf, runner, editor } = await arrive({ entries });
  expect(shelf.shown?.name).toBe('short');
  const expected = { ...OTHER, runs: [{ name: 'a', patch: {} }] };
  expect([editor.spec, runner.view!.spec]).toEqual([expected, expected]);
  const wrong = { version: 2, base: { mesh: 3 }, runs } as unknown as Spec;
  const refused = await arrive({ entries: [kept({ spec: wrong })] });
  expect([refused.shelf.problems.map(({ code }) => code), refused.editor.spec]).toEqual([['wrong_type'], defaultSpec]);
});

test('what is run while the library is read is not replaced', async () => {
  const library = libraryOn(new MemoryStore());
  await library.put(kept());
  const files = vi.spyOn(library, 'files');
  let go!: () => void;
  files.mockImplementationOnce(() => new Promise((resolve) => (go = () => resolve(new Map()))));
  const arriving = arrive({ library });
  await vi.waitFor(() => expect(go).toBeDefined());
  go();
  expect((await arriving).shelf.shown?.name).toBe('kept');
});

test('a fork is offered with the steps that it does itself', async () => {
  const spec = structuredClone(OTHER);
  spec.runs = [{ name: 'a', patch: {} }, { name: 'b', patch: {}, fork: { run: 'a', step: 5 } }];
  const prepare = async (library: Library): Promise<void> => {
    await library.put(kept({ name: 'cut', spec, status: 'running', result: null }), { states: [stateAfter(0, 7), stateAfter(1, 6)], files: new Map() });
  };
  const { shelf } = await arrive({ prepare });
  await vi.waitFor(() => expect(shelf.offers.map(({ done, total }) => [done, total])).toEqual([[8, 9]]));
});

test('an interrupted experiment is offered with how far it is, and goes on from there', async () => {
  const interrupted = kept({ name: 'cut', status: 'running', result: null });
  const prepare = async (library: Library): Promise<void> => {
    await library.put(interrupted, { states: [stateAfter(0, 5)], files: new Map() });
  };
  const { shelf, runner, editor, lab, library, keeper } = await arrive({ prepare });
  await vi.waitFor(() => expect(shelf.offers.map(({ row, done, total }) => [row.name, done, total])).toEqual([['cut', 5, 14]]));
  expect(runner.view).toBeNull();
  await shelf.goOn(interrupted.id);
  expect([runner.busy, editor.spec, keeper.entry]).toEqual([true, OTHER, interrupted.id]);
  expect(lab.last.options.saved?.map(({ run, state }) => [run, state?.step])).toEqual([[0, 5]]);
  expect(shelf.offers).toEqual([]);
  lab.last.finish();
  await vi.waitFor(async () => expect((await library.get(interrupted.id)).status).toBe('finished'));
  expect(shelf.saving).toMatchObject({ kept: true });
  expect(shelf.offers).toEqual([]);
  const { current } = runner;
  runner.exchange(null);
  expect(shelf.saving, 'nothing ran in what is shown').toBeNull();
  runner.exchange(current);
  expect(shelf.saving).toMatchObject({ kept: true });
});

test('what another tab runs is not offered, and what it takes first is told of', async () => {
  const interrupted = kept({ status: 'running', result: null });
  const { shelf, library, runner } = await arrive({ entries: [interrupted] });
  await vi.waitFor(() => expect(shelf.offers).toHaveLength(1));
  const hold = await library.hold(interrupted.id);
  await shelf.goOn(interrupted.id);
  expect([shelf.problems.map(({ code }) => code), runner.busy, shelf.offers]).toEqual([['conflict'], false, []]);
  hold!.release();
});

test('what is left alone stays in the library, and this tab offers it again only when it is opened', async () => {
  const interrupted = kept({ status: 'paused', result: null });
  const { shelf, library, tab } = await arrive({ entries: [interrupted] });
  await vi.waitFor(() => expect(shelf.offers).toHaveLength(1));
  shelf.leave(interrupted.id);
  expect(shelf.offers).toEqual([]);
  expect((await library.list()).map(({ status }) => status)).toEqual(['paused']);
  const again = await arrive({ library, tab });
  await Promise.resolve();
  expect(again.shelf.offers).toEqual([]);
  const opened = await arrive({ library, tab, entry: interrupted.id });
  await vi.waitFor(() => expect(opened.shelf.offers).toHaveLength(1));
});

test('an experiment that fails as a whole after it was saved can be gone on with, from what was measured', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const interrupted = kept({ status: 'running', result: resultOf(OTHER) });
  interrupted.result!.runs[1]!.status = 'interrupted';
  const prepare = (library: Library) => library.put(interrupted, { states: [stateAfter(1, 3)] });
  const { shelf, lab, library } = await arrive({ prepare });
  await vi.waitFor(() => expect(shelf.offers).toHaveLength(1));
  await shelf.goOn(interrupted.id);
  lab.last.fail(new Error('no network'));
  await vi.waitFor(async () => expect((await library.get(interrupted.id)).status).toBe('paused'));
  expect((await library.get(interrupted.id)).result).not.toBeNull();
  await vi.waitFor(() => expect(shelf.offers).toHaveLength(1));
});
