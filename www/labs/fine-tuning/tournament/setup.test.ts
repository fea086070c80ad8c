import { expect, test, vi } from 'vitest';
import { problem, TinyaiError } from '../../../engine/error';
import { resolve } from '../../../engine/spec/patch';
import { FIELDS } from '../../../engine/spec/schema';
import type { Spec } from '../../../types/generated/Spec';
import { choicesOf, isTournament, meets, mostMethods, nameIn, RULES, sizeOf, specOfChoices, teamsOf } from './choices';
import { contestant, CONTESTANTS, FIRST } from './methods';
import { SEARCH, tournamentSpec } from './preset';
import { Setup, type SetupOptions } from './setup';

const SPEC = tournamentSpec('en');
const methodsOf = (spec: Spec): (string | undefined)[] => spec.runs.map((_, run) => contestant(resolve(spec, run))?.id);

test('a tournament begins with at least eight methods, each searching its own rate, and measures what the base forgets', () => {
  expect(FIRST.length).toBeGreaterThanOrEqual(8);
  for (const method of ['full', 'lora', 'qlora', 'dora', 'adapter', 'ia3', 'bitfit', 'prefix_tuning', 'last_layers']) expect(methodsOf(SPEC)).toContain(method);
  const searches = SPEC.runs.map((_, run) => resolve(SPEC, run).training.search);
  expect(searches.map(({ candidates, steps }) => ({ candidates, steps }))).toEqual(SPEC.runs.map(() => ({ candidates: SEARCH.candidates, steps: SEARCH.steps })));
  expect(SPEC.base.evaluation).toMatchObject({ base_corpus: 'shakespeare-plays' });
  expect(tournamentSpec('zh').base.evaluation).toMatchObject({ base_corpus: 'tang-poems' });
  const mine = SPEC.runs.map((run, i) => (i === 2 ? { ...run, name: 'mine' } : run));
  expect([isTournament(SPEC), isTournament({ ...SPEC, runs: SPEC.runs.slice(0, 2) }), isTournament({ ...SPEC, runs: mine })]).toEqual([true, false, false]);
  expect(isTournament(specOfChoices({ methods: FIRST.slice(0, 3), rule: 'time', seeds: 2 }, tournamentSpec('zh'), 'zh'))).toBe(true);
});

test.each(RULES.filter((rule) => rule === 'steps' || rule === 'time'))('what was chosen can be read from the experiment, with equal %s', (rule) => {
  for (const seeds of [1, 3]) {
    const choices = { methods: FIRST.slice(0, mostMethods(seeds)), rule, seeds };
    const spec = specOfChoices(choices, SPEC, 'en');
    expect(choicesOf(spec)).toEqual(choices);
    expect(spec.runs).toHaveLength(choices.methods.length * seeds);
    expect(new Set(spec.runs.map(({ name }) => name)).size).toBe(spec.runs.length);
    expect(spec.base.training.seconds > 0).toBe(rule === 'time');
  }
});

test('of several seeds the first of all methods come first, and those of one method are a team', () => {
  const spec = specOfChoices({ methods: ['lora', 'full'], rule: 'steps', seeds: 3 }, SPEC, 'en');
  expect(spec.runs.map(({ name }) => name)).toEqual(['Full', 'LoRA', 'Full · 43', 'LoRA · 43', 'Full · 44', 'LoRA · 44']);
  expect(spec.runs.map((_, run) => resolve(spec, run).training.seed)).toEqual([42, 42, 43, 43, 44, 44]);
  expect(teamsOf(spec)).toEqual([[0, 2, 4], [1, 3, 5]]);
  expect(teamsOf(SPEC)).toEqual(SPEC.runs.map((_, run) => [run]));
});

