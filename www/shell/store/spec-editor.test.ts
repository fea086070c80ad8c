import { expect, test, vi } from 'vitest';
import { TinyaiError, problem } from '../../engine/error';
import { defaultSpec, specOf } from '../../engine/spec/defaults';
import { resolve } from '../../engine/spec/patch';
import type { Problem } from '../../types/generated/Problem';
import type { Spec } from '../../types/generated/Spec';
import { MemoryAddress } from '../address/browser-address';
import { toHash } from '../address/link';
import { WoundClock } from '../testing/clock';
import { BASE, SpecEditor, type Checker } from './spec-editor';

function editor(hash = '', checker: Partial<Checker> = {}, hadVersion1 = true) {
  const clock = new WoundClock();
  const address = new MemoryAddress(hash);
  const full: Checker = { check: async () => [], migrate: async () => defaultSpec, preload: async () => undefined, ...checker };
  const made = new SpecEditor({
    lab: 'fine-tuning',
    initial: defaultSpec,
    hadVersion1,
    address,
    clock,
    checker: full,
    names: { newRun: (number) => `Run ${number}`, copyOf: (name) => `${name} (copy)` },
  });
  made.start();
  return { editor: made, address, clock };
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
  const before = resolve(made.spec, selected);
  made.removeRun(1);
  expect(made.spec.runs.map(({ name }) => name)).toEqual(['full', 'lora @60']);
  expect(resolve(made.spec, 1)).toEqual(before);
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
