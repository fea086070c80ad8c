import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import { charactersOf, firstPageCharacters } from '../../../pkg-config/fonts/characters.mjs';
import { SERIF_FILES } from './files';
import { adoptFonts } from './fonts';

const WWW = resolve(import.meta.dirname, '../..');
const [FIRST, REST] = SERIF_FILES;
const AGAIN = 'run `cargo xtask fonts` with a whole font';

test('every Chinese character of the site’s texts is in the serif', () => {
  const there = new Set([...FIRST.characters, ...REST.characters]);
  expect(charactersOf(WWW).filter((character) => !there.has(character)).join(''), AGAIN).toBe('');
});

test('the first page needs the first file alone', () => {
  const there = new Set(FIRST.characters);
  expect(firstPageCharacters(WWW).filter((character) => !there.has(character)).join(''), AGAIN).toBe('');
  expect([...REST.characters].filter((character) => there.has(character))).toEqual([]);
});

test.each(SERIF_FILES)('$file is a font of its characters, with its licence beside it', ({ file }) => {
  const path = `${WWW}/public/fonts/${file}`;
  expect(readFileSync(path).toString('latin1', 0, 4)).toBe('wOF2');
  expect(statSync(path).size).toBeLessThan(file === FIRST.file ? 60_000 : 250_000);
  expect(readFileSync(`${WWW}/public/fonts/LICENSE.txt`, 'utf8')).toContain('SIL OPEN FONT LICENSE');
});

test('a document gets it once, from the site’s address', () => {
  class Face {
    constructor(readonly family: string, readonly source: string, readonly given: FontFaceDescriptors) {}
  }
  vi.stubGlobal('FontFace', Face);
  const fonts = new Set<Face>();
  for (const site of ['https://site.example/ai/', 'https://other.example/']) adoptFonts({ fonts } as unknown as Document, new URL(site));
  expect([...fonts].map(({ source }) => source)).toEqual(SERIF_FILES.map(({ file }) => `url("https://site.example/ai/fonts/${file}") format("woff2")`));
  expect([...fonts].map(({ given }) => given.unicodeRange!.split(',').length)).toEqual(SERIF_FILES.map(({ characters }) => [...characters].length));
  vi.unstubAllGlobals();
});
