import { expect, test } from 'vitest';
import { memoryStorage } from '../shell/browser-ports';
import { Choice } from './choice';
import { pageLanguage } from './language';
import { pageTheme } from './theme';

const SIZES = ['s', 'm', 'l'] as const;

test('a choice is remembered, and told to whoever follows it', () => {
  const storage = memoryStorage();
  const size = new Choice(storage, 'size', SIZES, 'm');
  const told: string[] = [];
  const leave = size.follow((current) => told.push(current));
  size.choose('l');
  leave();
  size.choose('s');
  expect(told).toEqual(['m', 'l']);
  expect(new Choice(storage, 'size', SIZES, 'm').current).toBe('s');
});

test('after the last option comes the first', () => {
  const size = new Choice(memoryStorage(), 'size', SIZES, 'm');
  expect(size.next).toBe('l');
  size.choose('l');
  expect(size.next).toBe('s');
});

test('what is remembered and is no option counts as nothing', () => {
  const storage = memoryStorage();
  storage.set('size', 'huge');
  expect(new Choice(storage, 'size', SIZES, 'm').current).toBe('m');
});

test.each([
  [['zh-TW', 'en'], 'zh'],
  [['fr', 'en-GB', 'zh'], 'en'],
  [['fr'], 'en'],
  [[], 'en'],
])('of the languages %j the page begins with %s', (wanted, language) => {
  expect(pageLanguage(memoryStorage(), wanted).current).toBe(language);
});

test('the language that was chosen wins over those of the browser', () => {
  const storage = memoryStorage();
  pageLanguage(storage, ['en']).choose('zh');
  expect(pageLanguage(storage, ['en']).current).toBe('zh');
});

test('the theme is the system’s until one is chosen, and can be again', () => {
  const storage = memoryStorage();
  expect(pageTheme(storage).current).toBe('auto');
  pageTheme(storage).choose('dark');
  expect(pageTheme(storage).current).toBe('dark');
  pageTheme(storage).choose('auto');
  expect(pageTheme(storage).current).toBe('auto');
});
