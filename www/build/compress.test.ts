import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compressAll } from './compress';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'tinyai-'))));
afterEach(() => rmSync(root, { recursive: true }));

test('writes both forms of what is worth it, once for the same content', async () => {
  const [site, cache] = [join(root, 'site'), join(root, 'cache')];
  mkdirSync(join(site, 'assets'), { recursive: true });
  const text = 'let a = 1;\n'.repeat(1000);
  for (const [file, content] of [['assets/a.js', text], ['small.js', 'let a'], ['model.safetensors', text]] as const) writeFileSync(join(site, file), content);
  await compressAll(site, cache);
  expect(brotliDecompressSync(readFileSync(join(site, 'assets/a.js.br'))).toString()).toBe(text);
  expect(gunzipSync(readFileSync(join(site, 'assets/a.js.gz'))).toString()).toBe(text);
  expect(['small.js.br', 'model.safetensors.br'].filter((file) => existsSync(join(site, file)))).toEqual([]);

  const times = () => readdirSync(cache).map((file) => statSync(join(cache, file)).mtimeMs);
  const before = times();
  rmSync(join(site, 'assets/a.js.br'));
  await compressAll(site, cache);
  expect(times()).toEqual(before);
  expect(existsSync(join(site, 'assets/a.js.br'))).toBe(true);
});
