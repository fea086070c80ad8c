// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { FieldEvent, type TypedEvent } from './events';
import { Field } from './field';
import type { FieldDescription } from './description';
import { description, inputOf, leave, problemsOf, type } from './testing';
import type { FileOffer } from './taking-files';

async function mount(over: Partial<FieldDescription> = {}): Promise<{ field: Field; told: string[] }> {
  const field = new Field();
  field.field = description(over);
  const told: string[] = [];
  for (const kind of ['input', 'change']) {
    field.addEventListener(kind, (event) => event instanceof FieldEvent && told.push(`${event.type} ${String(event.value)}`));
  }
  document.body.append(field);
  await field.updateComplete;
  return { field, told };
}

afterEach(() => document.body.replaceChildren());

test('a number is told while it is typed, and once it is settled', async () => {
  const { field, told } = await mount();
  type(field, '20,000');
  expect(told.at(-1)).toBe('input 20000');
  expect(told.filter((each) => each.startsWith('change'))).toEqual([]);
  leave(field);
  expect(told.at(-1)).toBe('change 20000');
  await field.updateComplete;
  expect(inputOf(field).value).toBe('20000');
});

test('what is fixed can be seen, and not changed', async () => {
  const options = [{ value: 'a', label: 'A' }, { value: 'b', label: 'B' }];
  const all: Partial<FieldDescription>[] = [{}, { kind: 'text', value: 'x' }, { kind: 'choice', value: 'a', options }, { kind: 'chips', value: ['a'], options }, { kind: 'toggle', value: true }, { kind: 'source', value: 'a', options }];
  for (const over of all) {
    const { field } = await mount({ ...over, fixed: true });
    const controls = [...field.renderRoot.querySelectorAll('input, select, button')];
    expect(controls.length, over.kind).toBeGreaterThan(0);
    for (const control of controls) expect(control.closest('fieldset')?.disabled, over.kind).toBe(true);
  }
});

test('what is no number is kept and refused, before and after the field is left', async () => {
  const { field, told } = await mount();
  const refusals: unknown[] = [];
  field.addEventListener('typed', (event: TypedEvent) => refusals.push(event.refusal?.reading));
  type(field, 'abc');
  await field.updateComplete;
  expect(problemsOf(field)).toEqual(['“abc” is not a number.']);
  leave(field);
  await field.updateComplete;
  expect(inputOf(field).value).toBe('abc');
  expect(field.refusal).toMatchObject({ path: 'training.steps', typed: 'abc', reading: { refused: 'not_a_number' } });
  expect(refusals.at(-1)).toEqual({ refused: 'not_a_number' });
  expect(told).toEqual([]);
});

test('what may still become a number is refused at once and complained of when the field is left', async () => {
  const { field } = await mount({ schema: { type: 'number' } });
  type(field, '1e');
  await field.updateComplete;
  expect(field.refusal).not.toBeNull();
  expect(problemsOf(field)).toEqual([]);
  leave(field);
  await field.updateComplete;
  expect(problemsOf(field)).toEqual(['“1e” is not a number.']);
});

test('a page that answers with what was typed does not change it; another value does', async () => {
  const { field } = await mount({ schema: { type: 'number' } });
  type(field, '0.50');
  for (const value of [0, 0.5]) {
    field.field = description({ schema: { type: 'number' }, value });
    await field.updateComplete;
    expect(inputOf(field).value).toBe('0.50');
  }
  field.field = description({ schema: { type: 'number' }, value: 7 });
  await field.updateComplete;
  expect(inputOf(field).value).toBe('7');
});

test('what was refused gives way to a value that is written elsewhere', async () => {
  const { field } = await mount();
  type(field, 'abc');
  field.field = description({ value: 50 });
  await field.updateComplete;
  expect(inputOf(field).value).toBe('50');
  expect(field.refusal).toBeNull();
});

test('a held arrow key tells each value, and settles once', async () => {
  const { field, told } = await mount();
  const key = (kind: string): boolean => inputOf(field).dispatchEvent(new KeyboardEvent(kind, { key: 'ArrowUp', bubbles: true, cancelable: true }));
  for (let i = 0; i < 3; i++) key('keydown');
  key('keyup');
  expect(told).toEqual(['input 210', 'input 220', 'input 230', 'change 230']);
  leave(field);
  expect(told).toHaveLength(4);
});

test('an arrow key leaves what is no number as it is, and stops at the end of the range', async () => {
  const { field, told } = await mount({ value: 99995 });
  const up = (): boolean => inputOf(field).dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp' }));
  up();
  expect(told).toEqual(['input 100000']);
  type(field, 'many');
  up();
  await field.updateComplete;
  expect(inputOf(field).value).toBe('many');
});

test('every problem is shown, and each once', async () => {
  const { field } = await mount({ problems: ['too large', 'does not divide', 'too large'] });
  expect(problemsOf(field)).toEqual(['too large', 'does not divide']);
});

test('several chips pressed before the page answers all count', async () => {
  const { field, told } = await mount({ kind: 'chips', value: ['q'], options: ['q', 'k', 'v'].map((value) => ({ value, label: value })) });
  const [, k, v] = field.renderRoot.querySelectorAll('button');
  k!.click();
  await field.updateComplete;
  v!.click();
  expect(told.at(-1)).toBe('change q,k,v');
});

async function source(files: Partial<FileOffer>) {
  const offer = { take: () => undefined, taking: null, stop: () => undefined, ...files };
  const mounted = await mount({ kind: 'source', value: 'a', options: [{ value: 'a', label: 'A' }], files: offer });
  return { ...mounted, given: { from: 'chooser' as const, files: [new File(['x'], 'x.txt')] } };
}

test('files are handed over as they are given, at once', async () => {
  const take = vi.fn<FileOffer['take']>();
  const { field, given } = await source({ take, hint: 'A text.' });
  expect(field.renderRoot.querySelector('.own')!.textContent).toBe('A text.');
  field.give(given);
  expect(take).toHaveBeenCalledWith(given);
});

test('how far the reading of files is is shown, and it can be ended', async () => {
  const stop = vi.fn<FileOffer['stop']>();
  const { field } = await source({ taking: { name: 'x.txt', done: 30, total: 120 }, stop });
  expect(field.renderRoot.querySelector('progress')!.getAttribute('value')).toBe('0.25');
  expect(field.renderRoot.querySelector('.taking')!.textContent).toContain('Reading x.txt');
  field.renderRoot.querySelector<HTMLElement>('.taking button')!.click();
  expect(stop).toHaveBeenCalledTimes(1);
});
