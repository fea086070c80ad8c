// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest';
import { DropZone, type GivenEvent } from './drop-zone';

afterEach(() => document.body.replaceChildren());

async function mount(over: Partial<DropZone> = {}): Promise<{ zone: DropZone; told: string[] }> {
  const zone = Object.assign(new DropZone(), { label: 'Adapters', ...over });
  const told: string[] = [];
  zone.addEventListener('given', ({ given }: GivenEvent) => told.push(`${given.from}: ${[...(given.from === 'drop' ? given.transfer.files : given.files)].map(({ name }) => name).join(', ')}`));
  zone.addEventListener('stop', () => told.push('stop'));
  document.body.append(zone);
  await zone.updateComplete;
  return { zone, told };
}

const find = <T extends HTMLElement>(zone: DropZone, selector: string): T => zone.renderRoot.querySelector<T>(selector)!;

/** An event of a drag with something in it. */
function drag(type: string, types: string[], files: File[] = []): Event {
  return Object.assign(new Event(type, { bubbles: true, cancelable: true }), { dataTransfer: { types, files } });
}

test('files that are dropped are told, and what is no file is left to the page', async () => {
  const { zone, told } = await mount();
  const area = find(zone, '.zone');
  area.dispatchEvent(drag('dragover', ['Files']));
  await zone.updateComplete;
  expect(area.hasAttribute('data-over')).toBe(true);
  area.dispatchEvent(drag('drop', ['Files'], [new File(['x'], 'a.json')]));
  await zone.updateComplete;
  expect([told, area.hasAttribute('data-over')]).toEqual([['drop: a.json'], false]);
  const text = drag('drop', ['text/plain']);
  area.dispatchEvent(text);
  expect([text.defaultPrevented, told.length]).toEqual([false, 1]);
});

test('files that are chosen are told, and the same can be chosen again', async () => {
  const { zone, told } = await mount({ folders: true });
  const input = find<HTMLInputElement>(zone, '#files');
  for (let times = 0; times < 2; times++) {
    Object.defineProperty(input, 'files', { value: [new File(['x'], 'a.json')], configurable: true });
    input.dispatchEvent(new Event('change'));
  }
  expect(told).toEqual(['chooser: a.json', 'chooser: a.json']);
  expect(find(zone, '#folder')).not.toBeNull();
});

test('what is being read is shown, and can be stopped', async () => {
  const { zone, told } = await mount({ taking: { name: 'weights', done: 1, total: 4 } });
  expect([find<HTMLProgressElement>(zone, 'progress').getAttribute('value'), find(zone, '.taking').textContent]).toEqual(['0.25', expect.stringContaining('Reading weights')]);
  find(zone, '.taking button').click();
  expect(told).toEqual(['stop']);
});
