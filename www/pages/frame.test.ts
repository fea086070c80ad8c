import { Event as BrowserEvent, Window as Browser } from 'happy-dom';
import { expect, test } from 'vitest';
import { PageFrame, type FrameOptions } from './frame';
import type { SitePage } from './site-pages';

const PAGES: SitePage[] = [
  { id: 'first', name: { en: 'First', zh: '一' }, path: './' },
  { id: 'parallel', name: { en: 'Parallel', zh: '并行训练' }, path: './parallel/' },
  { id: 'bench', name: { en: 'Benchmark', zh: '性能测试' }, path: './bench/' },
];

/** A browser's tab. */
const tab = (url = 'https://example.org/tinyai/bench/'): Window => new Browser({ url }) as unknown as Window;

const leave = (window: Window): boolean => window.dispatchEvent(new BrowserEvent('pagehide') as unknown as Event);

const open = (options: Partial<FrameOptions> = {}): PageFrame => new PageFrame({ window: tab(), page: 'bench', root: '../', pages: PAGES, ...options });

test('pages are linked from the root of the site, wherever that is', () => {
  expect(open().pages.map(({ href }) => href)).toEqual(['https://example.org/tinyai/', 'https://example.org/tinyai/parallel/', 'https://example.org/tinyai/bench/']);
});

test('language and title follow the choice, until the frame is disposed of', () => {
  const window = tab();
  const { document } = window;
  const frame = open({ window });
  frame.language.choose('zh');
  expect([document.documentElement.lang, document.title]).toEqual(['zh-CN', '性能测试 · TinyAI Playground']);
  frame.dispose();
  frame.language.choose('en');
  expect(document.documentElement.lang).toBe('zh-CN');
});

test('the title of a page that is not linked is that of the site', () => {
  const window = tab();
  open({ window, page: 'home' });
  expect(window.document.title).toBe('TinyAI Playground');
});

test('the theme stands at the root, but that of the system does not', () => {
  const window = tab();
  const { theme } = open({ window });
  const root = window.document.documentElement;
  theme.choose('dark');
  expect(root.dataset.theme).toBe('dark');
  theme.choose('auto');
  expect(root.dataset.theme).toBeUndefined();
});

test('a page that is left is found again as it was, the last write to its hash included', () => {
  const window = tab('https://example.org/tinyai/parallel/?threads=1#spec=old');
  const frame = open({ window, page: 'parallel', address: { read: () => '#spec=new' } });
  const parallel = frame.pages[1]!;
  expect(frame.addressOf(parallel)).toBe('https://example.org/tinyai/parallel/');
  leave(window);
  expect(frame.addressOf(parallel)).toBe('https://example.org/tinyai/parallel/?threads=1#spec=new');
});

test('language and theme are remembered from page to page', () => {
  const window = tab();
  const frame = open({ window });
  frame.language.choose('zh');
  frame.theme.choose('dark');
  frame.dispose();
  const next = open({ window });
  expect([next.language.current, next.theme.current, window.document.documentElement.lang]).toEqual(['zh', 'dark', 'zh-CN']);
});

test('where the browser forbids storage, language and theme are chosen all the same', () => {
  const window = tab();
  for (const kind of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(window, kind, {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  }
  const frame = open({ window });
  frame.language.choose('zh');
  leave(window);
  expect(window.document.documentElement.lang).toBe('zh-CN');
  expect(frame.addressOf(frame.pages[1]!)).toBe('https://example.org/tinyai/parallel/');
});
