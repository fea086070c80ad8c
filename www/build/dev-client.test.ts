import { expect, test } from 'vitest';
import { verdict } from './dev-client';

const release = { folder: 'threads-relaxed', dev: false };
const worse = { folder: 'single-simd128', dev: false };
const dev = { folder: 'threads-relaxed-dev', dev: true };

test('a page that could not start is loaded again, and so is one whose engine was changed', () => {
  expect(verdict([undefined], [release])).toBe('reload');
  expect(verdict([release], [dev])).toBe('reload');
});

test('a better build is offered: a reload would end what runs', () => {
  expect(verdict([worse], [release])).toBe('offer');
  expect(verdict([dev], [release])).toBe('offer');
});

test('nothing is said where nothing changes for this browser, or its build is not there for a moment', () => {
  expect(verdict([release, release], [release, release])).toBe('nothing');
  expect(verdict([release], [undefined])).toBe('nothing');
});
