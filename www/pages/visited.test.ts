import { expect, test } from 'vitest';
import { memoryStorage } from '../shell/browser-ports';
import { Visited } from './visited';

const LAB = new URL('https://example.org/tinyai/parallel/');

test('a way back leads to what was left', () => {
  const storage = memoryStorage();
  new Visited(storage).note(new URL(`${LAB.href}?threads=1#spec=old`), '?threads=1#spec=abc');
  expect(new Visited(storage).addressOf(LAB)).toBe('https://example.org/tinyai/parallel/?threads=1#spec=abc');
  expect(new Visited(storage).addressOf(new URL('../bench/', LAB))).toBe('https://example.org/tinyai/bench/');
});

test('it leads to no other page, whatever is stored', () => {
  const storage = memoryStorage();
  new Visited(storage).note(LAB, '//elsewhere.example/');
  expect(new Visited(storage).addressOf(LAB)).toBe(LAB.href);
});
