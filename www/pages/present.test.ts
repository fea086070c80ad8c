// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest';
import { memoryStorage } from '../shell/browser-ports';
import { PRESENT_MOVE, type PresentMove } from '../shell/presenting';
import { pagePresenting, showPresenting } from './present';

let end: (() => void) | undefined;
const moves: number[] = [];
const noted = (event: PresentMove): void => void moves.push(event.detail);

function show(tab = memoryStorage()) {
  const presenting = pagePresenting(tab);
  end = showPresenting(presenting, window);
  window.addEventListener(PRESENT_MOVE, noted);
  return presenting;
}

function press(key: string, target: Element = document.body, init: KeyboardEventInit = {}): boolean {
  return !target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true, ...init }));
}

afterEach(() => {
  end?.();
  window.removeEventListener(PRESENT_MOVE, noted);
  moves.length = 0;
  document.body.replaceChildren();
});

test('Escape and P end the presenting of a page, which no letter begins', () => {
  const presenting = show();
  const { dataset } = document.documentElement;
  expect(press('p')).toBe(false);
  expect([presenting.current, dataset.present]).toEqual(['off', undefined]);
  for (const key of ['Escape', 'P', 'p']) {
    presenting.choose('on');
    expect(dataset.present).toBe('');
    press(key);
    expect([presenting.current, dataset.present]).toEqual(['off', undefined]);
  }
});

test('the arrow keys move, but only while the page is presented', () => {
  const presenting = show();
  expect(press('ArrowRight')).toBe(false);
  presenting.choose('on');
  press('ArrowRight');
  press('ArrowLeft');
  expect(moves).toEqual([1, -1]);
});

test('keys are left to fields, to the browser, and to whoever has taken them', () => {
  const presenting = show();
  presenting.choose('on');
  const host = document.body.appendChild(document.createElement('div'));
  const field = host.attachShadow({ mode: 'open' }).appendChild(document.createElement('input'));
  press('p', field);
  press('p', document.body, { ctrlKey: true });
  press('p', document.body, { isComposing: true });
  document.body.addEventListener('keydown', (event) => event.preventDefault(), { once: true });
  press('p');
  expect(presenting.current).toBe('on');
});

test('the tab remembers it', () => {
  const tab = memoryStorage();
  show(tab).choose('on');
  expect(pagePresenting(tab).current).toBe('on');
});