test('each method tries rates that suit its kind, in proportion to those that are written', () => {
  const tried = (spec: Spec, id: string): number[] => {
    const { lowest, highest } = resolve(spec, methodsOf(spec).indexOf(id)).training.search;
    return [lowest, highest];
  };
  expect(['lora', 'full', 'ia3'].map((id) => tried(SPEC, id))).toEqual([[0.001, 0.03], [0.0001, 0.003], [0.01, 0.3]]);
  // No rate is above what a run may have.
  expect(tried(SPEC, 'prefix_tuning')).toEqual([0.03, 0.9]);
  const higher = { ...SPEC, base: { ...SPEC.base, training: { ...SPEC.base.training, search: { ...SEARCH, highest: 0.07 } } } };
  const choices = { methods: FIRST.slice(0, mostMethods(3)), rule: 'steps', seeds: 3 } as const;
  const wide = specOfChoices(choices, higher, 'en');
  expect([tried(wide, 'full'), tried(wide, 'lora')]).toEqual([[0.0001, 0.007], [0.001, 0.07]]);
  expect(specOfChoices({ ...choices, methods: ['prefix_tuning'] }, higher, 'en').runs.map(({ patch }) => patch['training'])).toEqual([
    { search: { lowest: 0.03, highest: 1 } },
    { search: { lowest: 0.03, highest: 1 }, seed: 43 },
    { search: { lowest: 0.03, highest: 1 }, seed: 44 },
  ]);
  // Without a search all have one rate, and nothing of it is changed.
  const single = { ...SPEC, base: { ...SPEC.base, training: { ...SPEC.base.training, search: { ...SEARCH, candidates: 0 } } } };
  expect(specOfChoices(choicesOf(SPEC), single, 'en').runs.some(({ patch }) => 'training' in patch)).toBe(false);
});

test('names follow the language, and those that somebody gave stay', () => {
  expect(['Last layers', 'Adapter · 43', 'LoRA', 'my own', 'Adapter · two'].map(nameIn('zh'))).toEqual(['最后几层', '适配器 · 43', 'LoRA', 'my own', 'Adapter · two']);
  expect(nameIn('en')('适配器 · 43')).toBe('Adapter · 43');
});

test('every method that the engine has is there, with the size that its form calls so', () => {
  expect([...new Set(CONTESTANTS.map(({ method }) => method))].sort()).toEqual([...FIELDS.get('fine_tuning.method')!.options].sort());
  for (const path of CONTESTANTS.flatMap(({ sizes }) => sizes)) expect(FIELDS.get(path)?.kind, path).toBe('number');
  for (const { name } of CONTESTANTS) expect([name.en, name.zh]).not.toContain('');
  expect(sizeOf(SPEC, methodsOf(SPEC).indexOf('lora'))).toEqual({ path: 'fine_tuning.lora.rank', value: 8 });
  expect(sizeOf(SPEC, 0)).toBe(null);
});

const REFUSED = problem('conflict', 'It cannot.', '不行。');

test('LoRA on a base in NF4 is a method of its own, and one that is kept otherwise is none of them', () => {
  const spec = specOfChoices({ methods: ['lora', 'qlora'], rule: 'steps', seeds: 1 }, SPEC, 'en');
  expect(spec.runs).toEqual([
    { name: 'LoRA', patch: { fine_tuning: { method: 'lora' } } },
    { name: 'QLoRA', patch: { fine_tuning: { method: 'lora', quantization: 'nf4' } } },
  ]);
  expect(teamsOf(spec)).toEqual([[0], [1]]);
  const int8 = { name: 'LoRA', patch: { fine_tuning: { method: 'lora', quantization: 'int8' } } };
  const three = { ...spec, runs: [...spec.runs, int8] };
  expect([choicesOf(three).methods, meets(three), isTournament(three)]).toEqual([['lora', 'qlora'], true, false]);
  // A base in NF4 would make all of them so.
  const all = { ...SPEC, base: { ...SPEC.base, fine_tuning: { ...SPEC.base.fine_tuning, quantization: 'nf4' as const } } };
  expect(specOfChoices(choicesOf(SPEC), all, 'en')).toEqual(SPEC);
});

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

function setUp(equalise: SetupOptions['equalise'] = () => Promise.reject(new TinyaiError([REFUSED])), fits: SetupOptions['fits'] = () => Promise.resolve(true)) {
  const editor = { spec: SPEC, write: (spec: Spec) => void (editor.spec = spec) };
  const store = { waiting: null as string | null };
  const setup = new Setup({ editor, store, equalise, fits });
  return { editor, store, setup };
}

