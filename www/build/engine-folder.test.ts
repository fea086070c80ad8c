import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtIn, contentOf, shippedOf } from './engine-folder';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'tinyai-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function build(name: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, file, '..'), { recursive: true });
    writeFileSync(join(folder, name, file), text);
  }
}

const WHOLE = { 'tinyai.js': 'js', 'tinyai_bg.wasm': 'wasm', 'snippets/a/b.js': 'worker' };
const folders = (): string[] => builtIn(folder).map((build) => build.folder);

describe('builtIn', () => {
  test('names each folder after all that the browser loads of it, and nothing else', () => {
    build('single-relaxed', { ...WHOLE, 'tinyai.d.ts': 'types', '.gitignore': '*' });
    const [found] = builtIn(folder);
    expect(found!.files).toEqual(['snippets/a/b.js', 'tinyai.js', 'tinyai_bg.wasm']);
    expect(found!.folder).toMatch(/^single-relaxed-[0-9a-f]{8}$/);
    build('single-relaxed', { 'tinyai.d.ts': 'other types' });
    expect(folders()).toEqual([found!.folder]);
    build('single-relaxed', { 'snippets/a/b.js': 'another worker' });
    expect(folders()).not.toEqual([found!.folder]);
  });

  test('leaves out what is half built, dev builds and other folders', () => {
    build('single-simd128', { 'tinyai.js': 'js' });
    build('single-relaxed-dev', WHOLE);
    build('peak', { 'peak.wasm': 'wasm' });
    expect(folders()).toEqual([]);
    expect(builtIn(join(folder, 'missing'))).toEqual([]);
  });

  test('the page learns of each variant by its name', () => {
    build('ranks-relaxed', WHOLE);
    expect(shippedOf(builtIn(folder), (build) => build.folder)).toEqual({ 'ranks-relaxed': { folder: folders()[0], dev: false } });
  });
});

test('threads are started as wasm-bindgen wants it, and nothing else is changed', () => {
  const start = (call: string): string => `const pkg = await import(data.mainJS);\nawait ${call};\n`;
  build('threads-relaxed', { 'snippets/a/workerHelpers.no-bundler.js': start('pkg.default(data.module, data.memory)'), 'tinyai.js': 'pkg.default(data.module, data.memory)' });
  const text = (file: string): string => contentOf(join(folder, 'threads-relaxed', file)).toString();
  expect(text('snippets/a/workerHelpers.no-bundler.js')).toBe(start('pkg.default({ module_or_path: data.module, memory: data.memory })'));
  expect(text('tinyai.js')).toBe('pkg.default(data.module, data.memory)');
});
