import { expect, test, vi } from 'vitest';
import { TinyaiError, problem } from '../../engine/error';
import { defaultSpec, specOf } from '../../engine/spec/defaults';
import { keyOf } from '../../engine/spec/legs';
import { resolve } from '../../engine/spec/patch';
import type { Problem } from '../../types/generated/Problem';
import type { Spec } from '../../types/generated/Spec';
import { MemoryAddress } from '../address/browser-address';
import { toHash } from '../address/link';
import { WoundClock } from '../testing/clock';
import type { Checker } from './spec-checking';
import { BASE, MOST_RUNS, SpecEditor } from './spec-editor';

function editor(hash = '', checker: Partial<Checker> = {}, hadVersion1 = true) {
  const clock = new WoundClock();
  const address = new MemoryAddress(hash);
  let begin = defaultSpec;
  const full: Checker = { check: async () => [], migrate: async () => defaultSpec, preload: async () => undefined, fit: async () => ({ problems: [], limits: [] }), ...checker };
  const made = new SpecEditor({
    lab: 'fine-tuning',
    initial: () => begin,
    hadVersion1,
    address,
    clock,
    checker: full,
    names: { newRun: (number) => `Run ${number}`, copyOf: (name) => `${name} (copy)`, fork: (name, step) => `${name} @${step}`, ofMethod: (method) => `The ${method}` },
  });
  made.start();
  /** As in another language. */
  const beginOtherwise = (spec: Spec, untouched = true): void => made.beginOtherwise(() => (begin = spec), untouched);
  return { editor: made, address, clock, beginOtherwise };
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

test('a field of a run is a patch on the base, and none where both agree', () => {
  const { editor: made, address } = editor();
  made.select(0);
  made.setValue('training.steps', 7);
  expect(made.spec.runs[0]!.patch).toEqual({ training: { steps: 7 } });
  expect(address.read()).toBe(toHash(made.spec, defaultSpec));
  made.setValue('training.steps', defaultSpec.base.training.steps);
  expect(made.spec.runs[0]!.patch).toEqual({});
  expect(address.read()).toBe('');
});

test('a fork has its fields beside those of the run that it is a fork of, and follows its name', () => {
  const { editor: made } = editor();
  made.fork(1, 60);
  const { selected } = made;
  expect(made.spec.runs[selected]).toEqual({ name: 'lora @60', patch: {}, fork: { run: 'lora', step: 60 } });
  expect(resolve(made.spec, selected)).toEqual(resolve(made.spec, 1));
  made.setValue('training.learning_rate', 0.001);
  made.rename(1, 'adapter');
  expect(made.spec.runs[selected]!.fork).toEqual({ run: 'adapter', step: 60 });
});

test('a fork follows its run through a name that another has for a while', () => {
  const { editor: made } = editor();
  made.fork(1, 60);
  made.fork(0, 5);
  for (const name of ['full', 'full 2']) made.rename(1, name);
  expect(made.spec.runs.map(({ name, fork }) => [name, fork?.run])).toEqual([
    ['full', undefined],
    ['full 2', undefined],
    ['lora @60', 'full 2'],
    ['full @5', 'full'],
  ]);
});

test('a run is taken out with its forks, which cannot be without it, and not where none would be left', () => {
  const { editor: made } = editor();
  made.fork(1, 60);
  made.fork(2, 80);
  made.fork(0, 5);
  made.select(4);
  expect(made.forksOf(1)).toEqual([2, 3]);
  made.removeRun(1);
  expect(made.spec.runs.map(({ name }) => name)).toEqual(['full', 'full @5']);
  expect(made.spec.runs[made.selected]!.name).toBe('full @5');
  made.removeRun(0);
  expect(made.spec.runs).toHaveLength(2);
  made.removeRun(1);
  expect(made.spec.runs.map(({ name }) => name)).toEqual(['full']);
});

test('runs that are forks of each other, as in a wrong link, do no harm', () => {
  const runs = [{ name: 'a', patch: {}, fork: { run: 'b', step: 1 } }, { name: 'b', patch: {}, fork: { run: 'a', step: 1 } }, { name: 'c', patch: {} }];
  const { editor: made } = editor(toHash({ ...defaultSpec, runs }, defaultSpec));
  expect(made.spec.runs).toHaveLength(3);
  expect(made.forksOf(0)).toEqual([1]);
  made.rename(0, 'd');
  expect(made.spec.runs[1]!.fork!.run).toBe('d');
  made.removeRun(1);
  expect(made.spec.runs.map(({ name }) => name)).toEqual(['c']);
});

test('a fork of a run that has changed since takes that run along as it was', () => {
  const { editor: made } = editor();
  made.fork(1, 60);
  made.setValue('training.learning_rate', 0.5);
  const experiment = structuredClone(made.spec);
  made.setValue('training.learning_rate', 0.25);
  made.setValue('training.seed', 9, 1);
  made.forkOf(experiment, 0, 7);
  expect(made.spec.runs.at(-1)).toEqual({ name: 'full @7', patch: {}, fork: { run: 'full', step: 7 } });
  made.forkOf(experiment, 2, 70);
  const [lora, first, second] = made.spec.runs.slice(-3);
  expect([lora!.name, first!.name, second!.name]).toEqual(['lora 2', 'lora @60 2', 'lora @60 2 @70']);
  expect([first!.fork, second!.fork]).toEqual([{ run: 'lora 2', step: 60 }, { run: 'lora @60 2', step: 70 }]);
  const last = made.spec.runs.length - 1;
  expect(keyOf(made.spec, last - 1)).toBe(keyOf(experiment, 2));
  expect(made.canFork(experiment, 2)).toBe(true);
  while (made.spec.runs.length < MOST_RUNS) made.addRun();
  expect(made.canFork(experiment, 2)).toBe(false);
});

test('a fork can begin after another step; a name that says so follows', () => {
  const { editor: made } = editor();
  made.fork(1, 60);
  made.setForkStep(2, 50);
  expect(made.spec.runs[2]).toEqual({ name: 'lora @50', patch: {}, fork: { run: 'lora', step: 50 } });
  made.rename(2, 'mine');
  made.setForkStep(2, 40);
  expect(made.spec.runs[2]).toEqual({ name: 'mine', patch: {}, fork: { run: 'lora', step: 40 } });
});

test('new runs, copies and forks have names of their own, of at most 40 characters', () => {
  const { editor: made } = editor();
  made.rename(0, 'x'.repeat(40));
  made.duplicateRun(0);
  made.addRun();
  made.addRun();
  made.fork(0, 5);
  const names = made.spec.runs.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(40);
});

test('the spec is checked once it rests, and only the last answer counts', async () => {
  const answers: ((problems: Problem[]) => void)[] = [];
  const check = vi.fn(() => new Promise<Problem[]>((resolve) => answers.push(resolve)));
  const { editor: made, clock } = editor('', { check });
  clock.wind(200);
  expect(check).toHaveBeenCalledTimes(1);
  for (let steps = 1; steps < 50; steps++) made.setValue('training.steps', steps);
  clock.wind(200);
  expect(check).toHaveBeenCalledTimes(2);
  answers[1]!([]);
  await settled();
  answers[0]!([problem('conflict', 'late', '迟')]);
  await settled();
  expect(made.problems).toEqual([]);
});

test('what a spec needs is fetched beforehand, unless somebody stops that', async () => {
  const signals: AbortSignal[] = [];
  const preload = vi.fn((_: unknown, signal?: AbortSignal) => new Promise<void>((_, reject) => {
    signals.push(signal!);
    signal!.addEventListener('abort', () => reject(signal!.reason as Error));
  }));
  const { editor: made, clock } = editor('', { preload });
  clock.wind(200);
  await settled();
  made.stopFetching();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  made.setValue('training.steps', 7);
  made.stopFetching();
  clock.wind(200);
  await settled();
  expect(preload).toHaveBeenCalledTimes(1);
  made.setValue('training.steps', 8);
  clock.wind(200);
  await settled();
  expect(preload).toHaveBeenCalledTimes(2);
});

test('a link of this version says what it changes, and its runs where it has some', () => {
  const spec = specOf({ training: { steps: 9 } }, [{ name: 'a', patch: {} }]);
  expect(editor(toHash(spec, defaultSpec)).editor.spec).toEqual(spec);
  const { editor: made } = editor('#spec={"version":2,"base":{"training":{"steps":9}}}');
  expect(made.spec).toEqual({ ...defaultSpec, base: spec.base });
});

test('a link of version 1 is migrated by the engine, and nothing runs before', async () => {
  const spec = specOf({ training: { steps: 3 } }, [{ name: 'old', patch: {} }]);
  let migrated!: (spec: Spec) => void;
  const migrate = vi.fn(() => new Promise<Spec>((resolve) => (migrated = resolve)));
  const { editor: made } = editor('#spec={"base":{"training":{"gradient_accumulation":2}}}', { migrate });
  expect(migrate).toHaveBeenCalledWith('fine-tuning', { base: { training: { gradient_accumulation: 2 } } }, expect.anything());
  expect(made.opening).toBe(true);
  migrated(spec);
  await settled();
  expect([made.opening, made.spec]).toEqual([false, spec]);
  // A lab that never had such links takes them for today's.
  expect(editor('#spec={"base":{"training":{"steps":4}}}', { migrate }, false).editor.spec.base.training.steps).toBe(4);
});

test('a link that cannot be used leaves the lab as it begins, and says why', async () => {
  const why = [problem('unknown_field', 'no such field', '没有')];
  const { editor: made } = editor('#spec={"version":2,"base":{"training":{"step":4}}}', { check: async (spec) => ((spec as { base: object }).base === undefined || 'step' in ((spec as Spec).base.training ?? {}) ? why : []) });
  await settled();
  expect(made.spec).toEqual(defaultSpec);
  expect(made.brokenLink).toMatchObject({ reason: 'refused', problems: why });
  made.setValue('training.steps', 3);
  expect(made.brokenLink).toBeNull();
  const failing = editor('#spec={"version":1}', { migrate: () => Promise.reject(new TinyaiError(why)) });
  await settled();
  expect(failing.editor.brokenLink?.problems).toEqual(why);
  expect(editor('#spec=!!!').editor.brokenLink?.reason).toBe('not_base64');
  expect(editor('#spec={"a":1,"a":2}').editor.brokenLink?.problems[0]!.message.en).toContain('{a}');
});

test('a problem of a run is shown in the base where the base is what is wrong', () => {
  const { editor: made } = editor();
  const wrong = (run: string, field: string): Problem => ({ ...problem('conflict', 'x', 'x'), run, field });
  const more = [wrong('lora', 'training.learning_rate'), wrong('lora', 'training.steps')];
  expect(made.problemsAt(BASE, 'training.learning_rate', more)).toEqual([]);
  expect(made.problemsAt(1, 'training.learning_rate', more)).toHaveLength(1);
  expect(made.problemsAt(BASE, 'training.steps', more)).toHaveLength(1);
  expect(made.tabOf('training.steps', 'lora')).toBe(BASE);
  expect(made.tabOf('training.learning_rate', 'lora')).toBe(1);
});

test('a model that there is nowhere is told of before a run, and what cannot be fetched is not', async () => {
  const nowhere = { ...problem('not_found', 'There is no such model.', '没有这个模型。'), field: 'model.base' };
  const unreachable = problem('not_found', 'The server answered HTTP 500.', '服务器返回 HTTP 500。');
  const preload = vi.fn<Checker['preload']>().mockRejectedValueOnce(new TinyaiError([nowhere])).mockRejectedValueOnce(new TinyaiError([unreachable]));
  const { editor: made, clock } = editor('', { preload });
  clock.wind(1000);
  await settled();
  expect(made.problemsAt(BASE, 'model.base')).toHaveLength(1);
  made.setValue('model.base', 'tang-poems');
  made.checkSoon();
  clock.wind(1000);
  await settled();
  expect(preload).toHaveBeenCalledTimes(2);
  expect(made.problems).toEqual([]);
});

test('a text that the model cannot read is told of before a run, in the run concerned; what is wrong with the file itself is not', async () => {
  const wrong = { ...problem('conflict', 'Most of it is unknown.', '大多不认识。'), field: 'data.corpus', run: 'lora' };
  const fit = vi
    .fn<Checker['fit']>()
    .mockResolvedValueOnce({ problems: [wrong, problem('bad_file', 'It is too short.', '太短。')], limits: [] })
    .mockResolvedValue({ problems: [], limits: [] });
  const { editor: made, clock } = editor('', { fit });
  clock.wind(1000);
  await settled();
  expect(made.problems).toEqual([wrong]);
  made.setValue('data.corpus', 'tang-poems');
  clock.wind(1000);
  await settled();
  expect(made.problems).toEqual([]);
});

test('sizes that a model cannot have are told of before a run, and fields have the limits that the model leaves', async () => {
  const of = (field: string) => ({ ...problem('out_of_range', 'Too many.', '太多。'), field, run: 'LoRA' });
  const most = (limit: number) => [{ field: 'fine_tuning.prompt.virtual_tokens', most: limit }];
  const fit = async () => ({ problems: [of('fine_tuning.prompt.virtual_tokens'), of('training.batch_size')], limits: [most(192), most(100)] });
  const { editor: made, clock } = editor('', { fit });
  expect(made.limit('fine_tuning.prompt.virtual_tokens')).toBeUndefined();
  clock.wind(1000);
  await settled();
  // What takes too much memory is for the run to say.
  expect(made.problems.map(({ field }) => field)).toEqual(['fine_tuning.prompt.virtual_tokens']);
  expect(made.limit('fine_tuning.prompt.virtual_tokens')).toBe(100);
  expect(made.limit('data.context')).toBeUndefined();
  made.select(0);
  expect(made.limit('fine_tuning.prompt.virtual_tokens')).toBe(192);
  made.setValue('fine_tuning.prompt.virtual_tokens', 9, 1);
  made.select(BASE);
  expect(made.limit('fine_tuning.prompt.virtual_tokens')).toBe(192);
});

test('a run that is called what its method is called is called what its new method is', () => {
  const { editor: made } = editor();
  made.setValue('fine_tuning.method', 'lora', 1);
  made.rename(1, 'the LORA');
  made.setValue('fine_tuning.method', 'prefix_tuning', 1);
  expect(made.spec.runs[1]!.name).toBe('The prefix_tuning');
  made.add('The prefix_tuning', { fine_tuning: { method: 'prefix_tuning' } });
  made.fork(2, 5);
  expect(made.spec.runs.map(({ name }) => name).slice(2)).toEqual(['The prefix_tuning 2', 'The prefix_tuning 2 @5']);
  made.setValue('fine_tuning.method', 'ia3', 2);
  expect(made.spec.runs[2]!.name).toBe('The ia3');
  expect(made.spec.runs[3]!.fork!.run).toBe('The ia3');
  // A name of one's own stays, and so does that of a run whose method stays.
  made.rename(1, 'mine');
  made.setValue('fine_tuning.method', 'bitfit', 1);
  made.rename(0, 'The full');
  made.setValue('training.steps', 70, 0);
  expect(made.spec.runs.slice(0, 2).map(({ name }) => name)).toEqual(['The full', 'mine']);
  // What all share is the method of the run that says nothing of it.
  made.setValue('fine_tuning.method', 'dora', BASE);
  expect(made.spec.runs[0]!.name).toBe('The dora');
});

test('what nothing was written of begins as another language has it; what was written stays, with an address', () => {
  const other = specOf({ model: { base: 'shakespeare-plays' } }, defaultSpec.runs);
  const fresh = editor();
  fresh.beginOtherwise(other);
  expect([fresh.editor.spec, fresh.address.read()]).toEqual([other, '']);
  fresh.editor.setValue('training.steps', 7);
  fresh.editor.restoreInitial();
  expect(fresh.editor.spec).toEqual(other);
  const written = editor();
  written.editor.setValue('training.steps', 7);
  const { spec } = written.editor;
  written.beginOtherwise(other);
  expect([written.editor.spec, written.address.read()]).toEqual([spec, toHash(spec, other)]);
  // As where it was run.
  const touched = editor();
  touched.beginOtherwise(other, false);
  expect([touched.editor.spec, touched.address.read()]).toEqual([defaultSpec, toHash(defaultSpec, other)]);
  touched.beginOtherwise(defaultSpec, false);
  expect(touched.address.read()).toBe('');
});

test('a link that cannot be used stays in the address, whatever language it is told in', () => {
  const { editor: made, address, beginOtherwise } = editor('#spec=!!!');
  beginOtherwise(specOf({ model: { base: 'shakespeare-plays' } }, defaultSpec.runs));
  expect(made.brokenLink?.reason).toBe('not_base64');
  expect(address.read()).toBe('#spec=!!!');
});
