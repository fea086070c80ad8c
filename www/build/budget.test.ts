import { expect, test } from 'vitest';
import { loadedWith, ofPage, scriptBytes, type Chunk } from './budget';

const chunk = (fileName: string, imports: string[], facadeModuleId: string | null = null): Chunk => ({ type: 'chunk', fileName, imports, facadeModuleId, moduleIds: [], code: fileName });
const CHUNKS = [
  chunk('page.js', ['shared.js', 'loop.js'], '/site/index.html'),
  chunk('other.js', ['shared.js'], '/site/bench/index.html'),
  chunk('shared.js', ['loop.js']),
  chunk('loop.js', ['shared.js']),
  chunk('later.js', []),
];

test('a page loads what its script imports, each once, and not what comes later', () => {
  expect(loadedWith(ofPage('site/index.html'), CHUNKS).map(({ fileName }) => fileName)).toEqual(['page.js', 'shared.js', 'loop.js']);
  expect(scriptBytes('bench/index.html', CHUNKS, (code) => code.length)).toBe('other.jsshared.jsloop.js'.length);
});
