import { html } from 'lit';
import { expect, test } from 'vitest';
import { defaultSpec } from '../../engine/spec/defaults';
import { MemoryAddress } from '../address/browser-address';
import { memoryStorage } from '../browser-ports';
import { isForetold } from '../library';
import { NOT_KEPT } from '../store/run-keeper';
import { Runner } from '../store/runner';
import { SpecEditor } from '../store/spec-editor';
import type { Checker } from '../store/spec-checking';
import { WoundClock } from '../testing/clock';
import { FAKE_ENVIRONMENT, FakeLab, finished } from '../testing/fake-lab';
import type { Lesson } from './lesson';
import { lessonSpec, ranOtherwise } from './lesson-spec';
import { LessonStore } from './lesson-store';
import { Place } from './place';
import type { Workbench } from './workbench';

const both = <T>(value: T) => ({ en: value, zh: value });

function lesson(id: string, rank: number): Lesson {
  const variation = (name: string, value: number) => ({ id: name, name: both(name), ask: both(name), patch: { fine_tuning: { method: 'lora' as const, lora: { rank: value } } } });
  return {
    id,
    section: '15.1',
    minutes: 1,
    title: both(id),
    question: both(id),
    stakes: both(''),
    base: () => ({ fine_tuning: { lora: { rank } } }),
    runs: [{ id: 'full', name: { en: 'full', zh: '全参数' }, patch: {} }, { id: 'lora', name: both('LoRA'), patch: { fine_tuning: { method: 'lora' } } }],
    controls: [],
    diagram: () => html``,
    predict: { kind: 'number', ask: both(''), unit: 'percent', scale: { from: 0, to: 100, step: 1 }, outcome: (view) => (view.result ? { value: 51, spread: null } : null) },
    hero: { kind: 'curves' },
    explain: both(() => null),
    variations: [variation('two', 2), variation('three', 3), variation('five', 5)],
    compared: [],
    check: { ask: both(''), options: [{ text: both('a'), right: false, because: both('') }, { text: both('b'), right: true, because: both('') }] },
  };
}

/** A lesson whose text is another in each language. */
const TEXTS: Lesson = { ...lesson('texts', 4), base: (language) => ({ data: { corpus: language === 'zh' ? 'song-ci' : 'shakespeare-sonnets' } }) };

const BENCH: Workbench = {
  id: 'bench',
  section: '15.1',
  title: { en: 'Bench', zh: '工作台' },
  question: both(''),
  stakes: both(''),
  spec: (language) => ({ ...defaultSpec, runs: [{ name: language === 'zh' ? '甲' : 'one', patch: { training: { steps: 9 } } }] }),
  nameIn: (language) => (name) => (['one', '甲'].includes(name) ? { en: 'one', zh: '甲' }[language] : name),
  owns: ({ runs }) => runs.length === 1,
  panel: { heading: both(''), render: () => html`` },
  figures: [],
  takeaway: both(''),
};

const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

function lab(hash = '', storage = memoryStorage()) {
  const clock = new WoundClock();
  const address = new MemoryAddress(hash);
  const fake = new FakeLab();
  const lessons = new LessonStore({ lab: 'fine-tuning', lessons: [lesson('first', 4), lesson('second', 8), TEXTS], workbenches: [BENCH], language: 'en', lesson: hash.match(/lesson=(\w+)/)?.[1], storage, now: () => 7 });
  const place = new Place(address, (next) => void lessons.go(next));
  const checker: Checker = { check: async () => [], migrate: async () => defaultSpec, preload: async () => undefined, fit: async () => ({ problems: [], limits: [] }) };
  const names = { newRun: String, copyOf: (name: string) => `${name} copy`, fork: (name: string, step: number) => `${name} @${step}`, ofMethod: String };
  const editor = new SpecEditor({ lab: 'fine-tuning', initial: () => lessons.initial ?? defaultSpec, hadVersion1: false, address: place, clock, checker, names });
  const runner = new Runner({ lab: fake, clock, keeper: NOT_KEPT, environment: () => FAKE_ENVIRONMENT });
  lessons.start({ place, editor, runner, library: null, entry: () => null });
  lessons.speak('en', (name, differing) => `${name} (${differing.map(({ path, value }) => `${path} ${String(value)}`).join(', ')})`);
  editor.start();
  const run = async (): Promise<void> => {
    lessons.keepBeside();
    const ran = runner.start(editor.spec);
    await settled();
    fake.last.finish();
    await ran;
    await settled();
  };
  const runNames = (): string[] => editor.spec.runs.map(({ name }) => name);
  return { lessons, editor, runner, fake, address, place, storage, run, names: runNames };
}

test('an address without a hash is that of the first lesson, whose experiment it begins with', () => {
  const { lessons, editor, names } = lab();
  expect([lessons.current?.id, editor.spec.base.fine_tuning.lora.rank, names()]).toEqual(['first', 4, ['full', 'LoRA']]);
});

test('a lesson that there is not is told, and the first is shown', () => {
  const { lessons } = lab('#lesson=third');
  expect([lessons.current?.id, lessons.unknown]).toEqual(['first', 'third']);
});

