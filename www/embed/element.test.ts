// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TinyaiError, problem } from '../engine/error';
import { labElement } from './element';
import type { Mounted, Mounting } from './mounting';
import type { EmbedMessage, EmbedRequest, EmbedState } from './protocol';

type LabElement = HTMLElement & { send(request: EmbedRequest): Promise<EmbedMessage> };

const state = { spec: {}, result: null, lang: 'en' } as EmbedState;
/** Whether what could not be loaded can be by now. */
let there = false;
const mounts: (Mounting & { dressed: string[]; disposed: boolean })[] = [];

vi.mock('./mounting', () => ({
  mountLab: async (given: Mounting) => {
    if (given.written.lab === 'none' && !there) throw new TinyaiError([problem('not_found', 'There is no lab "none".', '没有名为 "none" 的实验。')]);
    const made = { ...given, dressed: [] as string[], disposed: false };
    mounts.push(made);
    return {
      mount: document.createElement('div') as unknown as Mounted['mount'],
      problems: [],
      answer: () => Promise.resolve({ message: { type: 'state', state }, id: null }),
      state: () => state,
      dress: ({ lang }) => void made.dressed.push(lang ?? ''),
      dispose: () => void (made.disposed = true),
    } satisfies Mounted;
  },
}));

/** Brings elements near what is seen. */
const near: (() => void)[] = [];

class Observer {
  constructor(private readonly heard: (entries: { isIntersecting: boolean }[]) => void) {}
  observe(): void {
    near.push(() => this.heard([{ isIntersecting: true }]));
  }
  disconnect(): void {}
}

customElements.define('tinyai-lab', labElement(new URL('https://example.org/tinyai/')));

function place(attributes: Record<string, string>, around = document.body): LabElement {
  const element = document.createElement('tinyai-lab') as LabElement;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  around.append(element);
  return element;
}

const come = (): void => near.splice(0).forEach((appear) => appear());

beforeEach(() => vi.stubGlobal('IntersectionObserver', Observer));
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  mounts.length = near.length = 0;
  there = false;
});

test('it costs nothing until it comes near, or is asked something', async () => {
  place({ lab: 'a' });
  const asked = place({ lab: 'b' });
  expect(await asked.send({ type: 'getState' })).toEqual({ type: 'state', state });
  expect(mounts.map(({ written }) => written.lab)).toEqual(['b']);
  come();
  await vi.waitFor(() => expect(mounts.map(({ written }) => written.lab)).toEqual(['b', 'a']));
});

test('it lets go when it is taken out, and is given back how it stood', async () => {
  const element = place({ lab: 'a' });
  await element.send({ type: 'getState' });
  element.remove();
  expect(mounts[0]!.disposed).toBe(true);
  await expect(element.send({ type: 'run' })).rejects.toThrow('is not in a document');
  document.body.append(element);
  come();
  await vi.waitFor(() => expect(mounts).toHaveLength(2));
  expect(mounts.map(({ kept }) => kept)).toEqual([null, state]);
});

test('taken out while it loads, it is not mounted late', async () => {
  const element = place({ lab: 'a' });
  come();
  element.remove();
  await vi.waitFor(() => expect(mounts.every(({ disposed }) => disposed)).toBe(true));
  expect(element.shadowRoot!.children).toHaveLength(0);
});

test('looks are changed in place, and a setting takes another lab, with what it knew unless it is another experiment', async () => {
  const element = place({ lab: 'a' });
  await element.send({ type: 'getState' });
  element.setAttribute('lang', 'zh');
  expect(mounts[0]!.dressed).toEqual(['zh']);
  element.setAttribute('lock', '*');
  await vi.waitFor(() => expect(mounts).toHaveLength(2));
  await element.send({ type: 'getState' });
  element.setAttribute('spec', '{}');
  await vi.waitFor(() => expect(mounts).toHaveLength(3));
  expect(mounts.map(({ kept, disposed }) => [kept, disposed])).toEqual([[null, true], [state, true], [null, false]]);
});

test('the language of the page around counts', async () => {
  const around = document.createElement('div');
  around.lang = 'zh-CN';
  document.body.append(around);
  await place({ lab: 'a' }, around).send({ type: 'getState' });
  expect(mounts[0]!.around).toEqual(['zh-CN']);
});

test('what cannot be mounted is said on the page, and told', async () => {
  const told = vi.fn();
  document.body.addEventListener('tinyai-error', (event) => told((event as CustomEvent<EmbedMessage>).detail.type));
  const element = place({ lab: 'none' });
  await expect(element.send({ type: 'run' })).rejects.toThrow('could not be loaded');
  expect(element.shadowRoot!.querySelector('[role=alert]')!.textContent).toBe('There is no lab "none".没有名为 "none" 的实验。');
  expect(told).toHaveBeenCalledWith('error');
  there = true;
  expect(await element.send({ type: 'getState' })).toEqual({ type: 'state', state });
  expect(element.shadowRoot!.querySelector('[role=alert]')).toBeNull();
});
