import { expect, test } from 'vitest';
import { problem } from '../engine/error';
import { defaultSpec } from '../engine/spec/defaults';
import { MemoryAddress } from '../shell/address/browser-address';
import type { LabDefinition } from '../shell/lab-definition';
import { Runner } from '../shell/store/runner';
import { SpecEditor } from '../shell/store/spec-editor';
import { WoundClock } from '../shell/testing/clock';
import { FakeLab } from '../shell/testing/fake-lab';
import type { Language } from '../shell/text/language';
import type { Problem } from '../types/generated/Problem';
import type { Spec } from '../types/generated/Spec';
import { Conversation } from './conversation';
import type { EmbedMessage } from './protocol';

/** A conversation with a lab whose engine finds `wrong` with specs that have that many steps. */
function conversation(hash = '') {
  const lab = new FakeLab();
  const clock = new WoundClock();
  const wrong = problem('out_of_range', 'Too many steps.', '步数过多。');
  const check = async (spec: unknown): Promise<Problem[]> => ((spec as Spec).base.training.steps > 1000 ? [wrong] : []);
  const editor = new SpecEditor({
    lab: 'fine-tuning',
    initial: defaultSpec,
    hadVersion1: true,
    address: new MemoryAddress(hash),
    clock,
    checker: { check, migrate: async () => defaultSpec, preload: async () => undefined },
    names: { newRun: String, copyOf: String, fork: String },
  });
  editor.start();
  const runner = new Runner({ lab, clock, keeper: { begin: async () => null } });
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

test.each([[undefined], [null], [[]], ['{}'], [{ base: { training: { steps: 'many' } } }], [{ base: { nothing: 1 } }], [{ runs: 3 }]])('%j is no spec', async (spec) => {
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

test('a state with a result that is none is refused as a whole', async () => {
  const { made, editor } = conversation();
  const state = { spec: { base: { training: { steps: 7 } } }, result: { version: 2 }, lang: 'en' };
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
