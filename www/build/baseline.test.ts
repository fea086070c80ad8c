import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aboveBaseline, cssAboveBaseline } from './baseline';

test('finds what the oldest browsers lack, in a script as it is written and as it is bundled', () => {
  expect(aboveBaseline('a.toSorted((x)=>x)')).toEqual(['Array.prototype.toSorted, toReversed, toSpliced (Chrome 110)']);
  expect(aboveBaseline('let{promise:p}=Promise.withResolvers();AbortSignal.any([s])')).toHaveLength(2);
  expect(aboveBaseline('a.findLast(f);[...a].sort();map.values();matchMedia?.(x);hasNoWith(x)')).toEqual([]);
});

test('finds styles in scripts that they cannot read', () => {
  expect(cssAboveBaseline('css`a { color: color-mix(in srgb, red, blue); } b { &:hover { top: 0 } }`')).toHaveLength(2);
  expect(cssAboveBaseline('css`a:hover { color: red; background: var(--lab); }`; const text = "light-dark(a)"')).toEqual([]);
});

/** What does not run in browsers. */
const NOT_SHIPPED = /^(node_modules|dist|dist-lib|public|build|test-results)\/|\.(test|config)\.ts$|\/testing\//;

test('no source of the site uses it', () => {
  const www = join(import.meta.dirname, '..');
  const files = readdirSync(www, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !NOT_SHIPPED.test(file));
  expect(files.length).toBeGreaterThan(50);
  const found = files.flatMap((file) => {
    const source = readFileSync(join(www, file), 'utf8');
    return [...aboveBaseline(source), ...cssAboveBaseline(source)].map((what) => `${file}: ${what}`);
  });
  expect(found).toEqual([]);
});
