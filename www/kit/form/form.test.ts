// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest';
import type { FormGroup } from './description';
import type { ValidityEvent } from './events';
import type { Field } from './field';
import { Form } from './form';
import { description, inputOf, leave, type } from './testing';

const GROUPS: FormGroup[] = [
  { path: 'model', label: 'Model', fields: [description({ path: 'model.width', label: 'Width' })] },
  {
    path: 'training',
    label: 'Training',
    fields: [
      description(),
      description({ path: 'training.epsilon', label: 'Epsilon', help: 'Of AdamW.', advanced: true }),
      description({ path: 'training.schedule', label: 'Schedule', help: '', kind: 'choice', value: 'cosine', options: [{ value: 'cosine', label: 'Kosinus' }] }),
    ],
  },
];

async function mount(over: Partial<Form> = {}): Promise<{ form: Form; told: string[][] }> {
  const form = Object.assign(new Form(), { groups: GROUPS, ...over });
  const told: string[][] = [];
  form.addEventListener('validity', (event: ValidityEvent) => told.push(event.refusals.map(({ scope, path, typed }) => `${scope} ${path} ${typed}`)));
  document.body.append(form);
  await form.updateComplete;
  return { form, told };
}

const fieldsOf = (form: Form): string[] => [...form.renderRoot.querySelectorAll('tinyai-field')].map(({ id }) => id);
const fieldOf = (form: Form, path: string): Field => [...form.renderRoot.querySelectorAll('tinyai-field')].find(({ id }) => id === path)!;

async function typeInto(form: Form, path: string, text: string): Promise<void> {
  const field = fieldOf(form, path);
  await field.updateComplete;
  type(field, text);
  leave(field);
  await form.updateComplete;
}

afterEach(() => document.body.replaceChildren());

test('it shows the groups it is given, or some in another order, without fields that are drawn elsewhere', async () => {
  const { form } = await mount();
  expect(fieldsOf(form)).toEqual(['model.width', 'training.steps', 'training.schedule', 'training.epsilon']);
  form.only = ['training', 'model', 'nothing'];
  form.omit = ['training.steps'];
  await form.updateComplete;
  expect(fieldsOf(form)).toEqual(['training.schedule', 'training.epsilon', 'model.width']);
});

test('it tells what cannot be used, and when all can be again', async () => {
  const { form, told } = await mount();
  await typeInto(form, 'training.steps', 'abc');
  expect(form.valid).toBe(false);
  await typeInto(form, 'model.width', 'x');
  await typeInto(form, 'training.steps', '30');
  await typeInto(form, 'model.width', '8');
  expect(told.at(-3)).toEqual([' training.steps abc', ' model.width x']);
  expect(told.at(-2)).toEqual([' model.width x']);
  expect(told.at(-1)).toEqual([]);
  expect(form.valid).toBe(true);
});

test('what is refused in one scope stays there while another is shown, and goes with it', async () => {
  const { form, told } = await mount({ scope: 'one', scopes: ['one', 'two'] });
  await typeInto(form, 'training.steps', 'abc');
  form.scope = 'two';
  await form.updateComplete;
  await fieldOf(form, 'training.steps').updateComplete;
  expect(inputOf(fieldOf(form, 'training.steps')).value).toBe('200');
  expect(form.refusals).toHaveLength(1);
  form.scope = 'one';
  await form.updateComplete;
  await fieldOf(form, 'training.steps').updateComplete;
  expect(inputOf(fieldOf(form, 'training.steps')).value).toBe('abc');
  form.scope = 'two';
  form.scopes = ['two'];
  await form.updateComplete;
  expect(told.at(-1)).toEqual([]);
});

test('what is refused in a field that is no longer shown is not in the way', async () => {
  const { form, told } = await mount();
  await typeInto(form, 'model.width', 'x');
  form.groups = GROUPS.slice(1);
  await form.updateComplete;
  expect(told.at(-1)).toEqual([]);
});

test('all that was refused can be discarded', async () => {
  const { form, told } = await mount();
  await typeInto(form, 'training.steps', 'abc');
  form.discard();
  await form.updateComplete;
  await fieldOf(form, 'training.steps').updateComplete;
  expect(inputOf(fieldOf(form, 'training.steps')).value).toBe('200');
  expect(told.at(-1)).toEqual([]);
});

test('a query finds fields by label, help, path, option and group, whatever their case and width', async () => {
  const { form } = await mount({ searchable: true });
  const search = form.renderRoot.querySelector<HTMLInputElement>('.search')!;
  const find = async (query: string): Promise<string[]> => {
    search.value = query;
    search.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    await form.updateComplete;
    return fieldsOf(form);
  };
  expect(await find('ＷＩＤＴＨ')).toEqual(['model.width']);
  expect(await find('kosinus')).toEqual(['training.schedule']);
  expect(await find('training steps')).toEqual(['training.steps']);
  expect(await find('epsilon')).toEqual(['training.epsilon']);
  expect(form.renderRoot.querySelector('details.advanced')!.hasAttribute('open')).toBe(true);
  expect(await find('zebra')).toEqual([]);
  expect(form.renderRoot.querySelector('.none')!.textContent).toContain('zebra');
  expect(await find('')).toHaveLength(4);
});

test('a search leaves what is typed and refused where it is', async () => {
  const { form } = await mount({ searchable: true });
  await typeInto(form, 'training.steps', 'abc');
  const search = form.renderRoot.querySelector<HTMLInputElement>('.search')!;
  for (const query of ['width', '']) {
    search.value = query;
    search.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    await form.updateComplete;
    expect(form.valid).toBe(false);
  }
  await fieldOf(form, 'training.steps').updateComplete;
  expect(inputOf(fieldOf(form, 'training.steps')).value).toBe('abc');
});

test('a folded group and an advanced field are opened to show a field', async () => {
  const { form } = await mount({ foldable: true });
  const group = form.renderRoot.querySelectorAll<HTMLDetailsElement>('details.group')[1]!;
  expect(group.hasAttribute('open')).toBe(true);
  expect(await form.reveal('training.epsilon')).toBe(true);
  expect(group.querySelector('details.advanced')!.hasAttribute('open')).toBe(true);
  expect(await form.reveal('training.nothing')).toBe(false);
});

test('what was left in a field that is not shown any more stands in nobody’s way, in another scope either', async () => {
  const { form } = await mount({ scope: 'a', scopes: ['a', 'b'] });
  await typeInto(form, 'model.width', 'abc');
  expect(form.valid).toBe(false);
  form.groups = GROUPS.slice(1);
  await form.updateComplete;
  expect(form.valid).toBe(true);
  form.scope = 'b';
  form.groups = GROUPS;
  await form.updateComplete;
  expect(form.valid).toBe(true);
  // It is there again with its field.
  form.scope = 'a';
  await form.updateComplete;
  expect(form.refusals.map(({ typed }) => typed)).toEqual(['abc']);
  form.scope = 'b';
  await form.updateComplete;
  expect(form.valid).toBe(false);
});
