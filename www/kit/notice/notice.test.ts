// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest';
import { Notice, type RevealEvent } from './notice';

async function mount(over: Partial<Notice>): Promise<{ notice: Notice; told: string[] }> {
  const notice = Object.assign(new Notice(), { labelOf: (path: string) => ({ 'training.steps': 'Steps', 'training.batch_size': 'Batch' })[path], ...over });
  const told: string[] = [];
  notice.addEventListener('reveal', ({ path, run }: RevealEvent) => told.push(`reveal ${path} ${run}`));
  notice.addEventListener('dismiss', () => told.push('dismiss'));
  document.body.append(notice);
  await notice.updateComplete;
  return { notice, told };
}

const words = (element: Element): string => element.textContent!.replace(/\s+/g, ' ').trim();
const press = (notice: Notice, name: string): void => [...notice.renderRoot.querySelectorAll('button')].find((button) => words(button) === name)!.click();

afterEach(() => document.body.replaceChildren());

test('a message is said once with its runs, and leads to its field and to those that it names', async () => {
  const message = 'Too long for {training.batch_size}; <b>{x}</b>.';
  const { notice, told } = await mount({ items: [{ message, field: 'training.steps', run: 'full' }, { message, field: 'training.steps', run: 'lora' }] });
  expect([...notice.renderRoot.querySelectorAll('li')].map(words)).toEqual(['Steps in full and lora Too long for Batch; <b>{x}</b>.']);
  press(notice, 'Steps in full and lora');
  press(notice, 'Batch');
  expect(told).toEqual(['reveal training.steps full', 'reveal training.batch_size full']);
});

test('problems interrupt, hints do not', async () => {
  const { notice } = await mount({ items: [{ message: 'm' }] });
  expect(notice.renderRoot.querySelector('[role=alert]')).not.toBeNull();
  notice.tone = 'hint';
  await notice.updateComplete;
  expect(notice.renderRoot.querySelector('[role=alert]')).toBeNull();
  expect(words(notice.renderRoot.querySelector('[role=status]')!)).toBe('m');
});

test('there are ways out, and a way to put it away', async () => {
  const taken: string[] = [];
  const { notice, told } = await mount({ actions: [{ label: 'Mend it', primary: true, take: () => taken.push('mended') }], dismissible: true });
  press(notice, 'Mend it');
  press(notice, 'Dismiss');
  expect([taken, told]).toEqual([['mended'], ['dismiss']]);
});
