// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { memoryStorage } from '../../shell/browser-ports';
import type { Environment } from '../../types/generated/Environment';
import { pageLanguage } from '../language';
import { pagePresenting } from '../present';
import { pageTheme } from '../theme';
import { SiteHeader, type HeaderFrame } from './site-header';

const PAGES = [
  { id: 'fine-tuning', name: { en: 'Fine-tuning', zh: '微调' }, href: 'https://example.org/' },
  { id: 'bench', name: { en: 'Benchmark', zh: '性能测试' }, href: 'https://example.org/bench/' },
];

const ENVIRONMENT: Environment = { engine: 'tinyai 0.1.0', variant: 'threads-relaxed', simd: '', threads: 4, isolated: true, cores: 4, user_agent: '' };

async function mount(given: Partial<SiteHeader> = {}): Promise<SiteHeader> {
  const storage = memoryStorage();
  const frame: HeaderFrame = { home: 'https://example.org/', page: 'bench', pages: PAGES, language: pageLanguage(storage, ['en']), theme: pageTheme(storage), presenting: pagePresenting(storage), addressOf: ({ href }) => `${href}#left` };
  const header = Object.assign(new SiteHeader(), { frame, ...given });
  document.body.append(header);
  await header.updateComplete;
  return header;
}

const all = (header: SiteHeader, selector: string): HTMLElement[] => [...header.renderRoot.querySelectorAll<HTMLElement>(selector)];
const words = (header: SiteHeader, selector: string): string[] => all(header, selector).map(({ textContent }) => textContent!.replace(/\s+/g, ' ').trim());
const drawn = async (header: SiteHeader): Promise<void> => {
  await Promise.resolve();
  await header.updateComplete;
};

afterEach(() => document.body.replaceChildren());

test('it names the pages, and which of them is shown', async () => {
  const header = await mount();
  expect(words(header, 'nav a')).toEqual(['Fine-tuning', 'Benchmark']);
  expect(words(header, 'nav a[aria-current=page]')).toEqual(['Benchmark']);
});

test('the language is switched in place', async () => {
  const header = await mount({ environment: ENVIRONMENT });
  all(header, '.switch button').find(({ lang }) => lang === 'zh-CN')!.click();
  await drawn(header);
  expect(words(header, 'nav a')).toEqual(['微调', '性能测试']);
  expect(words(header, '.status span')).toEqual(['threads-relaxed', '4 个线程', '页面已隔离']);
  expect(words(header, '[aria-pressed=true]')).toEqual(['中文']);
});

test('the button of the theme goes through all of them', async () => {
  const header = await mount();
  const names: (string | null)[] = [];
  for (let i = 0; i < 4; i++) {
    names.push(all(header, '.theme')[0]!.getAttribute('aria-label'));
    all(header, '.theme')[0]!.click();
    await drawn(header);
  }
  expect(names).toEqual(['Appearance: Auto', 'Appearance: Light', 'Appearance: Dark', 'Appearance: Auto']);
});

test('presenting is a button that is pressed or not', async () => {
  const header = await mount();
  const button = all(header, '.present')[0]!;
  expect([button.textContent!.trim(), button.getAttribute('aria-pressed')]).toEqual(['Present', 'false']);
  button.click();
  await drawn(header);
  expect(button.getAttribute('aria-pressed')).toBe('true');
});

test.each([
  ['not told', undefined, false, []],
  ['not known yet', null, false, ['Engine · loading…']],
  ['failed', null, true, ['Engine · not loaded']],
  ['on one thread of a page that is not isolated', { ...ENVIRONMENT, variant: 'single-simd128', threads: 1, isolated: false }, false, ['single-simd128 without threads page not isolated']],
])('an engine that is %s', async (_, environment, failed, status) => {
  expect(words(await mount({ environment, failed }), '.status')).toEqual(status);
});

test('a link to another page leads to it as it was left, that to this page to its beginning', async () => {
  const header = await mount();
  const [other, own] = all(header, 'nav a') as HTMLAnchorElement[];
  for (const link of [other!, own!]) link.dispatchEvent(new Event('pointerdown'));
  expect([other!.href, own!.href]).toEqual(['https://example.org/#left', 'https://example.org/bench/']);
});

test('skipping is told, and leaves the hash alone', async () => {
  const header = await mount();
  const skipped = vi.fn();
  document.body.addEventListener('skip', skipped, { once: true });
  const click = new MouseEvent('click', { bubbles: true, cancelable: true });
  all(header, '.skip')[0]!.dispatchEvent(click);
  expect(skipped).toHaveBeenCalledOnce();
  expect(click.defaultPrevented).toBe(true);
});