test('what is changed in a lesson stands in the address beside it', () => {
  const { editor, address } = lab('#lesson=second');
  editor.setValue('training.steps', 7);
  expect(address.read()).toMatch(/^#lesson=second&spec=/);
});

test('what was measured in a lesson is found again on coming back', async () => {
  const { lessons, runner, run, names } = lab();
  await run();
  lessons.add(lessons.current!.variations[0]);
  await run();
  const { current } = runner;
  await lessons.go('second');
  await settled();
  // Nothing of the one is taken for the other’s.
  expect([runner.view, lessons.stage(lessons.current!)]).toEqual([null, 'new']);
  await lessons.go('first');
  expect(runner.view).toBe(current);
  expect(names()).toEqual(['full', 'LoRA', 'two']);
});

test('free play begins with what the lesson came to', async () => {
  const { lessons, runner, run } = lab();
  await run();
  const { current } = runner;
  await lessons.go(null);
  expect([lessons.current, runner.view]).toEqual([null, current]);
});

test('a lesson that is left while it runs is ended', async () => {
  const { lessons, runner, fake, editor } = lab();
  void runner.start(editor.spec);
  await settled();
  const gone = lessons.go('second');
  expect(fake.last.pressed).toContain('cancel');
  fake.last.finish(editor.spec.runs.map(({ name }) => finished(name, 'cancelled')));
  await gone;
  expect([lessons.current?.id, runner.view]).toEqual(['second', null]);
});

test('a prediction is kept, scored once, and stays as it was', async () => {
  const { lessons, run, storage } = lab();
  lessons.foretell({ kind: 'number', value: 3 }, 0.7);
  expect(lessons.pending).toMatchObject({ lesson: 'first', answer: { kind: 'number', value: 3 }, sureness: 0.7, at: 7, outcome: null });
  await run();
  const { foretold } = lessons.note(lessons.current!);
  expect(foretold).toMatchObject({ answer: { value: 3 }, outcome: { grade: 'far', truth: { kind: 'number', value: 51 } } });
  expect([isForetold(foretold), lessons.pending]).toEqual([true, null]);
  lessons.foretell({ kind: 'number', value: 51 }, null);
  expect(lessons.note(lessons.current!).foretold).toEqual(foretold);
  // Whoever comes back finds it.
  const again = lab('', storage).lessons;
  expect([again.note(again.current!).foretold, again.stage(again.current!)]).toEqual([foretold, 'ran']);
});

test('a prediction is about the lesson’s own settings, and waits for a run with them', async () => {
  const { lessons, run, editor } = lab();
  lessons.foretell({ kind: 'number', value: 3 }, null);
  editor.setValue('training.batch_size', 16);
  await run();
  expect([lessons.note(lessons.current!).foretold?.outcome, lessons.unanswered]).toEqual([null, true]);
  editor.restoreInitial();
  await run();
  expect(lessons.note(lessons.current!).foretold?.outcome?.grade).toBe('far');
});

test('what is foretold after a run says so', async () => {
  const { lessons, run } = lab();
  await run();
  lessons.foretell({ kind: 'number', value: 51 }, null);
  expect(lessons.pending).toMatchObject({ seen: true });
});

test('the last question makes a lesson done', async () => {
  const { lessons, run } = lab();
  await run();
  lessons.check(0);
  expect(lessons.stage(lessons.current!)).toBe('ran');
  lessons.check(1);
  expect(lessons.stage(lessons.current!)).toBe('done');
});

test('a variation joins the runs once, and only it is run', async () => {
  const { lessons, run, fake, names } = lab();
  await run();
  const [two] = lessons.current!.variations;
  expect([lessons.add(two), lessons.add(two), lessons.has(two)]).toEqual([true, false, true]);
  await run();
  expect(names()).toEqual(['full', 'LoRA', 'two']);
  expect(fake.last.options.saved?.map(({ run }) => run)).toEqual([0, 1]);
});

test('what was measured with other settings stays beside, by what it had', async () => {
  const { editor, run, names } = lab();
  await run();
  editor.setValue('fine_tuning.lora.rank', 16);
  await run();
  // Full fine-tuning has no rank: it is the same run.
  expect(names()).toEqual(['full', 'LoRA', 'LoRA (fine_tuning.lora.rank 4)']);
  expect(editor.config(2).fine_tuning.lora.rank).toBe(4);
});

test('an experiment belongs to the lesson whose runs it has, whatever was changed for all of them or added', () => {
  const { lessons } = lab();
  const [first, second] = lessons.all.map((each) => lessonSpec(each, 'zh'));
  const more = { name: 'more', patch: {} };
  expect(lessons.lessonOf({ ...second!, runs: [...second!.runs, more] })?.id).toBe('second');
  expect(lessons.lessonOf({ ...first!, base: { ...first!.base, training: { ...first!.base.training, steps: 3 } } })?.id).toBe('first');
  expect(lessons.lessonOf({ ...first!, runs: [more] })).toBeNull();
});

test('in another language a lesson’s runs have their names there, and nothing of it counts as changed', async () => {
  const { lessons, editor, runner, run, names } = lab();
  await run();
  lessons.speak('zh', String);
  expect([names(), runner.view!.runs.map(({ name }) => name), runner.view!.spec]).toEqual([['全参数', 'LoRA'], ['全参数', 'LoRA'], editor.spec]);
  expect(lessons.changed).toBe(false);
  await lessons.go('second');
  lessons.speak('en', String);
  await lessons.go('first');
  expect(runner.view!.runs[0]!.name).toBe('full');
});

test('the experiment of another language stays until that of the page’s is asked for', async () => {
  const { lessons, editor, runner, run, names } = lab('#lesson=texts');
  expect([editor.spec.base.data.corpus, lessons.experimentLanguage]).toEqual(['shakespeare-sonnets', 'en']);
  await run();
  lessons.speak('zh', String);
  expect([editor.spec.base.data.corpus, names(), lessons.experimentLanguage]).toEqual(['shakespeare-sonnets', ['全参数', 'LoRA'], 'en']);
  editor.setValue('data.context', 32);
  expect(lessons.experimentLanguage).toBe('en');
  await lessons.beginInOwn();
  expect([editor.spec.base.data.corpus, editor.spec.base.data.context, lessons.experimentLanguage, runner.view]).toEqual(['song-ci', 64, 'zh', null]);
  // A text of neither is nobody’s.
  editor.setValue('data.corpus', 'file:mine.txt');
  expect(lessons.experimentLanguage).toBe('zh');
});

test('without a run, the experiment is that of the language at once', () => {
  const { lessons, editor } = lab('#lesson=texts');
  lessons.speak('zh', String);
  expect([editor.spec.base.data.corpus, lessons.experimentLanguage]).toEqual(['song-ci', 'zh']);
});

test('after the last lesson come the workbenches, after these the next section', async () => {
  const { lessons } = lab();
  expect([lessons.next?.id, lessons.workbenchesAfter]).toEqual(['second', []]);
  await lessons.go('texts');
  expect([lessons.next, lessons.workbenchesAfter]).toEqual([null, [BENCH]]);
  await lessons.go('bench');
  expect([lessons.next, lessons.workbenchesAfter]).toEqual([null, []]);
  await lessons.go(null);
  expect(lessons.workbenchesAfter).toEqual([]);
});

test('a variation brings what it is compared with, all or nothing', () => {
  const { lessons, editor, names } = lab();
  const extra = { id: 'extra', name: { en: 'extra', zh: '另外' }, patch: { training: { steps: 5 } } };
  const [two] = lessons.current!.variations;
  const pair = { ...two, beside: [extra] };
  expect(lessons.has(pair)).toBe(false);
  expect(lessons.add(pair)).toBe(true);
  expect(names()).toEqual(['full', 'LoRA', 'extra', 'two']);
  expect([lessons.has(pair), lessons.add(pair)]).toEqual([true, false]);
  editor.removeRun(2);
  expect([lessons.has(pair), lessons.lacking(pair)]).toEqual([false, [extra]]);
  while (editor.spec.runs.length < 15) editor.addRun();
  editor.removeRun(2);
  expect(lessons.add(pair)).toBe(true);
  expect(editor.spec.runs).toHaveLength(16);
  editor.removeRun(15);
  editor.removeRun(14);
  editor.addRun();
  expect(lessons.add(pair)).toBe(false);
  expect(editor.spec.runs).toHaveLength(15);
});

test('an explanation is told of runs with other settings than the lesson’s, also where those stay beside', async () => {
  const { lessons, runner, editor, run } = lab();
  const otherwise = (): boolean => ranOtherwise(lessons.current!, runner.view!);
  await run();
  expect(otherwise()).toBe(false);
  editor.setValue('fine_tuning.lora.rank', 16);
  expect(lessons.changed).toBe(true);
  await run();
  expect([otherwise(), runner.view!.runs.length]).toEqual([true, 3]);
});

test('a workbench is a place of its own, with an experiment that is kept apart, and not free play', async () => {
  const { lessons, editor, address, place, run, runner } = lab('#lesson=bench');
  expect([lessons.workbench?.id, lessons.current, lessons.free, lessons.unknown, lessons.title]).toEqual(['bench', null, false, null, 'Bench']);
  expect(editor.spec).toEqual(BENCH.spec('en'));
  await run();
  const { current } = runner;
  editor.setValue('training.steps', 7);
  expect(address.read()).toMatch(/^#lesson=bench&spec=/);
  await lessons.go('first');
  expect([lessons.workbench, lessons.current?.id, runner.view]).toEqual([null, 'first', null]);
  await lessons.go('bench');
  expect(runner.view).toBe(current);
  expect(lessons.placeOf(BENCH.spec('en'))).toBe('bench');
  expect(lessons.placeOf(defaultSpec)).toBe(null);
  lessons.speak('zh', (name) => name);
  expect(editor.spec.runs.map(({ name }) => name)).toEqual(['甲']);
  expect(place.href('')).toContain('#lesson=bench');
});