test('a run that got all the virtual tokens that there is room for is told, and one that did not is not', async () => {
  const tokens = (spec: Spec, i: number): number => resolve(spec, i).fine_tuning.prompt.virtual_tokens;
  const fitted = (many: number) => async (spec: Spec) => ({ ...spec, runs: spec.runs.map((run) => (run.name === 'Prefix tuning' ? { ...run, patch: { ...run.patch, fine_tuning: { method: 'prefix_tuning', prompt: { virtual_tokens: many } } } } : run)) }) as Spec;
  const fits: SetupOptions['fits'] = (spec) => Promise.resolve(tokens(spec, 0) <= 192);
  for (const [many, full] of [[192, ['Prefix tuning']], [100, []], [8, []]] as const) {
    const { setup } = setUp(fitted(many), fits);
    await setup.choose({ rule: 'parameters' }, 'en', 'wait');
    expect([...setup.full], String(many)).toEqual(full);
  }
});

test('what is made equal is written once the engine has found it, and nothing runs before', async () => {
  let found!: (spec: Spec) => void;
  const asked = vi.fn(() => new Promise<Spec>((resolve) => (found = resolve)));
  const { editor, store, setup } = setUp(asked);
  void setup.choose({ rule: 'parameters' }, 'en', 'wait');
  expect([store.waiting, setup.choices.rule]).toEqual(['wait', 'parameters']);
  const fitted = { ...editor.spec, runs: editor.spec.runs.map((run) => (run.name === 'LoRA' ? { ...run, patch: { fine_tuning: { method: 'lora', lora: { rank: 5 } } } } : run)) };
  found(fitted);
  await settled();
  expect([store.waiting, editor.spec, setup.choices.rule, setup.unequal]).toEqual([null, fitted, 'parameters', null]);
  expect(choicesOf(fitted).rule).toBe('parameters');
  // The sizes that were found are not those that the next choice begins from.
  void setup.choose({ methods: ['lora', 'dora'] }, 'en', 'wait');
  expect(asked).toHaveBeenLastCalledWith(expect.objectContaining({ runs: [{ name: 'LoRA', patch: { fine_tuning: { method: 'lora' } } }, { name: 'DoRA', patch: { fine_tuning: { method: 'dora' } } }] }), 'parameters', expect.anything());
});

test('what was asked for before something else was chosen is not written', async () => {
  const answers: ((spec: Spec) => void)[] = [];
  const { editor, store, setup } = setUp(() => new Promise((resolve) => void answers.push(resolve)));
  void setup.choose({ rule: 'memory' }, 'en', 'wait');
  await setup.choose({ rule: 'steps' }, 'en', 'wait');
  answers[0]!({ ...editor.spec, runs: [] });
  await settled();
  expect([editor.spec.runs.length, store.waiting, setup.choices.rule]).toEqual([SPEC.runs.length, null, 'steps']);
});

test('why runs could not be made equal is told, until something else is chosen', async () => {
  const { editor, store, setup } = setUp();
  await setup.choose({ rule: 'memory' }, 'en', 'wait');
  expect([setup.unequal, store.waiting, setup.choices.rule]).toEqual([[REFUSED], null, 'memory']);
  await setup.choose({ rule: 'time' }, 'en', 'wait');
  expect([setup.unequal, editor.spec.base.training.seconds]).toEqual([null, 10]);
});

test('sizes are shared, and there is room for no more runs than an experiment may have', async () => {
  const { editor, setup } = setUp();
  await setup.setShared('fine_tuning.lora.rank', 3, 'en', '');
  expect(sizeOf(editor.spec, methodsOf(editor.spec).indexOf('dora'))?.value).toBe(3);
  await setup.choose({ methods: FIRST.slice(0, mostMethods(3)) }, 'en', '');
  expect([setup.canSeed(3), setup.canAdd()]).toEqual([true, true]);
  await setup.choose({ seeds: 3 }, 'en', '');
  expect(setup.canAdd()).toBe(false);
  await setup.choose({ seeds: 1, methods: FIRST.slice(0, mostMethods(3) + 1) }, 'en', '');
  expect(setup.canSeed(3)).toBe(false);
});
