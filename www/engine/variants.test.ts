import { expect, test } from 'vitest';
import { VARIANTS, folderOf, isDev, there, usable } from './variants';

const shipped = { 'threads-simd128': { folder: 'threads-simd128-0123abcd', dev: false }, 'single-relaxed': { folder: 'single-relaxed-dev', dev: true } };
const names = (variants: { name: string }[]): string[] => variants.map(({ name }) => name);

test('while a site is being built, the best of what is there is taken', () => {
  const fitting = usable({ simd: true, relaxedSimd: true, threads: true });
  expect(names(there(fitting, shipped))).toEqual(['threads-simd128', 'single-relaxed']);
  expect(folderOf('threads-simd128', shipped)).toBe('threads-simd128-0123abcd');
  expect([isDev('threads-simd128', shipped), isDev('single-relaxed', shipped)]).toEqual([false, true]);
});

test('the package has all builds in folders of their names', () => {
  expect(there(VARIANTS)).toEqual(VARIANTS);
  expect(folderOf('single-relaxed')).toBe('single-relaxed');
  expect(isDev('single-relaxed')).toBe(false);
});
