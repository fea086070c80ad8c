import { expect, test } from 'vitest';
import { problem } from '../engine/error';
import { defaultSpec, specOf } from '../engine/spec/defaults';
import { MemoryAddress } from '../shell/address/browser-address';
import type { LabDefinition } from '../shell/lab-definition';
import { Runner } from '../shell/store/runner';
import { SpecEditor } from '../shell/store/spec-editor';
import { WoundClock } from '../shell/testing/clock';
import { FAKE_ENVIRONMENT, FakeLab } from '../shell/testing/fake-lab';
import type { Language } from '../shell/text/language';
import type { Problem } from '../types/generated/Problem';
import type { Spec } from '../types/generated/Spec';
import { Conversation } from './conversation';
import type { EmbedMessage } from './protocol';

/** A conversation with a lab whose engine finds `wrong` with specs that have that many steps. */
function conversation(hash = '', migrate = async (): Promise<Spec> => defaultSpec) {
  const lab = new FakeLab();
  const clock = new WoundClock();
  const wrong = problem('out_of_range', 'Too many steps.', '步数过多。');
  const check = async (spec: unknown): Promise<Problem[]> => (((spec as Spec).base?.training?.steps ?? 0) > 1000 ? [wrong] : []);
  const editor = new SpecEditor({
    lab: 'fine-tuning',
    initial: () => defaultSpec,
    hadVersion1: true,
    address: new MemoryAddress(hash),
    clock,
    checker: { check, migrate, preload: async () => undefined, fit: async () => ({ problems: [], limits: [] }) },
    names: { newRun: String, copyOf: String, fork: String, ofMethod: String },
  });
  editor.start();
  const runner = new Runner({ lab, clock, keeper: { begin: async () => null }, environment: () => FAKE_ENVIRONMENT });
  const heard: EmbedMessage[] = [];
  let language: Language = 'en';
  const store = {
    definition: { id: 'fine-tuning' } as LabDefinition,
    editor,
    runner,
    lab: { check },
    get problems() {
      return [...editor.problems, ...runner.problems];
    },
    get runnable() {
      return !editor.opening && editor.problems.length === 0;
    },
  };
  const made = new Conversation({ store, say: (message) => void heard.push(message), language: () => language, setLanguage: async (chosen) => void (language = chosen) });
  const types = (): string[] => heard.map(({ type }) => type);
  return { made, lab, clock, editor, runner, heard, types };
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) await Promise.resolve();
};

test('a run is told step by step, then its result', async () => {
  const { made, lab, clock, heard, types } = conversation();
  expect(heard).toEqual([{ type: 'ready', lab: 'fine-tuning', lang: 'en' }]);
  expect(await made.answer({ type: 'run' })).toMatchObject({ type: 'state', state: { result: null, lang: 'en' } });
  lab.last.tell(
    { type: 'metric', run: 0, series: 'loss', step: 1, value: 3 },
    { type: 'progress', run: 0, step: 1, steps: 200, elapsed_seconds: 1, remaining_seconds: 9, step_milliseconds: 5, tokens_per_second: 50 },
  );
  clock.wind(200);
  await settled();
  expect(heard.at(-1)).toEqual({ type: 'progress', run: 0, name: 'full', step: 1, steps: 200, loss: 3 });
  lab.last.finish();
  await settled();
  expect(types().at(-1)).toBe('result');
  expect(types().filter((type) => type === 'result')).toHaveLength(1);
});

test('what is run without a spec is the experiment that the page wrote, once it is read', async () => {
  let migrated!: (spec: Spec) => void;
  const old = specOf({ training: { steps: 3 } }, [{ name: 'old', patch: {} }]);
  const { made, lab } = conversation('#spec={"version":1}', () => new Promise((resolve) => (migrated = resolve)));
  const answer = made.answer({ type: 'run' });
  await settled();
  expect(lab.runs).toHaveLength(0);
  migrated(old);
  expect(await answer).toMatchObject({ type: 'state', state: { spec: old } });
  expect(lab.last.spec).toEqual(old);
});

