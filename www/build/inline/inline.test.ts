import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { squeezed } from './squeeze';

/** What a script that only ES5 can read must not have. */
const NEWER = /=>|`|\b(let|const|class|async|await)\b|\?\.|\?\?|catch\s*\{|\.\.\./;

test.each(['boot.js', 'early.js'])('%s is ES5', (name) => {
  expect(squeezed(name)).not.toMatch(NEWER);
  expect(squeezed(name)).not.toMatch(/\/\*|\n/);
});

describe('boot.js', () => {
  const MODERN = { CSS: { supports: () => true }, CompressionStream: Object };

  function boot({ kept = {} as Record<string, string>, languages = ['en-US'] as string[] | null, blocked = false, window = MODERN as object } = {}) {
    const root = { lang: 'en', className: '', theme: '', presented: false, setAttribute: (name: string, value: string) => void (name === 'data-theme' ? (root.theme = value) : (root.presented = true)) };
    const getItem = (key: string): string | null => {
      if (blocked) throw new Error('blocked');
      return kept[key] ?? null;
    };
    runInNewContext(squeezed('boot.js'), { ...window, window: { ...window, localStorage: { getItem }, sessionStorage: { getItem } }, document: { documentElement: root, adoptedStyleSheets: [] }, navigator: { languages, language: 'zh' } });
    return root;
  }

  test('the language is that of the last visit, or the first of the browser that the site has', () => {
    expect(boot().lang).toBe('en');
    expect(boot({ languages: ['fr', 'zh-TW', 'en'] }).lang).toBe('zh-CN');
    expect(boot({ languages: ['fr'] }).lang).toBe('en');
    expect(boot({ languages: null }).lang).toBe('zh-CN');
    expect(boot({ kept: { 'tinyai-language': 'en' }, languages: ['zh'] }).lang).toBe('en');
    expect(boot({ kept: { 'tinyai-language': 'xx' }, languages: ['zh'] }).lang).toBe('zh-CN');
  });

  test('the appearance is that of the last visit', () => {
    expect(boot({ kept: { 'tinyai-theme': 'dark' } }).theme).toBe('dark');
    expect(boot({ kept: { 'tinyai-theme': 'pink' } }).theme).toBe('');
    expect(boot({ blocked: true }).theme).toBe('');
  });

  test('a page that is presented in this tab is large from the start', () => {
    expect(boot().presented).toBe(false);
    expect(boot({ kept: { 'tinyai-present': 'on' } }).presented).toBe(true);
    expect(boot({ blocked: true }).presented).toBe(false);
  });

  test('a browser below the baseline is told', () => {
    expect(boot().className).toBe('');
    expect(boot({ window: {} }).className).toBe(' below-baseline');
    expect(boot({ window: { CSS: MODERN.CSS } }).className).toBe(' below-baseline');
  });
});

describe('early.js', () => {
  const plan = {
    root: '../',
    modules: { en: ['en.js'], zh: ['zh.js'] },
    fonts: { en: [], zh: ['serif.woff2'] },
    always: ['worker.js'],
    engines: [
      [
        { threads: true, relaxed: true, files: ['both'] },
        { threads: false, relaxed: true, files: ['relaxed'] },
        { threads: false, relaxed: false, files: ['plain'] },
      ],
    ],
    assets: { en: ['model'], zh: ['poems'] },
  };

  function fetched({ isolated = true, relaxed = true, hash = '', saveData = false, lang = 'en' } = {}): string[] {
    const urls: string[] = [];
    const window = { fetch: true, WebAssembly: true, crossOriginIsolated: isolated };
    const fetch = vi.fn((url: string) => {
      urls.push(url);
      return Promise.reject(new Error('offline'));
    });
    const script = squeezed('early.js').replace('(PLAN)', () => `(${JSON.stringify(plan)})`);
    runInNewContext(script, { window, fetch, WebAssembly: { validate: () => relaxed }, navigator: { connection: { saveData } }, location: { hash }, document: { documentElement: { lang } }, atob });
    return urls;
  }

  test('the build for this browser and the first experiment are asked for', () => {
    expect(fetched()).toEqual(['../both', '../worker.js', '../en.js', '../model']);
    expect(fetched({ lang: 'zh-CN' })).toEqual(['../both', '../worker.js', '../zh.js', '../serif.woff2', '../poems']);
    expect(fetched({ isolated: false })[0]).toBe('../relaxed');
    expect(fetched({ isolated: false, relaxed: false })[0]).toBe('../plain');
  });

  test('an experiment in the address has files of its own, and who saves data gets nothing unasked', () => {
    expect(fetched({ hash: '#spec=e30' })).not.toContain('../model');
    expect(fetched({ saveData: true })).toEqual([]);
  });
});
