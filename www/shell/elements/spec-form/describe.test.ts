import { expect, test } from 'vitest';
import { defaultSpec } from '../../../engine/spec/defaults';
import { FIELDS } from '../../../engine/spec/schema';
import { MemoryAddress } from '../../address/browser-address';
import type { LabStore } from '../../store/lab-store';
import { SpecEditor } from '../../store/spec-editor';
import { WoundClock } from '../../testing/clock';
import { loadWords } from '../../text/words';
import { describeFields } from './describe';

function storeOf(): Pick<LabStore, 'editor' | 'runProblems' | 'ownAsset' | 'files'> {
  const editor = new SpecEditor({
    lab: 'fine-tuning',
    initial: () => defaultSpec,
    hadVersion1: false,
    address: new MemoryAddress(''),
    clock: new WoundClock(),
    checker: { check: async () => [], migrate: async () => defaultSpec, preload: async () => undefined, fit: async () => ({ problems: [], limits: [] }) },
    names: { newRun: String, copyOf: String, fork: String, ofMethod: String },
  });
  return { editor, runProblems: [], ownAsset: () => undefined, files: { at: () => null } as unknown as LabStore['files'] };
}

const EMPTY = { name: '', question: '', lead: '', presets: {}, own: null };
const wordsIn = (language: 'en' | 'zh') => loadWords(language, { en: async () => EMPTY, zh: async () => EMPTY });

test.each([['en', 'None'], ['zh', '无']] as const)('a source that a field may do without can be taken away again, in %s', async (language, none) => {
  const store = storeOf() as LabStore;
  const described = async (path: string) => describeFields(store, await wordsIn(language), [path])[0]!;
  store.editor.setValue('evaluation.base_corpus', 'tang-poems', -1);
  expect(await described('evaluation.base_corpus')).toMatchObject({ kind: 'source', value: 'tang-poems' });
  expect((await described('evaluation.base_corpus')).options![0]).toEqual({ value: '', label: none });
  expect((await described('data.corpus')).options!.map(({ value }) => value)).not.toContain('');
});

test('a rate that is searched for is not asked for, and the rates to try only where there is a search', () => {
  const { editor } = storeOf();
  const applied = (candidates: number): string[] => {
    editor.setValue('training.search.candidates', candidates, -1);
    return ['learning_rate', 'search.lowest', 'search.highest', 'search.steps'].filter((field) => editor.applies(FIELDS.get(`training.${field}`)!));
  };
  expect(applied(0)).toEqual(['learning_rate']);
  expect(applied(1)).toEqual(['search.lowest', 'search.highest']);
  expect(applied(5)).toEqual(['search.lowest', 'search.highest', 'search.steps']);
});

test('of a field that does not matter nothing decides, and one in which something is wrong is shown all the same', async () => {
  const store = storeOf() as LabStore;
  const { editor } = store;
  const shown = async (path: string) => describeFields(store, await wordsIn('en'), [path]).length === 1;
  editor.select(1);
  editor.setValue('fine_tuning.prompt.reparametrised', true);
  editor.setValue('fine_tuning.method', 'prefix_tuning');
  expect([await shown('fine_tuning.prompt.init_std'), await shown('fine_tuning.prompt.hidden')]).toEqual([false, true]);
  // Prompt tuning has no network.
  editor.setValue('fine_tuning.method', 'prompt_tuning');
  expect([await shown('fine_tuning.prompt.init_std'), await shown('fine_tuning.prompt.hidden')]).toEqual([true, false]);
  const message = { en: 'It is -1.', zh: '它是 -1。' };
  const wrong = { code: 'out_of_range', run: editor.spec.runs[1]!.name, field: 'fine_tuning.prompt.hidden', value: '-1', message } as const;
  const told = { ...store, runProblems: [wrong] } as unknown as LabStore;
  expect(describeFields(told, await wordsIn('en'), ['fine_tuning.prompt.hidden'])).toMatchObject([{ problems: ['It is -1.'] }]);
});

test('a model is named in a message as it is in the form', async () => {
  const message = { en: 'The model {model.base=shakespeare-plays} reads 256 tokens.', zh: '模型 {model.base=tang-poems} 读 256 个词元。' };
  expect((await wordsIn('en')).message(message)).toBe('The model Shakespeare, plays reads 256 tokens.');
  expect((await wordsIn('zh')).message(message)).not.toContain('{');
});

test('what is wrong with an item of a list is said in the form’s words, at the list', async () => {
  const words = await wordsIn('en');
  const path = 'fine_tuning.lora.target_modules';
  const said = { en: `{${path}.1} is "q", but it must be one of {${path}.1=q_proj}.`, zh: '' };
  expect(words.message(said)).toBe(`${words.field(path)!.label} (2) is "q", but it must be one of ${words.option(path, 'q_proj')}.`);
  const store = storeOf() as LabStore;
  store.editor.select(1);
  const wrong = { code: 'not_allowed', run: store.editor.spec.runs[1]!.name, field: `${path}.1`, value: '"q"', message: said } as const;
  expect(describeFields({ ...store, runProblems: [wrong] } as unknown as LabStore, words, [path])[0]!.problems).toHaveLength(1);
});