test.each([
  ['#spec={"version":2,"base":{"training":{"steps":2000}}}', 'Too many steps.'],
  ['#spec={"version":2,"base":{"training":{"step":3}}}', 'It does not have the shape of an experiment'],
  ['#spec={"version":2,"base":{"mesh":null}}', 'It does not have the shape of an experiment'],
  ['#spec={"version":2,', 'The spec breaks off'],
])('nothing else is run instead of %s', async (hash, why) => {
  const { made, lab } = conversation(hash);
  expect(await made.answer({ type: 'run' })).toMatchObject({ type: 'error', problems: [{ message: { en: expect.stringContaining(why) } }] });
  expect(lab.runs).toHaveLength(0);
});

test('nothing is run while files for it cannot be used', async () => {
  const { made, editor, lab } = conversation();
  editor.setFileProblems(editor.scope, 'data.corpus', [problem('bad_file', 'It is empty.', '文件为空。')]);
  expect(await made.answer({ type: 'run' })).toMatchObject({ type: 'error', problems: [{ message: { en: 'It is empty.' } }] });
  expect(lab.runs).toHaveLength(0);
});

test('a spec that is given while the page’s own is read stays', async () => {
  let migrated!: (spec: Spec) => void;
  const { made, editor } = conversation('#spec={"version":1}', () => new Promise((resolve) => (migrated = resolve)));
  await made.answer({ type: 'setSpec', spec: { base: { training: { steps: 7 } } } });
  migrated(defaultSpec);
  await settled();
  expect([editor.opening, editor.spec.base.training.steps]).toEqual([false, 7]);
});

test('while one runs, another is refused', async () => {
  const { made, lab } = conversation();
  await made.answer({ type: 'run' });
  expect(await made.answer({ type: 'run' })).toMatchObject({ type: 'error', problems: [{ code: 'conflict' }] });
  expect(lab.runs).toHaveLength(1);
  await made.answer({ type: 'cancel' });
  expect(lab.last.pressed).toEqual(['cancel']);
});

test('a spec that the engine refuses changes nothing', async () => {
  const { made, editor, lab } = conversation();
  const spec = { base: { training: { steps: 2000 } } };
  for (const type of ['run', 'setSpec'] as const) {
    expect(await made.answer({ type, spec })).toMatchObject({ type: 'error', problems: [{ message: { en: 'Too many steps.' } }] });
  }
  expect([editor.spec, lab.runs.length]).toEqual([defaultSpec, 0]);
});

test.each([[undefined], [null], [[]], ['{}'], [{ base: { training: { steps: 'many' } } }], [{ base: { nothing: 1 } }], [{ runs: 3 }], [{ base: { mesh: null } }], [{ base: null }]])('%j is no spec', async (spec) => {
  const { made } = conversation();
  expect(await made.answer({ type: 'setSpec', spec })).toMatchObject({ type: 'error' });
});

test('a state is given back without being told as news', async () => {
  const first = conversation();
  await first.made.answer({ type: 'run', spec: { base: { training: { steps: 7 } } } });
  first.lab.last.finish();
  await settled();
  const state = structuredClone(first.made.state);
  const second = conversation();
  expect(await second.made.answer({ type: 'setState', state: { ...state, lang: 'zh' } })).toEqual({ type: 'state', state: { ...state, lang: 'zh' } });
  await settled();
  expect(second.types()).toEqual(['ready']);
  expect(second.runner.phase).toBe('finished');
});

const ODD = { version: 2, environment: {}, runs: [], spec: { version: 2, base: { mesh: 3 }, runs: [{ name: 'a', patch: {} }] } };

test.each([[{ version: 2 }], [ODD], [{ ...ODD, spec: { runs: [] } }]])('a state with the result %j is refused as a whole', async (result) => {
  const { made, editor } = conversation();
  const state = { spec: { base: { training: { steps: 7 } } }, result, lang: 'en' };
  expect(await made.answer({ type: 'setState', state } as never)).toMatchObject({ type: 'error', problems: [{ code: 'wrong_type' }] });
  expect(editor.spec).toEqual(defaultSpec);
});

test('what is wrong with the experiment that the page wrote is told', async () => {
  const { heard } = conversation('#spec=***');
  await settled();
  expect(heard[1]).toMatchObject({ type: 'error', problems: [{ code: 'bad_file', message: { en: expect.stringContaining('can be read neither as JSON') } }] });
});

test('after its end nothing is told or done', async () => {
  const { made, runner, types } = conversation();
  made.dispose();
  void runner.start(defaultSpec);
  await settled();
  expect(await made.answer({ type: 'getState' })).toMatchObject({ type: 'error' });
  expect(types()).toEqual(['ready']);
});
