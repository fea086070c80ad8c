import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aboveBaseline } from './baseline';

test('finds what the oldest browsers lack, in a script as it is written and as it is bundled', () => {
  expect(aboveBaseline('a.toSorted((x)=>x)')).toEqual(['Array.prototype.toSorted, toReversed, toSpliced (Chrome 110)']);
  expect(aboveBaseline('let{promise:p}=Promise.withResolvers();AbortSignal.any([s])')).toHaveLength(2);
  expect(aboveBaseline('a.findLast(f);[...a].sort();map.values();matchMedia?.(x);hasNoWith(x)')).toEqual([]);
});

/** Folders whose scripts run in browsers. */
const NOT_SHIPPED = /^(node_modules|dist|dist-lib|public|build|test-results)\/|\.(test|config)\.ts$|\/testing\//;

test('no source of the site uses it', () => {
  const www = join(import.meta.dirname, '..');
  const files = readdirSync(www, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !NOT_SHIPPED.test(file));
  expect(files.length).toBeGreaterThan(50);
  const found = files.flatMap((file) => aboveBaseline(readFileSync(join(www, file), 'utf8')).map((what) => `${file}: ${what}`));
  expect(found).toEqual([]);
});
